-- A rotated key's old secret lives on for a while; the rollup of usage knows how far it has come.

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "old_hash" BYTEA,
ADD COLUMN     "old_suffix" TEXT,
ADD COLUMN     "old_until" TIMESTAMPTZ(3),
ADD COLUMN     "rotated_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "usage_rollup" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "through" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "usage_rollup_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_old_hash_key" ON "api_keys"("old_hash");

-- CreateIndex
CREATE INDEX "api_keys_user_id_created_at_id_idx" ON "api_keys"("user_id", "created_at", "id");

-- From here on written by hand.

ALTER TABLE api_keys ADD CONSTRAINT api_keys_old_secret CHECK ((old_hash IS NULL) = (old_until IS NULL));
ALTER TABLE usage_rollup ADD CONSTRAINT usage_rollup_one_row CHECK (id = 1);
INSERT INTO usage_rollup (id, through) VALUES (1, '-infinity');
