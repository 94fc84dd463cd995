import type { Pool } from "pg";
import { moveLeases, returnAll } from "#money/lease.store.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** A node that has not written for so long may be taken for dead by any other. */
export const NODE_DEAD_SECONDS = 30;

export type NodeRow = Readonly<{ id: string; host: string; pid: number; role: string; version: string }>;

export type Beat = Readonly<{
  /** False: another node took this one for dead. */
  known: boolean;
  /** Live relay nodes, this one included. */
  nodes: number;
  /** The database's clock. */
  nowMs: number;
}>;

/** Makes the node known, and moves the leases of its former id to it when nobody has reaped that one. */
export async function registerNode(pool: Pool, node: NodeRow, formerId?: string): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query("INSERT INTO relay_nodes (id, host, pid, role, version) VALUES ($1, $2, $3, $4, $5)", [node.id, node.host, node.pid, node.role, node.version]);
    if (formerId === undefined) return;
    const { rowCount } = await client.query("SELECT 1 FROM relay_nodes WHERE id = $1 FOR UPDATE", [formerId]);
    if (rowCount === 0) return;
    await moveLeases(client, formerId, node.id);
    await client.query("DELETE FROM relay_nodes WHERE id = $1", [formerId]);
  });
}

/** Says that the node lives. */
export async function beat(db: Queryable, nodeId: string, snapshotRev: bigint | undefined): Promise<Beat> {
  const { rows: [row] } = await db.query<{ known: number; others: number; now_ms: string }>({
    name: "mm-beat",
    text: `WITH u AS (UPDATE relay_nodes SET heartbeat_at = now(), snapshot_rev = GREATEST(snapshot_rev, $2) WHERE id = $1 RETURNING id)
      SELECT (SELECT count(*)::int FROM u) AS known, (extract(epoch FROM clock_timestamp()) * 1000)::text AS now_ms,
             (SELECT count(*)::int FROM relay_nodes WHERE id <> $1 AND role <> 'web' AND heartbeat_at > now() - make_interval(secs => ${NODE_DEAD_SECONDS})) AS others`,
    values: [nodeId, snapshotRev ?? 0n],
  });
  return { known: row!.known > 0, nodes: row!.others + 1, nowMs: Number(row!.now_ms) };
}

/** Relay nodes that have not written for too long, and owners of leases that have no row at all. */
export async function silentNodes(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id::text FROM relay_nodes WHERE heartbeat_at < now() - make_interval(secs => ${NODE_DEAD_SECONDS})
     UNION SELECT node_id::text FROM wallet_leases l WHERE NOT EXISTS (SELECT 1 FROM relay_nodes n WHERE n.id = l.node_id)
     UNION SELECT node_id::text FROM budget_leases l WHERE NOT EXISTS (SELECT 1 FROM relay_nodes n WHERE n.id = l.node_id)`);
  return rows.map(({ id }) => id);
}

/**
 * Gives a dead node's leases back and forgets it.
 *
 * @param sure its process is known to be gone; else it is spared when it has written in the last 30 s
 * @returns false when it lives
 */
export function reapNode(pool: Pool, nodeId: string, sure: boolean): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    const { rows: [row] } = await client.query<{ silent: boolean }>(
      `SELECT heartbeat_at < now() - make_interval(secs => ${NODE_DEAD_SECONDS}) AS silent FROM relay_nodes WHERE id = $1 FOR UPDATE`, [nodeId]);
    if (row && !row.silent && !sure) return false;
    const { rows: wallets } = await client.query<{ id: string }>("SELECT wallet_id::text AS id FROM wallet_leases WHERE node_id = $1 AND amount_nano > 0 LIMIT 1000", [nodeId]);
    await returnAll(client, nodeId);
    await client.query("DELETE FROM relay_nodes WHERE id = $1", [nodeId]);
    for (const { id } of wallets) await notify(client, "wallet", id);
    return true;
  });
}

/** Has the node written in the last 30 s? Undefined = it is unknown. */
export async function isSilent(db: Queryable, nodeId: string): Promise<boolean | undefined> {
  const { rows: [row] } = await db.query<{ silent: boolean }>(
    `SELECT heartbeat_at < now() - make_interval(secs => ${NODE_DEAD_SECONDS}) AS silent FROM relay_nodes WHERE id = $1`, [nodeId]);
  return row?.silent;
}
