import type { Pool } from "pg";
import { checkInvariants, INVARIANTS, type InvariantResult } from "#money/invariants.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Runs that are kept; a broken one is kept for good, as its rows are the evidence. */
const KEPT_DAYS = 90;

/** Runs every invariant and keeps what came out: the board, the banner and the to-do list read the last run. */
export async function runInvariants(pool: Pool, startedBy: string): Promise<InvariantRun> {
  const id = uuidv7();
  const startedAt = new Date();
  const results = await checkInvariants(pool);
  await withTransaction(pool, async (client) => {
    await client.query(
      "INSERT INTO recon_runs (id, kind, status, summary, started_at, finished_at) VALUES ($1, 'invariants', 'done', $2, $3, now())",
      [id, JSON.stringify({ by: startedBy, rows: Object.fromEntries(results.map(({ id: name, rows }) => [name, rows])) }), startedAt],
    );
    for (const { id: name, sample } of results) {
      for (const key of new Set(sample)) await client.query("INSERT INTO recon_diffs (run_id, kind, key) VALUES ($1, $2, $3)", [id, name, key]);
    }
    await client.query(
      `DELETE FROM recon_runs r WHERE r.kind = 'invariants' AND r.started_at < now() - make_interval(days => $1) AND NOT EXISTS (SELECT 1 FROM recon_diffs d WHERE d.run_id = r.id)`,
      [KEPT_DAYS],
    );
  });
  return { id, startedAt, finishedAt: new Date(), by: startedBy, results };
}

export type InvariantRun = Readonly<{ id: string; startedAt: Date; finishedAt: Date | null; by: string; results: readonly InvariantResult[] }>;

type Row = { id: string; startedAt: Date; finishedAt: Date | null; summary: { by?: string; rows?: Record<string, number> }; diffs: { kind: string; keys: string[] }[] | null };

/** The last runs, newest first. An invariant that a run did not know is left out of it. */
export async function lastInvariantRuns(db: Queryable, limit: number): Promise<readonly InvariantRun[]> {
  const { rows } = await db.query<Row>(
    `SELECT r.id, r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.summary,
            (SELECT json_agg(json_build_object('kind', d.kind, 'keys', d.keys)) FROM (SELECT kind, array_agg(key ORDER BY key) AS keys FROM recon_diffs WHERE run_id = r.id GROUP BY kind) d) AS diffs
       FROM recon_runs r WHERE r.kind = 'invariants' AND r.status = 'done' ORDER BY r.started_at DESC LIMIT $1`,
    [limit],
  );
  return rows.map(({ summary, diffs, ...row }) => ({
    ...row,
    by: summary.by ?? "",
    results: INVARIANTS.flatMap(({ id, says }) => {
      const found = summary.rows?.[id];
      return found === undefined ? [] : [{ id, says, rows: found, sample: diffs?.find(({ kind }) => kind === id)?.keys ?? [] }];
    }),
  }));
}

/** Names of the invariants that the last run found broken; for the banner that all staff see. */
export async function brokenInvariants(db: Queryable): Promise<readonly string[]> {
  const [last] = await lastInvariantRuns(db, 1);
  return last?.results.filter(({ rows }) => rows > 0).map(({ id }) => id) ?? [];
}
