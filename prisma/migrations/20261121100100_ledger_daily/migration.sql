-- CreateTable
CREATE TABLE "ledger_rollup" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "through_id" BIGINT NOT NULL,

    CONSTRAINT "ledger_rollup_pkey" PRIMARY KEY ("id")
);

ALTER TABLE ledger_rollup ADD CONSTRAINT ledger_rollup_one_row CHECK (id = 1);
INSERT INTO ledger_rollup (id, through_id) VALUES (1, 0);

-- Every account's balance: its last daily close, and the entries that came since the closes were last brought up to date.
CREATE VIEW account_balances AS
  SELECT a.id AS account_id,
         coalesce((SELECT d.balance_nano FROM ledger_daily d WHERE d.account_id = a.id ORDER BY d.day DESC LIMIT 1), 0)
           + coalesce((SELECT sum(e.amount_nano) FROM ledger_entries e WHERE e.account_id = a.id AND e.id > (SELECT through_id FROM ledger_rollup)), 0) AS balance_nano
    FROM accounts a;
