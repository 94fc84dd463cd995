-- What each node has leased of a spending window. The sum stands in budget_windows.leased_nano; without a row per node a
-- dead node's share could never be given back.
CREATE TABLE "budget_leases" (
    "scope" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(6) NOT NULL,
    "node_id" UUID NOT NULL,
    "amount_nano" BIGINT NOT NULL,

    CONSTRAINT "budget_leases_pkey" PRIMARY KEY ("scope","period","starts_at","node_id")
);

CREATE INDEX "budget_leases_node_id_idx" ON "budget_leases"("node_id");
CREATE INDEX "wallet_leases_node_id_idx" ON "wallet_leases"("node_id");

ALTER TABLE "budget_leases" ADD CONSTRAINT "budget_leases_window_fkey" FOREIGN KEY ("scope", "period", "starts_at") REFERENCES "budget_windows"("scope", "period", "starts_at") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- Written by hand: what Prisma cannot say.
ALTER TABLE budget_leases ADD CONSTRAINT budget_leases_amount CHECK (amount_nano >= 0);
