-- Answers that customers may look up and go on from, for 30 days: sealed, and nobody's but their owner's.

-- CreateTable
CREATE TABLE "stored_responses" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "response_id" TEXT NOT NULL,
    "item_ids" TEXT[],
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_responses_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "stored_responses_expires_at_idx" ON "stored_responses"("expires_at");

-- CreateIndex
CREATE INDEX "stored_responses_item_ids_idx" ON "stored_responses" USING GIN ("item_ids");

-- CreateIndex
CREATE UNIQUE INDEX "stored_responses_user_id_response_id_key" ON "stored_responses"("user_id", "response_id");

-- AddForeignKey
ALTER TABLE "stored_responses" ADD CONSTRAINT "stored_responses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on written by hand.

ALTER TABLE stored_responses ADD CONSTRAINT stored_responses_size CHECK (octet_length(sealed) <= 2097152);
