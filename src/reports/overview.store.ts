import type { Queryable } from "#platform/db/queryable.ts";

/** What a customer sees first. Amounts in nano-USD. */
export type WalletView = Readonly<{
  walletId: string;
  /** Paid and given credit, less debt. */
  balanceNano: bigint;
  /** Set aside for running requests, on all nodes. */
  heldNano: bigint;
}>;

export type RecentRequest = Readonly<{ id: string; at: Date; model: string; outcome: string; chargeNano: bigint }>;

export async function readWallet(db: Queryable, userId: string): Promise<WalletView | undefined> {
  const { rows } = await db.query<{ wallet_id: string; balance: string; held: string }>(
    `SELECT w.id AS wallet_id, w.paid_nano + w.lots_nano - w.debt_nano AS balance,
            COALESCE((SELECT sum(l.held_nano) FROM wallet_leases l WHERE l.wallet_id = w.id), 0)
            + COALESCE((SELECT sum(h.amount_nano) FROM holds h WHERE h.wallet_id = w.id AND h.state = 'open'), 0) AS held
       FROM wallets w WHERE w.owner_type = 'user' AND w.owner_id = $1`,
    [userId],
  );
  const found = rows[0];
  return found && { walletId: found.wallet_id, balanceNano: BigInt(found.balance), heldNano: BigInt(found.held) };
}

export async function countActiveKeys(db: Queryable, userId: string): Promise<number> {
  const { rows } = await db.query<{ keys: number }>(
    "SELECT count(*)::int AS keys FROM api_keys WHERE user_id = $1 AND status = 'active' AND (expires_at IS NULL OR expires_at > now())",
    [userId],
  );
  return rows[0]?.keys ?? 0;
}

/** The newest requests of a wallet. */
export async function recentRequests(db: Queryable, walletId: string, limit: number): Promise<readonly RecentRequest[]> {
  const { rows } = await db.query<{ id: string; at: Date; model: string; outcome: string; charge_nano: bigint }>(
    `SELECT c.id, c.at, COALESCE(c.model_asked, m.slug) AS model, c.outcome, c.charge_nano
       FROM charges c LEFT JOIN models m ON m.id = c.model_id
      WHERE c.wallet_id = $1 ORDER BY c.at DESC LIMIT $2`,
    [walletId, limit],
  );
  return rows.map(({ id, at, model, outcome, charge_nano }) => ({ id, at, model, outcome, chargeNano: BigInt(charge_nano) }));
}
