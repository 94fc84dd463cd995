-- What was answered to a request with an idempotency key, for a day: sealed, and nobody's but its sender's.

-- CreateTable
CREATE TABLE "kept_replies" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "scope" BYTEA NOT NULL,
    "body_hash" BYTEA NOT NULL,
    "running_until" TIMESTAMPTZ(3),
    "head" JSONB,
    "sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kept_replies_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "kept_replies_expires_at_idx" ON "kept_replies"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "kept_replies_user_id_scope_key" ON "kept_replies"("user_id", "scope");

-- AddForeignKey
ALTER TABLE "kept_replies" ADD CONSTRAINT "kept_replies_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on written by hand.

ALTER TABLE kept_replies
    ADD CONSTRAINT kept_replies_hashes CHECK (octet_length(scope) = 32 AND octet_length(body_hash) = 32),
    ADD CONSTRAINT kept_replies_state CHECK (running_until IS NULL OR (head IS NULL AND sealed IS NULL)),
    ADD CONSTRAINT kept_replies_size CHECK (octet_length(sealed) <= 2097152);
