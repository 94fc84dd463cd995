import type { Pool, PoolClient } from "pg";
import type { Queryable } from "#platform/db/queryable.ts";

/** Below this a wallet's money is dealt out in small leases, so that no node keeps what another needs. */
const SMALL_WALLET_NANO = 100_000_000_000n;
/** The least that is leased of a small wallet that many nodes use, and how many holds of the present size at least. */
const SMALL_LEASE_NANO = 5_000_000_000n;
const SMALL_LEASE_HOLDS = 20;

/** The node's row is gone: another node took it for dead and gave its leases back. */
export class NodeForgotten extends Error {
  override readonly name = "NodeForgotten";
}

export type TakeAsk = Readonly<{
  nodeId: string;
  /** Less than this is of no use. At least 1. */
  least: bigint;
  /** What the request in hand could use. */
  want: bigint;
  /** Live relay nodes; a lone one leases everything. */
  nodes: number;
}>;

export type Taken = Readonly<{
  granted: bigint;
  /** What nobody had leased, before this. */
  free: bigint;
  /** Leased by all nodes, before this. */
  leased: bigint;
  /** Wallets: owed. */
  debt: bigint;
  /** Budgets: spent in the window. */
  spent: bigint;
  status: string;
}>;

/** How much of `free` one node may have. $3 = want, $4 = least, $5 = nodes. */
const SHARE = (limit: string): string => `LEAST(free, CASE WHEN $5::int <= 1 THEN free ELSE GREATEST($3::bigint,
  LEAST(free / (2 * $5::int), CASE WHEN ${limit} < ${SMALL_WALLET_NANO} THEN GREATEST(${SMALL_LEASE_NANO}, ${SMALL_LEASE_HOLDS} * $3::bigint) ELSE free END)) END)`;

/** The node's row is locked against reaping, so no lease can appear for a node that is no more. */
const TAKE_WALLET = `
WITH n AS MATERIALIZED (SELECT id FROM relay_nodes WHERE id = $2 FOR KEY SHARE),
     w AS MATERIALIZED (SELECT id, status, debt_nano, leased_nano, paid_nano+lots_nano+credit_limit_nano-debt_nano AS spendable,
                  paid_nano+lots_nano+credit_limit_nano-debt_nano-leased_nano AS free
             FROM wallets WHERE id = $1 AND EXISTS (SELECT 1 FROM n) FOR UPDATE),
     g AS MATERIALIZED (SELECT id, ${SHARE("spendable")} AS amount FROM w WHERE status = 'active' AND free >= GREATEST($4::bigint, 1)),
     u AS (UPDATE wallets SET leased_nano = wallets.leased_nano + g.amount FROM g WHERE wallets.id = g.id),
     l AS (INSERT INTO wallet_leases (wallet_id, node_id, amount_nano) SELECT id, $2, amount FROM g
           ON CONFLICT (wallet_id, node_id) DO UPDATE SET amount_nano = wallet_leases.amount_nano + EXCLUDED.amount_nano)
SELECT w.status, w.debt_nano AS debt, w.leased_nano AS leased, w.free, 0::bigint AS spent, coalesce((SELECT amount FROM g), 0)::bigint AS granted,
       (SELECT count(*)::int FROM n) AS known
  FROM (SELECT 1) one LEFT JOIN w ON true`;

/**
 * Leases part of a wallet in one round trip; grants nothing when less than `least` is free.
 *
 * @throws NodeForgotten
 */
export async function takeWallet(db: Queryable, walletId: string, { nodeId, least, want, nodes }: TakeAsk): Promise<Taken> {
  const { rows } = await db.query<TakenRow>({ name: "mm-take-wallet", text: TAKE_WALLET, values: [walletId, nodeId, want, least, nodes] });
  return checked(rows[0]!);
}

export type WindowKey = Readonly<{ scope: string; period: string; startsAtMs: number }>;

const TAKE_BUDGET = `
WITH n AS MATERIALIZED (SELECT id FROM relay_nodes WHERE id = $2 FOR KEY SHARE),
     w AS MATERIALIZED (SELECT spent_nano, leased_nano, $8::bigint - spent_nano - leased_nano AS free FROM budget_windows
            WHERE scope = $1 AND period = $6 AND starts_at = $7 AND EXISTS (SELECT 1 FROM n) FOR UPDATE),
     g AS MATERIALIZED (SELECT ${SHARE("$8::bigint")} AS amount FROM w WHERE free >= GREATEST($4::bigint, 1)),
     u AS (UPDATE budget_windows b SET leased_nano = b.leased_nano + g.amount FROM g WHERE b.scope = $1 AND b.period = $6 AND b.starts_at = $7),
     l AS (INSERT INTO budget_leases (scope, period, starts_at, node_id, amount_nano) SELECT $1, $6, $7, $2, amount FROM g
           ON CONFLICT (scope, period, starts_at, node_id) DO UPDATE SET amount_nano = budget_leases.amount_nano + EXCLUDED.amount_nano)
SELECT CASE WHEN w.free IS NOT NULL THEN 'active' END AS status, 0::bigint AS debt, w.leased_nano AS leased, w.free, w.spent_nano AS spent,
       coalesce((SELECT amount FROM g), 0)::bigint AS granted, (SELECT count(*)::int FROM n) AS known
  FROM (SELECT 1) one LEFT JOIN w ON true`;

/**
 * Leases part of what a spending limit leaves in its window.
 *
 * @throws NodeForgotten
 */
export async function takeBudget(db: Queryable, window: WindowKey, limitNano: bigint, { nodeId, least, want, nodes }: TakeAsk): Promise<Taken> {
  const startsAt = new Date(window.startsAtMs);
  for (;;) {
    const { rows: [row] } = await db.query<TakenRow>({
      name: "mm-take-budget", text: TAKE_BUDGET, values: [window.scope, nodeId, want, least, nodes, window.period, startsAt, limitNano] });
    if (row!.status !== null || row!.known === 0) return checked(row!);
    await db.query("INSERT INTO budget_windows (scope, period, starts_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [window.scope, window.period, startsAt]);
  }
}

type TakenRow = { status: string | null; debt: bigint | null; leased: bigint | null; free: bigint | null; spent: bigint | null; granted: bigint; known: number };

function checked(row: TakenRow): Taken {
  if (row.known === 0) throw new NodeForgotten("this node's row is gone");
  return { granted: row.granted, free: row.free ?? 0n, leased: row.leased ?? 0n, debt: row.debt ?? 0n, spent: row.spent ?? 0n, status: row.status ?? "missing" };
}

/** Locks in the order of settlements: wallet, then lease. */
const GIVE_WALLET = `
WITH w AS MATERIALIZED (SELECT id FROM wallets WHERE id = $1 FOR UPDATE),
     l AS MATERIALIZED (SELECT x.wallet_id, LEAST($3::bigint, x.amount_nano) AS back FROM wallet_leases x JOIN w ON w.id = x.wallet_id
            WHERE x.node_id = $2 FOR UPDATE OF x),
     d AS (UPDATE wallet_leases x SET amount_nano = x.amount_nano - l.back FROM l WHERE x.wallet_id = l.wallet_id AND x.node_id = $2)
UPDATE wallets SET leased_nano = leased_nano - l.back FROM l WHERE wallets.id = l.wallet_id RETURNING l.back`;

/** Gives part of a lease back; returns what was really there to give. */
export async function giveWallet(db: Queryable, walletId: string, nodeId: string, amount: bigint): Promise<bigint> {
  const { rows } = await db.query<{ back: bigint }>({ name: "mm-give-wallet", text: GIVE_WALLET, values: [walletId, nodeId, amount] });
  return rows[0]?.back ?? 0n;
}

const GIVE_BUDGET = `
WITH w AS MATERIALIZED (SELECT scope, period, starts_at FROM budget_windows WHERE scope = $1 AND period = $2 AND starts_at = $3 FOR UPDATE),
     l AS MATERIALIZED (SELECT LEAST($5::bigint, x.amount_nano) AS back FROM budget_leases x JOIN w USING (scope, period, starts_at)
            WHERE x.node_id = $4 FOR UPDATE OF x),
     d AS (UPDATE budget_leases x SET amount_nano = x.amount_nano - l.back FROM l WHERE x.scope = $1 AND x.period = $2 AND x.starts_at = $3 AND x.node_id = $4)
UPDATE budget_windows b SET leased_nano = leased_nano - l.back FROM l WHERE b.scope = $1 AND b.period = $2 AND b.starts_at = $3 RETURNING l.back`;

export async function giveBudget(db: Queryable, window: WindowKey, nodeId: string, amount: bigint): Promise<bigint> {
  const { rows } = await db.query<{ back: bigint }>({
    name: "mm-give-budget", text: GIVE_BUDGET, values: [window.scope, window.period, new Date(window.startsAtMs), nodeId, amount] });
  return rows[0]?.back ?? 0n;
}

/** What the database says this node has of a wallet or window. */
export async function ownLease(db: Queryable, nodeId: string, of: string | WindowKey): Promise<bigint> {
  const { rows } = typeof of === "string"
    ? await db.query<{ amount: bigint }>("SELECT amount_nano AS amount FROM wallet_leases WHERE wallet_id = $1 AND node_id = $2", [of, nodeId])
    : await db.query<{ amount: bigint }>("SELECT amount_nano AS amount FROM budget_leases WHERE scope = $1 AND period = $2 AND starts_at = $3 AND node_id = $4",
        [of.scope, of.period, new Date(of.startsAtMs), nodeId]);
  return rows[0]?.amount ?? 0n;
}

/** Debt and status of a wallet, for requests that need no money. */
export async function walletState(db: Queryable, walletId: string): Promise<{ debt: bigint; status: string } | undefined> {
  const { rows } = await db.query<{ debt: bigint; status: string }>({
    name: "mm-wallet-state", text: "SELECT debt_nano AS debt, status FROM wallets WHERE id = $1", values: [walletId] });
  return rows[0];
}

/** Writes what running requests hold, for display. */
export async function showHeld(db: Queryable, nodeId: string, held: ReadonlyMap<string, bigint>): Promise<void> {
  await db.query({
    name: "mm-show-held",
    text: `UPDATE wallet_leases l SET held_nano = t.held FROM unnest($2::uuid[], $3::bigint[]) AS t(id, held) WHERE l.wallet_id = t.id AND l.node_id = $1`,
    values: [nodeId, [...held.keys()], [...held.values()]],
  });
}

/** Every change of a lease holds the lock of its wallet or window: this takes them all, in the order of settlements. */
async function lockLeased(client: PoolClient, nodeId: string): Promise<void> {
  await client.query("SELECT 1 FROM wallets WHERE id IN (SELECT wallet_id FROM wallet_leases WHERE node_id = $1) ORDER BY id FOR UPDATE", [nodeId]);
  await client.query(
    `SELECT 1 FROM budget_windows b WHERE EXISTS (SELECT 1 FROM budget_leases l WHERE (l.scope, l.period, l.starts_at) = (b.scope, b.period, b.starts_at) AND l.node_id = $1)
      ORDER BY scope, period, starts_at FOR UPDATE`, [nodeId]);
}

/** Gives back everything that a node has leased, inside the caller's transaction, which holds the node's row. */
export async function returnAll(client: PoolClient, nodeId: string): Promise<void> {
  await lockLeased(client, nodeId);
  await client.query("UPDATE wallets w SET leased_nano = leased_nano - l.amount_nano FROM wallet_leases l WHERE l.wallet_id = w.id AND l.node_id = $1", [nodeId]);
  await client.query("DELETE FROM wallet_leases WHERE node_id = $1", [nodeId]);
  await client.query(
    `UPDATE budget_windows b SET leased_nano = b.leased_nano - l.amount_nano FROM budget_leases l
      WHERE (l.scope, l.period, l.starts_at) = (b.scope, b.period, b.starts_at) AND l.node_id = $1`, [nodeId]);
  await client.query("DELETE FROM budget_leases WHERE node_id = $1", [nodeId]);
}

/** The leases of a node that goes on under another id go with it; inside a transaction that holds the old node's row. */
export async function moveLeases(client: PoolClient, from: string, to: string): Promise<void> {
  await lockLeased(client, from);
  await client.query("UPDATE wallet_leases SET node_id = $2 WHERE node_id = $1", [from, to]);
  await client.query("UPDATE budget_leases SET node_id = $2 WHERE node_id = $1", [from, to]);
}

/** All leases of a node, by the book's keys. */
export async function leasesOf(pool: Pool, nodeId: string): Promise<Map<string, bigint>> {
  const { rows } = await pool.query<{ key: string; amount: bigint }>(
    `SELECT wallet_id::text AS key, amount_nano AS amount FROM wallet_leases WHERE node_id = $1
     UNION ALL SELECT scope || '|' || period || '|' || (extract(epoch FROM starts_at) * 1000)::bigint, amount_nano FROM budget_leases WHERE node_id = $1`, [nodeId]);
  return new Map(rows.map(({ key, amount }) => [key, amount]));
}
