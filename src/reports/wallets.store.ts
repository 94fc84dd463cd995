import type { Queryable } from "#platform/db/queryable.ts";

export type WalletView = Readonly<{ id: string; balanceNano: bigint; heldNano: bigint; status: string }>;

/** A node that has not been heard of for 30 s runs nothing. */
const VIEW = `
  SELECT w.id, w.paid_nano + w.lots_nano - w.debt_nano AS "balanceNano", w.status,
         ((SELECT coalesce(sum(l.held_nano), 0) FROM wallet_leases l JOIN relay_nodes n ON n.id = l.node_id
            WHERE l.wallet_id = w.id AND n.heartbeat_at > now() - interval '30 seconds')
        + (SELECT coalesce(sum(h.amount_nano), 0) FROM holds h WHERE h.wallet_id = w.id AND h.state = 'open'))::bigint AS "heldNano"
    FROM wallets w`;

/** A wallet as its owner sees it: what it holds less what it owes, and what running work has set aside. */
export async function walletView(db: Queryable, walletId: string): Promise<WalletView | undefined> {
  const { rows } = await db.query<WalletView>(`${VIEW} WHERE w.id = $1`, [walletId]);
  return rows[0];
}

/** The same, of a customer's personal space. */
export async function walletOfUser(db: Queryable, userId: string): Promise<WalletView | undefined> {
  const { rows } = await db.query<WalletView>(`${VIEW} WHERE w.owner_type = 'user' AND w.owner_id = $1`, [userId]);
  return rows[0];
}

/** What a wallet's owner has had and used in all; `credits - usage = balance`. */
export async function walletCredits(db: Queryable, walletId: string): Promise<{ creditsNano: bigint; usageNano: bigint; balanceNano: bigint } | undefined> {
  // the owner's window without end counts every charge, so nothing has to be summed here
  const { rows } = await db.query<{ balance: bigint; usage: bigint }>(
    `SELECT w.paid_nano + w.lots_nano - w.debt_nano AS balance,
            coalesce((SELECT sum(b.spent_nano) FROM budget_windows b WHERE b.scope = w.owner_type || ':' || w.owner_id AND b.period = 'total'), 0)::bigint AS usage
       FROM wallets w WHERE w.id = $1`,
    [walletId],
  );
  const row = rows[0];
  return row && { creditsNano: row.balance + row.usage, usageNano: row.usage, balanceNano: row.balance };
}

export type LedgerTransactionView = Readonly<{
  id: string; kind: string; idempotencyKey: string; postedAt: Date; actorType: string; actorId: string | null; refType: string | null;
  refId: string | null; reason: string | null;
  entries: readonly Readonly<{ account: string; amountNano: bigint }>[];
}>;

/** Ledger transactions, newest first, each with all its entries; of one wallet, or all. */
export async function listLedgerTransactions(
  db: Queryable,
  filter: Readonly<{ walletId?: string; before?: string; limit: number }>,
): Promise<LedgerTransactionView[]> {
  type Row = Omit<LedgerTransactionView, "entries"> & { entries: { account: string; amount: string }[] | null };
  const { rows } = await db.query<Row>(
    `SELECT t.id, t.kind, t.idempotency_key AS "idempotencyKey", t.posted_at AS "postedAt", t.actor_type AS "actorType", t.actor_id AS "actorId",
            t.ref_type AS "refType", t.ref_id AS "refId", t.reason,
            (SELECT json_agg(json_build_object('account', a.code, 'amount', e.amount_nano::text) ORDER BY e.id)
               FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = t.id) AS entries
       FROM ledger_transactions t
      WHERE ($1::uuid IS NULL OR EXISTS (SELECT 1 FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = t.id AND a.wallet_id = $1::uuid))
        AND ($2::uuid IS NULL OR (t.posted_at, t.id) < (SELECT p.posted_at, p.id FROM ledger_transactions p WHERE p.id = $2::uuid))
      ORDER BY t.posted_at DESC, t.id DESC LIMIT $3`,
    [filter.walletId ?? null, filter.before ?? null, filter.limit],
  );
  return rows.map(({ entries, ...row }) => ({ ...row, entries: (entries ?? []).map(({ account, amount }) => ({ account, amountNano: BigInt(amount) })) }));
}

/** Why a ledger transaction was made. */
export async function ledgerReason(db: Queryable, transactionId: string): Promise<string | null> {
  const { rows } = await db.query<{ reason: string | null }>("SELECT reason FROM ledger_transactions WHERE id = $1", [transactionId]);
  return rows[0]?.reason ?? null;
}
