-- Small pictures of the shop's own (its logo), and the order in which staff list users.

-- CreateTable
CREATE TABLE "shop_files" (
    "id" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shop_files_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- From here on written by hand.

ALTER TABLE shop_files
  ADD CONSTRAINT shop_files_media_type CHECK (media_type IN ('image/png', 'image/webp')),
  ADD CONSTRAINT shop_files_size CHECK (octet_length(content) BETWEEN 1 AND 131072);
CREATE INDEX wallets_balance ON wallets ((paid_nano + lots_nano - debt_nano), owner_id) WHERE owner_type = 'user';
CREATE INDEX budget_windows_spent ON budget_windows (spent_nano) WHERE period = 'total';
