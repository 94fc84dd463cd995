import type { TransferKind } from "#money/ledger.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What a wallet is made of, for its owner. */
export type WalletParts = Readonly<{
  walletId: string; paidNano: bigint; lotsNano: bigint; frozenNano: bigint; debtNano: bigint; creditLimitNano: bigint; heldNano: bigint; status: string;
  lots: readonly Readonly<{ id: string; kind: string; remainingNano: bigint; expiresAt: Date | null }>[];
}>;

export async function walletParts(db: Queryable, userId: string): Promise<WalletParts | undefined> {
  const { rows: [row] } = await db.query<Omit<WalletParts, "lots">>(
    `SELECT w.id AS "walletId", w.paid_nano AS "paidNano", w.lots_nano AS "lotsNano", w.frozen_nano AS "frozenNano", w.debt_nano AS "debtNano",
            w.credit_limit_nano AS "creditLimitNano", w.status,
            ((SELECT coalesce(sum(l.held_nano), 0) FROM wallet_leases l JOIN relay_nodes n ON n.id = l.node_id WHERE l.wallet_id = w.id AND n.heartbeat_at > now() - interval '30 seconds')
           + (SELECT coalesce(sum(h.amount_nano), 0) FROM holds h WHERE h.wallet_id = w.id AND h.state = 'open'))::bigint AS "heldNano"
       FROM wallets w WHERE w.owner_type = 'user' AND w.owner_id = $1`, [userId]);
  if (!row) return undefined;
  const { rows: lots } = await db.query<WalletParts["lots"][number]>(
    `SELECT id, kind, remaining_nano AS "remainingNano", expires_at AS "expiresAt" FROM credit_lots
      WHERE wallet_id = $1 AND remaining_nano > 0 ORDER BY expires_at NULLS LAST, id LIMIT 50`, [row.walletId]);
  return { ...row, lots };
}

/** One line of a wallet's history; the settlements of one day, as long as nothing else came between, are one line. */
export type WalletLine = Readonly<{
  key: string; kind: TransferKind; at: Date; deltaNano: bigint; balanceNano: bigint; /** Of one movement, not of a day's usage. */ transactionId: string | null;
  refType: string | null; refId: string | null; orderId: string | null; orderNumber: string | null;
}>;

/** Entries that one page may look at: a day of a busy wallet is cut into several lines rather than read whole. */
const ENTRIES_MAX = 10_000;

/** Opaque for callers: the last entry of the page, and the balance before it. */
export type LineCursor = Readonly<{ entry: string; balanceNano: bigint }>;

export const lineCursorText = ({ entry, balanceNano }: LineCursor): string => `${entry}.${balanceNano}`;
export function readLineCursor(text: string): LineCursor | undefined {
  const match = /^(\d{1,19})\.(-?\d{1,19})$/.exec(text);
  return match ? { entry: match[1]!, balanceNano: BigInt(match[2]!) } : undefined;
}

type IslandRow = Omit<WalletLine, "balanceNano" | "key" | "transactionId"> & { first: bigint; last: bigint; movements: number; tx: string };

/**
 * A wallet's movements, newest first, each with the balance after it. What is frozen for a dispute is not in the balance.
 * Entries of one wallet are in the order of their ids, because whoever writes one holds the wallet's lock.
 */
export async function walletLines(db: Queryable, walletId: string, limit: number, after?: LineCursor): Promise<{ lines: WalletLine[]; next: LineCursor | undefined }> {
  const start = after?.balanceNano ?? (await balanceOf(db, walletId));
  const { rows } = await db.query<IslandRow & { scanned: number }>(
    `WITH e AS (
       SELECT x.id, x.tx_id, x.amount_nano FROM accounts a CROSS JOIN LATERAL (
         SELECT id, tx_id, amount_nano FROM ledger_entries WHERE account_id = a.id AND id < $2 ORDER BY id DESC LIMIT $3) x
        WHERE a.wallet_id = $1 AND a.bucket IN ('paid', 'lots', 'debt')),
     newest AS (SELECT * FROM e ORDER BY id DESC LIMIT $3),
     moved AS (
       SELECT n.tx_id, min(n.id) AS first, max(n.id) AS last, -sum(n.amount_nano) AS delta, t.kind, t.posted_at, t.ref_type, t.ref_id,
              CASE WHEN t.kind = 'settlement' THEN to_char(t.posted_at, 'YYYYMMDD') ELSE n.tx_id::text END AS island
         FROM newest n JOIN ledger_transactions t ON t.id = n.tx_id GROUP BY n.tx_id, t.kind, t.posted_at, t.ref_type, t.ref_id),
     marked AS (SELECT *, CASE WHEN island = lag(island) OVER (ORDER BY last DESC) THEN 0 ELSE 1 END AS begins FROM moved),
     numbered AS (SELECT *, sum(begins) OVER (ORDER BY last DESC) AS n FROM marked)
     SELECT kind, max(posted_at) AS at, sum(delta)::bigint AS "deltaNano", min(first) AS first, max(last) AS last, count(*)::int AS movements, min(tx_id::text) AS tx,
            min(ref_type) AS "refType", min(ref_id) AS "refId", (SELECT count(*)::int FROM newest) AS scanned,
            (SELECT o.id FROM orders o WHERE min(numbered.ref_type) = 'order' AND o.id::text = min(numbered.ref_id)) AS "orderId",
            (SELECT o.number FROM orders o WHERE min(numbered.ref_type) = 'order' AND o.id::text = min(numbered.ref_id)) AS "orderNumber"
       FROM numbered GROUP BY n, kind ORDER BY n LIMIT $4`,
    [walletId, after?.entry ?? "9223372036854775807", ENTRIES_MAX, limit + 1]);

  let balance = start;
  const lines = rows.slice(0, limit).map(({ first, last: _last, movements, tx, ...row }): WalletLine & { first: bigint } => {
    const line = { ...row, first, key: first.toString(), balanceNano: balance, transactionId: movements === 1 && row.kind !== "settlement" ? tx : null };
    balance -= row.deltaNano;
    return line;
  });
  const more = rows.length > limit || (rows[0]?.scanned ?? 0) >= ENTRIES_MAX;
  const last = lines.at(-1);
  return { lines, next: more && last ? { entry: last.first.toString(), balanceNano: balance } : undefined };
}

async function balanceOf(db: Queryable, walletId: string): Promise<bigint> {
  const { rows } = await db.query<{ balance: bigint }>("SELECT paid_nano + lots_nano - debt_nano AS balance FROM wallets WHERE id = $1", [walletId]);
  return rows[0]?.balance ?? 0n;
}
