import type { Pool } from "pg";
import { checkInvariants, INVARIANTS, type InvariantResult, type Sparing } from "#money/invariants.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Runs that are kept; a broken one is kept for good, as its rows are the evidence. */
const KEPT_DAYS = 90;

/** By itself everything is read once a day; in between, what was posted since the run before. */
const WHOLE_EVERY_MS = 23 * 3_600_000;
/** What a run reads again of the time before the last one: a posting counts from its beginning and is seen from its end. */
const OVERLAP_MS = 3_600_000;

/**
 * Runs every invariant and keeps what came out: the board, the banner and the to-do list read the last run.
 *
 * @param how `sparing` leaves out history that was read in the last day, except where the last run found something
 */
export async function runInvariants(pool: Pool, startedBy: string, how: "whole" | "sparing" = "whole"): Promise<InvariantRun> {
  const id = uuidv7();
  const startedAt = new Date();
  const sparing = how === "sparing" ? await sparingSince(pool, startedAt) : undefined;
  const results = await checkInvariants(pool, sparing);
  await withTransaction(pool, async (client) => {
    await client.query(
      "INSERT INTO recon_runs (id, kind, status, summary, started_at, finished_at) VALUES ($1, 'invariants', 'done', $2, $3, now())",
      [id, JSON.stringify({ by: startedBy, whole: sparing === undefined, rows: Object.fromEntries(results.map(({ id: name, rows }) => [name, rows])) }), startedAt],
    );
    for (const { id: name, sample } of results) {
      for (const key of new Set(sample)) await client.query("INSERT INTO recon_diffs (run_id, kind, key) VALUES ($1, $2, $3)", [id, name, key]);
    }
    await client.query(
      `DELETE FROM recon_runs r WHERE r.kind = 'invariants' AND r.started_at < now() - make_interval(days => $1) AND NOT EXISTS (SELECT 1 FROM recon_diffs d WHERE d.run_id = r.id)`,
      [KEPT_DAYS],
    );
  });
  return { id, startedAt, finishedAt: new Date(), by: startedBy, whole: sparing === undefined, results };
}

/** What a sparing run may leave out; nothing when everything was not read for a day. */
async function sparingSince(pool: Pool, now: Date): Promise<Sparing | undefined> {
  const [[last], whole] = await Promise.all([lastInvariantRuns(pool, 1), lastWholeRun(pool)]);
  if (!last || !whole || now.getTime() - whole.getTime() >= WHOLE_EVERY_MS) return undefined;
  return { since: new Date(last.startedAt.getTime() - OVERLAP_MS), whole: new Set(last.results.filter(({ rows }) => rows > 0).map(({ id }) => id)) };
}

/** When everything was read last. */
export async function lastWholeRun(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date }>(
    "SELECT started_at AS at FROM recon_runs WHERE kind = 'invariants' AND status = 'done' AND summary -> 'whole' = 'true' ORDER BY started_at DESC LIMIT 1");
  return rows[0]?.at;
}

export type InvariantRun = Readonly<{ id: string; startedAt: Date; finishedAt: Date | null; by: string; /** Whether all history was read. */ whole: boolean; results: readonly InvariantResult[] }>;

type Row = { id: string; startedAt: Date; finishedAt: Date | null; summary: { by?: string; whole?: boolean; rows?: Record<string, number> }; diffs: { kind: string; keys: string[] }[] | null };

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
    whole: summary.whole ?? true,
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
