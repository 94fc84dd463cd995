-- Who takes a model's place when it cannot be served, and groups that are lines of other groups.

-- AlterTable
ALTER TABLE "groups" ADD COLUMN     "auto" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "fallbacks" JSONB NOT NULL DEFAULT '[]';
