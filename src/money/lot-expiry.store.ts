import type { Pool } from "pg";
import { nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { post } from "#money/ledger.store.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** A request admitted before a lot's end may still draw from it; none runs longer than this. */
export const LOT_GRACE_MS = 60 * 60_000;

const LOTS_A_RUN = 1_000;

/**
 * Takes what is left of lots that have ended: gifts back to promotion, paid plans to breakage. Safe to run in several
 * processes at once.
 *
 * @returns how many lots were ended
 */
export async function expireLots(pool: Pool, nowMs: number, graceMs = LOT_GRACE_MS): Promise<number> {
  const { rows } = await pool.query<{ id: string; wallet_id: string }>(
    "SELECT id, wallet_id FROM credit_lots WHERE remaining_nano > 0 AND expires_at <= $1 ORDER BY wallet_id, id LIMIT $2",
    [new Date(nowMs - graceMs), LOTS_A_RUN]);
  let ended = 0;
  for (const { id, wallet_id: walletId } of rows) {
    ended += await withTransaction(pool, async (client) => {
      await client.query("SELECT 1 FROM wallets WHERE id = $1 FOR UPDATE", [walletId]);
      const { rows: [lot] } = await client.query<{ kind: string; remaining: bigint }>(
        "SELECT kind, remaining_nano AS remaining FROM credit_lots WHERE id = $1 AND remaining_nano > 0 FOR UPDATE", [id]);
      if (!lot) return 0;
      await client.query("UPDATE credit_lots SET remaining_nano = 0 WHERE id = $1", [id]);
      await post(client, {
        kind: "lot_expiry",
        key: `expire:${id}`,
        postings: [{ from: lot.kind === "plan" ? "revenue:breakage" : "expense:promo", to: walletAccount(walletId, "lots"), amount: nano(lot.remaining) }],
        ref: { type: "lot", id },
      });
      return 1;
    });
  }
  return ended;
}
