-- AlterTable
ALTER TABLE "channels" ADD COLUMN     "proxy_sealed" BYTEA;
