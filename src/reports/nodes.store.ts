import type { Queryable } from "#platform/db/queryable.ts";

export type NodeView = Readonly<{ id: string; host: string; pid: number; role: string; version: string; snapshotRev: bigint; startedAt: Date; heartbeatAt: Date; silent: boolean; leasedNano: bigint; heldNano: bigint; wallets: number }>;

/** Relay nodes with what they hold; one that has been silent for 30 s counts as dead and its leases go back. */
export async function listNodes(db: Queryable): Promise<{ nodes: readonly NodeView[]; rev: bigint }> {
  const { rows: nodes } = await db.query<NodeView>(
    `SELECT n.id, n.host, n.pid, n.role, n.version, n.snapshot_rev AS "snapshotRev", n.started_at AS "startedAt", n.heartbeat_at AS "heartbeatAt",
            n.heartbeat_at < now() - interval '30 seconds' AS silent, coalesce(l.leased, 0)::bigint AS "leasedNano", coalesce(l.held, 0)::bigint AS "heldNano", coalesce(l.wallets, 0)::int AS wallets
       FROM relay_nodes n LEFT JOIN (SELECT node_id, sum(amount_nano) AS leased, sum(held_nano) AS held, count(*) FILTER (WHERE amount_nano > 0) AS wallets FROM wallet_leases GROUP BY 1) l ON l.node_id = n.id
      ORDER BY n.heartbeat_at DESC`,
  );
  const { rows: [config] } = await db.query<{ rev: bigint }>("SELECT rev FROM config_rev WHERE id = 1");
  return { nodes, rev: config?.rev ?? 0n };
}

export type DatabaseView = Readonly<{
  version: string; bytes: bigint; connections: number; maxConnections: number; role: string; ownsTables: boolean;
  tables: readonly Readonly<{ name: string; bytes: bigint; rows: bigint | null }>[];
  partitions: readonly Readonly<{ name: string; parent: string; bytes: bigint; rows: bigint | null; bounds: string }>[];
  deadLetters: number; outbox: number; oldestOutbox: Date | null;
}>;

/** Rows are PostgreSQL's own estimates, null where it has made none yet: counting would read everything. */
export async function readDatabase(db: Queryable): Promise<DatabaseView> {
  const { rows: [facts] } = await db.query<Omit<DatabaseView, "tables" | "partitions">>(
    `SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes, current_user AS role,
            (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections, current_setting('max_connections')::int AS "maxConnections",
            (SELECT tableowner = current_user FROM pg_tables WHERE schemaname = 'public' AND tablename = 'ledger_entries') AS "ownsTables",
            (SELECT count(*)::int FROM settle_dead_letters) AS "deadLetters", (SELECT count(*)::int FROM outbox) AS outbox, (SELECT min(created_at) FROM outbox) AS "oldestOutbox"`,
  );
  const { rows: tables } = await db.query<DatabaseView["tables"][number]>(
    `SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes, nullif(c.reltuples, -1)::bigint AS rows FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT c.relispartition ORDER BY 2 DESC LIMIT 8`,
  );
  const { rows: partitions } = await db.query<DatabaseView["partitions"][number]>(
    `SELECT c.relname AS name, p.relname AS parent, pg_total_relation_size(c.oid) AS bytes, nullif(c.reltuples, -1)::bigint AS rows, pg_get_expr(c.relpartbound, c.oid) AS bounds
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY p.relname, c.relname`,
  );
  return { ...facts!, tables, partitions };
}

export type JobView = Readonly<{
  name: string; cron: string | null; lastStartedAt: Date | null; lastEndedAt: Date | null; lastState: string | null; seconds: number | null; failures: number; error: string | null; nextAt: Date | null;
}>;

/** Jobs as the engine keeps them: when each ran last, how it ended, and failures of the last week. */
export async function listJobs(db: Queryable): Promise<readonly JobView[]> {
  const { rows: [there] } = await db.query<{ there: boolean }>("SELECT to_regclass('pgboss.job') IS NOT NULL AND has_table_privilege('pgboss.job', 'SELECT') AS there");
  if (!there?.there) return [];
  const { rows } = await db.query<JobView>(
    `SELECT q.name, s.cron, l.started_on AS "lastStartedAt", l.completed_on AS "lastEndedAt", l.state::text AS "lastState",
            extract(epoch FROM l.completed_on - l.started_on)::float8 AS seconds, coalesce(f.failures, 0)::int AS failures, f.error,
            (SELECT min(j.start_after) FROM pgboss.job j WHERE j.name = q.name AND j.state < 'active') AS "nextAt"
       FROM pgboss.queue q LEFT JOIN pgboss.schedule s ON s.name = q.name
       LEFT JOIN LATERAL (SELECT started_on, completed_on, state FROM pgboss.job j WHERE j.name = q.name AND j.started_on IS NOT NULL ORDER BY j.started_on DESC LIMIT 1) l ON true
       LEFT JOIN LATERAL (SELECT count(*) AS failures, left((array_agg(coalesce(j.output ->> 'message', j.output::text) ORDER BY j.completed_on DESC))[1], 300) AS error
                            FROM pgboss.job j WHERE j.name = q.name AND j.state IN ('failed', 'retry') AND j.created_on > now() - interval '7 days') f ON true
      WHERE q.name NOT LIKE '\\_\\_%' ORDER BY q.name`,
  );
  return rows;
}
