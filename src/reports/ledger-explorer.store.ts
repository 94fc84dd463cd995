import { isUuid } from "#platform/ids.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { conditions } from "#reports/keyset.ts";

export type TransactionRow = Readonly<{
  id: string; kind: string; key: string; postedAt: Date; actorType: string; actorId: string | null; refType: string | null; refId: string | null; reason: string | null;
  reversesId: string | null; lines: number;
  /** Sum of the debits: what moved. */
  movedNano: bigint;
  /** What it changed for the wallet that was asked about. */
  walletNano: bigint | null;
  /** The customer, where one alone is concerned; `several` where there are more. */
  whose: string | null; several: boolean;
}>;

export type TransactionFilter = Readonly<{
  kind?: string; walletId?: string; accountId?: bigint;
  /** Beginning of an idempotency key. */
  key?: string; from?: Date; to?: Date;
  /** Id of the last transaction of the page before. */
  before?: string; limit: number;
}>;

/** Ledger transactions, newest first. */
export async function listTransactions(db: Queryable, filter: TransactionFilter): Promise<readonly TransactionRow[]> {
  const { add, param, where, values } = conditions();
  const wallet = param(filter.walletId ?? null);
  add("t.kind = ?", filter.kind);
  add("EXISTS (SELECT 1 FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = t.id AND a.wallet_id = ?)", filter.walletId);
  add("EXISTS (SELECT 1 FROM ledger_entries e WHERE e.tx_id = t.id AND e.account_id = ?)", filter.accountId);
  add("starts_with(t.idempotency_key, ?)", filter.key);
  add("t.posted_at >= ?", filter.from);
  add("t.posted_at < ?", filter.to);
  add("(t.posted_at, t.id) < (SELECT p.posted_at, p.id FROM ledger_transactions p WHERE p.id = ?::uuid)", filter.before);
  const { rows } = await db.query<TransactionRow>(
    `SELECT t.id, t.kind, t.idempotency_key AS key, t.posted_at AS "postedAt", t.actor_type AS "actorType", t.actor_id AS "actorId", t.ref_type AS "refType", t.ref_id AS "refId",
            t.reason, t.reverses_id AS "reversesId", s.lines, s.moved AS "movedNano", CASE WHEN ${wallet}::uuid IS NULL THEN NULL ELSE s.wallet END AS "walletNano",
            u.email AS whose, coalesce(s.first_wallet <> s.last_wallet, false) AS several
       FROM ledger_transactions t
       CROSS JOIN LATERAL (SELECT count(*)::int AS lines, coalesce(sum(e.amount_nano) FILTER (WHERE e.amount_nano > 0), 0)::bigint AS moved,
                            coalesce(-sum(e.amount_nano) FILTER (WHERE a.wallet_id = ${wallet}::uuid AND a.bucket <> 'frozen'), 0)::bigint AS wallet,
                            min(a.wallet_id::text) AS first_wallet, max(a.wallet_id::text) AS last_wallet
                       FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = t.id) s
       LEFT JOIN wallets w ON s.first_wallet = s.last_wallet AND w.id = s.first_wallet::uuid
       LEFT JOIN users u ON w.owner_type = 'user' AND u.id = w.owner_id
      ${where()} ORDER BY t.posted_at DESC, t.id DESC LIMIT ${Math.trunc(filter.limit)}`,
    values,
  );
  return rows;
}

export type Line = Readonly<{ entryId: bigint; accountId: bigint; account: string; class: string; walletId: string | null; /** The customer's address, or the channel's name. */ whose: string | null; bucket: string | null; amountNano: bigint }>;

export type TransactionDetail = Readonly<{
  id: string; kind: string; key: string; postedAt: Date; occurredAt: Date; actorType: string; actorId: string | null; actorEmail: string | null;
  refType: string | null; refId: string | null; reason: string | null; reversesId: string | null; reversedById: string | null; meta: Readonly<Record<string, unknown>>;
  lines: readonly Line[];
  /** Of a settlement: what it settled. */
  charges: Readonly<{ count: number; chargeNano: bigint; ids: readonly string[] }>;
}>;

/** Accounts of vendors carry the id of their channel. */
const CHANNEL = "LEFT JOIN channels ch ON a.code = 'upstream:' || ch.id || ':accrued'";

/** Charges of a settlement that are listed; the rest is one link away. */
const SHOWN_CHARGES = 50;

export async function readTransaction(db: Queryable, id: string): Promise<TransactionDetail | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows: [row] } = await db.query<Omit<TransactionDetail, "lines" | "charges">>(
    `SELECT t.id, t.kind, t.idempotency_key AS key, t.posted_at AS "postedAt", t.occurred_at AS "occurredAt", t.actor_type AS "actorType", t.actor_id AS "actorId",
            u.email AS "actorEmail", t.ref_type AS "refType", t.ref_id AS "refId", t.reason, t.reverses_id AS "reversesId",
            (SELECT r.id FROM ledger_transactions r WHERE r.reverses_id = t.id) AS "reversedById", t.meta
       FROM ledger_transactions t LEFT JOIN users u ON u.id::text = t.actor_id WHERE t.id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { rows: lines } = await db.query<Line>(
    `SELECT e.id AS "entryId", a.id AS "accountId", a.code AS account, a.class, a.wallet_id AS "walletId", coalesce(u.email, ch.name) AS whose, a.bucket, e.amount_nano AS "amountNano"
       FROM ledger_entries e JOIN accounts a ON a.id = e.account_id LEFT JOIN wallets w ON w.id = a.wallet_id LEFT JOIN users u ON w.owner_type = 'user' AND u.id = w.owner_id ${CHANNEL}
      WHERE e.tx_id = $1 ORDER BY e.amount_nano < 0, e.id LIMIT 2000`,
    [id],
  );
  const { rows: [charges] } = await db.query<{ count: number; chargeNano: bigint; ids: string[] | null }>(
    `SELECT count(*)::int AS count, coalesce(sum(charge_nano), 0)::bigint AS "chargeNano", (array_agg(id::text ORDER BY id))[1:${SHOWN_CHARGES}] AS ids FROM charges WHERE settlement_id = $1`,
    [id],
  );
  return { ...row, lines, charges: { ...charges!, ids: charges!.ids ?? [] } };
}

export type AccountRow = Readonly<{
  id: bigint | null; code: string; class: string; /** Of a channel's account, its name. */ whose: string | null;
  /** Debits less credits. */
  balanceNano: bigint; debitNano: bigint; creditNano: bigint; accounts: number;
}>;

/**
 * The trial balance: every account of the shop's own books, and the wallets' accounts summed by bucket. All balances
 * sum to zero.
 */
export async function readTrialBalance(db: Queryable): Promise<readonly AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `WITH s AS (
       SELECT account_id, sum(debit) AS debit, sum(credit) AS credit FROM (
         SELECT account_id, debit_nano AS debit, credit_nano AS credit FROM ledger_daily
         UNION ALL
         SELECT account_id, greatest(amount_nano, 0), greatest(-amount_nano, 0) FROM ledger_entries WHERE id > (SELECT through_id FROM ledger_rollup)) x
        GROUP BY 1)
     SELECT min(CASE WHEN a.wallet_id IS NULL THEN a.id END) AS id, n.code, a.class, min(ch.name) AS whose, coalesce(sum(s.debit - s.credit), 0)::bigint AS "balanceNano",
            coalesce(sum(s.debit), 0)::bigint AS "debitNano", coalesce(sum(s.credit), 0)::bigint AS "creditNano", count(*)::int AS accounts
       FROM accounts a LEFT JOIN s ON s.account_id = a.id ${CHANNEL},
            LATERAL (SELECT CASE WHEN a.wallet_id IS NULL THEN a.code ELSE 'wallets:' || a.bucket END AS code) n
      GROUP BY n.code, a.class ORDER BY array_position(ARRAY['asset', 'liability', 'equity', 'revenue', 'expense'], a.class), n.code`,
  );
  return rows;
}

export type AccountView = Readonly<{ id: bigint; code: string; class: string; walletId: string | null; bucket: string | null; whose: string | null; userId: string | null; balanceNano: bigint }>;

/** An account by its number or its code. */
export async function findAccount(db: Queryable, idOrCode: string): Promise<AccountView | undefined> {
  const { rows } = await db.query<AccountView>(
    `SELECT a.id, a.code, a.class, a.wallet_id AS "walletId", a.bucket, coalesce(u.email, ch.name) AS whose, u.id AS "userId",
            (SELECT b.balance_nano FROM account_balances b WHERE b.account_id = a.id)::bigint AS "balanceNano"
       FROM accounts a LEFT JOIN wallets w ON w.id = a.wallet_id LEFT JOIN users u ON w.owner_type = 'user' AND u.id = w.owner_id ${CHANNEL}
      WHERE ${/^\d{1,18}$/.test(idOrCode) ? "a.id = $1::bigint" : "a.code = $1"}`,
    [idOrCode],
  );
  return rows[0];
}

export type EntryRow = Readonly<{ id: bigint; txId: string; kind: string; key: string; postedAt: Date; reason: string | null; amountNano: bigint; /** Debits less credits after this entry. */ balanceNano: bigint }>;

/** Entries of an account, newest first, each with the balance after it. */
export async function listEntries(db: Queryable, accountId: bigint, page: Readonly<{ before?: bigint; limit: number }>): Promise<readonly EntryRow[]> {
  const { rows } = await db.query<EntryRow>(
    `WITH page AS (SELECT id, tx_id, amount_nano FROM ledger_entries WHERE account_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3),
          newer AS (SELECT coalesce(sum(amount_nano), 0) AS sum FROM ledger_entries WHERE account_id = $1 AND id > (SELECT max(id) FROM page))
     SELECT p.id, p.tx_id AS "txId", t.kind, t.idempotency_key AS key, t.posted_at AS "postedAt", t.reason, p.amount_nano AS "amountNano",
            ((SELECT b.balance_nano FROM account_balances b WHERE b.account_id = $1) - (SELECT sum FROM newer)
              - coalesce(sum(p.amount_nano) OVER (ORDER BY p.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS "balanceNano"
       FROM page p JOIN ledger_transactions t ON t.id = p.tx_id ORDER BY p.id DESC`,
    [accountId, page.before ?? null, page.limit],
  );
  return rows;
}

/** The four accounts of a wallet by bucket, with whose it is. */
export async function accountsOfWallet(db: Queryable, walletId: string): Promise<readonly AccountView[]> {
  const { rows } = await db.query<AccountView>(
    `SELECT a.id, a.code, a.class, a.wallet_id AS "walletId", a.bucket, u.email AS whose, u.id AS "userId",
            (SELECT b.balance_nano FROM account_balances b WHERE b.account_id = a.id)::bigint AS "balanceNano"
       FROM accounts a JOIN wallets w ON w.id = a.wallet_id LEFT JOIN users u ON w.owner_type = 'user' AND u.id = w.owner_id
      WHERE a.wallet_id = $1 ORDER BY array_position(ARRAY['paid', 'lots', 'frozen', 'debt'], a.bucket)`,
    [walletId],
  );
  return rows;
}

export type NodeLeases = Readonly<{ nodeId: string; host: string | null; heartbeatAt: Date | null; wallets: number; leasedNano: bigint; heldNano: bigint }>;

/** Leases by node; a node without a row has ended, and its leases go back by themselves. */
export async function leasesByNode(db: Queryable): Promise<readonly NodeLeases[]> {
  const { rows } = await db.query<NodeLeases>(
    `SELECT l.node_id AS "nodeId", n.host, n.heartbeat_at AS "heartbeatAt", count(*)::int AS wallets, sum(l.amount_nano)::bigint AS "leasedNano", sum(l.held_nano)::bigint AS "heldNano"
       FROM wallet_leases l LEFT JOIN relay_nodes n ON n.id = l.node_id WHERE l.amount_nano > 0 GROUP BY 1, 2, 3 ORDER BY 5 DESC`,
  );
  return rows;
}

export type OpenHolds = Readonly<{ kind: string; count: number; amountNano: bigint; oldest: Date }>;

/** Money set aside for work that outlives a process. */
export async function openHolds(db: Queryable): Promise<readonly OpenHolds[]> {
  const { rows } = await db.query<OpenHolds>(
    `SELECT kind, count(*)::int AS count, sum(amount_nano)::bigint AS "amountNano", min(created_at) AS oldest FROM holds WHERE state = 'open' GROUP BY kind ORDER BY kind`,
  );
  return rows;
}
