import type { Pool } from "pg";
import type { Bucket } from "#money/chart.ts";
import { isUuid } from "#platform/ids.ts";
import { withTransaction } from "#platform/db/tx.ts";

export type WalletStory = Readonly<{
  /** The wallet's column beside what its ledger account says. */
  buckets: readonly Readonly<{ bucket: Bucket; wallet: bigint; ledger: bigint }>[];
  lots: readonly Readonly<{ id: string; kind: string; remaining: bigint; expiresAt: Date | null }>[];
  leased: bigint;
  leases: readonly Readonly<{ nodeId: string; amount: bigint; held: bigint }>[];
  durableHolds: bigint;
  /** The first settlement whose lines are not its charges. */
  divergence?: Readonly<{ settlementId: string; at: Date; charges: bigint; ledger: bigint }>;
  /** Newest last: what moved the wallet (above 0 = more for its owner; for debt: more owed). */
  entries: readonly Readonly<{ at: Date; kind: string; key: string; bucket: Bucket; amount: bigint }>[];
}>;

const ENTRIES = 40;

/** Everything about one wallet, in one snapshot of the database; undefined when there is none. */
export async function explainWallet(pool: Pool, walletId: string): Promise<WalletStory | undefined> {
  if (!isUuid(walletId)) return undefined;
  return withTransaction(pool, async (client) => {
    const { rows: buckets } = await client.query<{ bucket: Bucket; wallet: bigint; ledger: bigint; leased: bigint }>(
      `SELECT b.bucket, b.amount AS wallet, w.leased_nano AS leased,
              (SELECT coalesce(sum(CASE WHEN b.bucket = 'debt' THEN e.amount_nano ELSE -e.amount_nano END), 0)::bigint
                 FROM accounts a JOIN ledger_entries e ON e.account_id = a.id WHERE a.wallet_id = w.id AND a.bucket = b.bucket) AS ledger
         FROM wallets w, LATERAL (VALUES ('paid', w.paid_nano), ('lots', w.lots_nano), ('frozen', w.frozen_nano), ('debt', w.debt_nano)) AS b(bucket, amount)
        WHERE w.id = $1`, [walletId]);
    if (buckets.length === 0) return undefined;
    const { rows: lots } = await client.query(
      `SELECT id, kind, remaining_nano AS remaining, expires_at AS "expiresAt" FROM credit_lots
        WHERE wallet_id = $1 AND remaining_nano > 0 ORDER BY expires_at NULLS LAST, id`, [walletId]);
    const { rows: leases } = await client.query(
      `SELECT node_id AS "nodeId", amount_nano AS amount, held_nano AS held FROM wallet_leases WHERE wallet_id = $1 AND amount_nano > 0 ORDER BY node_id`, [walletId]);
    const { rows: [holds] } = await client.query<{ sum: bigint }>("SELECT coalesce(sum(amount_nano), 0)::bigint AS sum FROM holds WHERE wallet_id = $1 AND state = 'open'", [walletId]);
    const { rows: [divergence] } = await client.query(
      `SELECT c.settlement_id AS "settlementId", t.posted_at AS at, c.charges, l.ledger
         FROM (SELECT settlement_id, sum(charge_nano)::bigint AS charges FROM charges WHERE wallet_id = $1 GROUP BY 1) c
         LEFT JOIN ledger_transactions t ON t.id = c.settlement_id,
         LATERAL (SELECT coalesce(sum(e.amount_nano), 0)::bigint AS ledger FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
                   WHERE e.tx_id = c.settlement_id AND a.wallet_id = $1) l
        WHERE c.charges <> l.ledger ORDER BY t.posted_at NULLS FIRST LIMIT 1`, [walletId]);
    const { rows: entries } = await client.query(
      `SELECT t.posted_at AS at, t.kind, t.idempotency_key AS key, a.bucket,
              CASE WHEN a.bucket = 'debt' THEN e.amount_nano ELSE -e.amount_nano END AS amount
         FROM ledger_entries e JOIN accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.tx_id
        WHERE a.wallet_id = $1 AND ($2::timestamptz IS NULL OR t.posted_at <= $2) ORDER BY e.id DESC LIMIT ${ENTRIES}`, [walletId, divergence?.at ?? null]);
    return {
      buckets, lots, leases, leased: buckets[0]!.leased, durableHolds: holds!.sum, entries: entries.reverse(), ...(divergence && { divergence }),
    };
  }, { isolation: "REPEATABLE READ" });
}
