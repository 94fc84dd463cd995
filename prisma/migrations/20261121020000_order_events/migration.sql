-- What happened to each order, in words of the program: the timeline that staff read, and the list of what was compared.
CREATE TABLE "order_events" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "order_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "order_events_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "order_events_order_id_id_idx" ON "order_events"("order_id", "id");
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- Shares that a refund took with it, so that the last one can take exactly what is left; and the key of the click that asked.
ALTER TABLE "refunds"
    ADD COLUMN "client_key" TEXT,
    ADD COLUMN "bonus_nano" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "fee_nano" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "tax_nano" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "discount_nano" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "clearing_nano" BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX "refunds_client_key_key" ON "refunds"("client_key");
CREATE INDEX "refunds_payment_id_idx" ON "refunds"("payment_id");
CREATE INDEX "payments_order_id_idx" ON "payments"("order_id");
CREATE INDEX "disputes_payment_id_idx" ON "disputes"("payment_id");
CREATE INDEX "redeem_codes_batch_id_idx" ON "redeem_codes"("batch_id");
CREATE INDEX "provider_events_object_id_idx" ON "provider_events"("object_id");

-- Written by hand: what Prisma cannot say.
CREATE INDEX orders_check ON orders (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX refunds_open ON refunds (created_at) WHERE status IN ('requested', 'pending');
