-- CreateTable
CREATE TABLE "approvals" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "input" JSONB NOT NULL DEFAULT '{}',
    "reason" TEXT NOT NULL,
    "client_key" TEXT NOT NULL,
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "note" TEXT,
    "result" TEXT,

    CONSTRAINT "approvals_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "approvals_client_key_key" ON "approvals"("client_key");

-- CreateIndex
CREATE INDEX "approvals_status_expires_at_idx" ON "approvals"("status", "expires_at");

-- CreateIndex
CREATE INDEX "approvals_requested_by_id_idx" ON "approvals"("requested_by", "id");

-- CreateIndex
CREATE INDEX "approvals_subject_idx" ON "approvals"("subject");

ALTER TABLE approvals
  ADD CONSTRAINT approvals_kind CHECK (kind IN ('adjustment', 'charge_refund', 'order_refund')),
  ADD CONSTRAINT approvals_status CHECK (status IN ('pending', 'approved', 'declined', 'withdrawn')),
  ADD CONSTRAINT approvals_amount CHECK (amount_nano <> 0 AND (kind = 'adjustment' OR amount_nano > 0)),
  ADD CONSTRAINT approvals_reason CHECK (length(reason) >= 8),
  ADD CONSTRAINT approvals_decided CHECK ((status = 'pending') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
  -- Two people, always; only taking one's own request back is done alone.
  ADD CONSTRAINT approvals_two_people CHECK (decided_by IS NULL OR (status = 'withdrawn') = (decided_by = requested_by)),
  ADD CONSTRAINT approvals_not_for_oneself CHECK (decided_by IS NULL OR decided_by <> user_id OR status <> 'approved');
