import type { Pool, PoolClient } from "pg";
import { STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { ERROR_OUTCOMES_SQL, NO_ID } from "#reports/usage-sql.ts";

/** Settlements added at a time: some tens of thousands of charges, well inside a job's statement. */
const SETTLEMENTS_A_ROUND = 2_000;
const ROUNDS_MAX = 500;

/** A transaction appears among the running ones a moment after it began; this is many times that moment. */
const LAG_SECONDS = 10;

/**
 * Adds what was settled since the last run to `usage_hourly`. Each settlement counts once: its posting time is compared
 * with the mark, and the mark moves in the transaction that adds. The mark never passes the oldest transaction that is
 * still running, so none can appear behind it later.
 *
 * @returns how many settlements were added
 */
export async function rollUsage(pool: Pool, lagSeconds = LAG_SECONDS): Promise<number> {
  let added = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const settlements = await withTransaction(pool, (client) => rollOnce(client, lagSeconds));
    added += settlements;
    if (settlements < SETTLEMENTS_A_ROUND) break;
  }
  return added;
}

async function rollOnce(client: PoolClient, lagSeconds: number): Promise<number> {
  await client.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS.jobs}`);
  await client.query("SELECT 1 FROM usage_rollup WHERE id = 1 FOR UPDATE");
  // Times stay text of the database's own: a Date would cut the microseconds that the comparison needs.
  const { rows } = await client.query<{ since: string; until: string; settlements: number }>(
    `WITH w AS (SELECT through FROM usage_rollup WHERE id = 1),
          safe AS (SELECT LEAST(clock_timestamp() - make_interval(secs => $1), min(xact_start)) AS at FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL),
          next AS (SELECT t.posted_at FROM ledger_transactions t, w, safe
                    WHERE t.kind = 'settlement' AND t.posted_at >= w.through AND t.posted_at < safe.at ORDER BY t.posted_at LIMIT ${SETTLEMENTS_A_ROUND})
     SELECT w.through::text AS since, GREATEST(w.through, CASE WHEN n.count < ${SETTLEMENTS_A_ROUND} THEN safe.at ELSE n.last + interval '1 microsecond' END)::text AS until,
            n.count::int AS settlements
       FROM w, safe, (SELECT count(*) AS count, max(posted_at) AS last FROM next) n`,
    [lagSeconds],
  );
  const { since, until, settlements } = rows[0]!;
  if (settlements > 0) await client.query(ADD, [since, until]);
  await client.query("UPDATE usage_rollup SET through = $1::timestamptz WHERE id = 1", [until]);
  return settlements;
}

const ITEM_SUMS = `
  (SELECT jsonb_object_agg(x.item, x.quantity) FROM (
     SELECT e.key AS item, sum(e.value::numeric) AS quantity FROM (SELECT * FROM jsonb_each_text(u.u_other) UNION ALL SELECT * FROM jsonb_each_text(EXCLUDED.u_other)) e GROUP BY e.key) x)`;

const ADD = `
  WITH c AS (
    SELECT date_trunc('hour', c.at) AS hour, c.wallet_id, coalesce(c.key_id, '${NO_ID}') AS key_id, c.model_id, coalesce(c.channel_id, '${NO_ID}') AS channel_id,
           c.outcome, c.u_input, c.u_cache_read, c.u_cache_write_5m, c.u_cache_write_1h, c.u_output, c.u_reasoning, c.u_other, c.charge_nano, c.cost_pico,
           c.latency_ms, c.ttft_ms
      FROM ledger_transactions t JOIN charges c ON c.settlement_id = t.id
     WHERE t.kind = 'settlement' AND t.posted_at >= $1::timestamptz AND t.posted_at < $2::timestamptz),
  items AS (
    SELECT hour, wallet_id, key_id, model_id, channel_id, jsonb_object_agg(item, quantity) AS u_other FROM (
      SELECT c.hour, c.wallet_id, c.key_id, c.model_id, c.channel_id, e.key AS item, sum(e.value::numeric) AS quantity
        FROM c, jsonb_each_text(c.u_other) e WHERE e.key <> 'request' GROUP BY 1, 2, 3, 4, 5, 6) x
     GROUP BY 1, 2, 3, 4, 5),
  sums AS (
    SELECT hour, wallet_id, key_id, model_id, channel_id, count(*) AS requests, count(*) FILTER (WHERE outcome IN (${ERROR_OUTCOMES_SQL})) AS errors,
           sum(u_input) AS u_input, sum(u_cache_read) AS u_cache_read, sum(u_cache_write_5m) AS u_cache_write_5m, sum(u_cache_write_1h) AS u_cache_write_1h,
           sum(u_output) AS u_output, sum(u_reasoning) AS u_reasoning, sum(charge_nano) AS charge_nano, sum(cost_pico) AS cost_pico,
           coalesce(sum(latency_ms), 0) AS latency_ms, coalesce(sum(ttft_ms), 0) AS ttft_ms
      FROM c GROUP BY 1, 2, 3, 4, 5)
  INSERT INTO usage_hourly AS u (hour, wallet_id, key_id, model_id, channel_id, requests, errors, u_input, u_cache_read, u_cache_write_5m, u_cache_write_1h,
                                 u_output, u_reasoning, u_other, charge_nano, cost_pico, latency_ms, ttft_ms)
  SELECT s.hour, s.wallet_id, s.key_id, s.model_id, s.channel_id, s.requests, s.errors, s.u_input, s.u_cache_read, s.u_cache_write_5m, s.u_cache_write_1h,
         s.u_output, s.u_reasoning, coalesce(i.u_other, '{}'), s.charge_nano, s.cost_pico, s.latency_ms, s.ttft_ms
    FROM sums s LEFT JOIN items i USING (hour, wallet_id, key_id, model_id, channel_id)
  ON CONFLICT (hour, wallet_id, key_id, model_id, channel_id) DO UPDATE SET
    requests = u.requests + EXCLUDED.requests, errors = u.errors + EXCLUDED.errors, u_input = u.u_input + EXCLUDED.u_input,
    u_cache_read = u.u_cache_read + EXCLUDED.u_cache_read, u_cache_write_5m = u.u_cache_write_5m + EXCLUDED.u_cache_write_5m,
    u_cache_write_1h = u.u_cache_write_1h + EXCLUDED.u_cache_write_1h, u_output = u.u_output + EXCLUDED.u_output,
    u_reasoning = u.u_reasoning + EXCLUDED.u_reasoning, charge_nano = u.charge_nano + EXCLUDED.charge_nano, cost_pico = u.cost_pico + EXCLUDED.cost_pico,
    latency_ms = u.latency_ms + EXCLUDED.latency_ms, ttft_ms = u.ttft_ms + EXCLUDED.ttft_ms, u_other = coalesce(${ITEM_SUMS}, '{}')`;
