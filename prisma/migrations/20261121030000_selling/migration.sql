-- What the back office keeps of channels and models beside what the relay needs.
-- A channel that was deleted stays as a name for receipts: its keys, models and groups are gone.
ALTER TABLE "channels"
    ADD COLUMN "paused_until" TIMESTAMPTZ(3),
    ADD COLUMN "deleted_at" TIMESTAMPTZ(3),
    ADD COLUMN "last_test" JSONB;

ALTER TABLE "models" ADD COLUMN "facts" JSONB NOT NULL DEFAULT '{}';
