import { createFresh } from "#platform/fresh.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** One model on one UTC day: requests that the shop had to answer, and those that failed by no fault of the caller. */
export type DayCounts = Readonly<{ modelId: string; day: string; requests: number; failed: number }>;

/** A request that ended this way says nothing about the shop: its caller left, ran out of credit, or was refused for what he sent. */
const CALLERS_OWN = "(c.outcome IN ('client_abort', 'cut_no_credit') OR c.http_status IN (400, 404, 413, 422, 429))";

/**
 * How requests ended, by model and UTC day, of whole hours. How many there were is known to the rollup and to what was
 * settled since its mark; those that did not end well are few, and an index of their own finds them.
 */
export async function dailyOutcomes(db: Queryable, from: Date, to: Date): Promise<readonly DayCounts[]> {
  const { rows } = await db.query<{ model_id: string; day: string; requests: number; failed: number }>(
    `SELECT model_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, sum(requests)::int AS requests, sum(failed)::int AS failed
       FROM (SELECT h.model_id, h.hour AS at, h.requests, 0 AS failed FROM usage_hourly h WHERE h.hour >= $1 AND h.hour < $2
             UNION ALL
             SELECT c.model_id, c.at, 1, 0 FROM ledger_transactions t JOIN charges c ON c.settlement_id = t.id
              WHERE t.kind = 'settlement' AND t.posted_at >= (SELECT through FROM usage_rollup WHERE id = 1) AND c.at >= $1 AND c.at < $2
             UNION ALL
             SELECT c.model_id, c.at, CASE WHEN ${CALLERS_OWN} THEN -1 ELSE 0 END,
                    CASE WHEN c.outcome IN ('upstream_error', 'upstream_abort', 'interrupted') AND NOT ${CALLERS_OWN} THEN 1 ELSE 0 END
               FROM charges c WHERE c.at >= $1 AND c.at < $2 AND c.outcome <> 'ok') ends
      GROUP BY model_id, day HAVING sum(requests) > 0`,
    [from, to],
  );
  return rows.map(({ model_id, ...rest }) => ({ modelId: model_id, ...rest }));
}

/** How fast a model has been: medians over whole answers. */
export type Speed = Readonly<{ requests: number; firstTokenMs: number | undefined; tokensPerSecond: number | undefined }>;

/** Medians since `from`. Tokens a second are counted from the first token on, of streams only. */
export async function modelSpeeds(db: Queryable, from: Date): Promise<ReadonlyMap<string, Speed>> {
  const { rows } = await db.query<{ model_id: string; requests: number; first: number | null; speed: number | null }>(
    `SELECT model_id, count(*)::int AS requests,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft_ms) FILTER (WHERE stream AND ttft_ms IS NOT NULL) AS first,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY (u_output + u_reasoning) * 1000.0 / nullif(latency_ms - ttft_ms, 0))
              FILTER (WHERE stream AND latency_ms > ttft_ms AND u_output > 0) AS speed
       FROM charges WHERE at >= $1 AND outcome = 'ok' GROUP BY model_id`,
    [from],
  );
  return new Map(rows.map(({ model_id, requests, first, speed }) => [
    model_id, { requests, firstTokenMs: first ?? undefined, tokensPerSecond: speed === null ? undefined : Number(speed) },
  ]));
}

export type ShopStatus = Readonly<{ days: readonly DayCounts[]; speeds: ReadonlyMap<string, Speed>; at: Date }>;

const DAY_MS = 86_400_000;
const DAYS = 90;
const SPEED_DAYS = 7;
/** Days that are over change no more but for charges that a crashed node brings later. */
const PAST_MAX_AGE_MS = 3_600_000;
const TODAY_MAX_AGE_MS = 20_000;

/** The last 90 days for every page that shows how the shop is doing: counted at most every 20 seconds, whoever looks. */
export function createShopStatus(db: Queryable, now: () => number): () => Promise<ShopStatus> {
  const midnight = (): number => Math.floor(now() / DAY_MS) * DAY_MS;
  const past = createFresh(async () => {
    const today = midnight();
    const [days, speeds] = await Promise.all([
      dailyOutcomes(db, new Date(today - (DAYS - 1) * DAY_MS), new Date(today)),
      modelSpeeds(db, new Date(now() - SPEED_DAYS * DAY_MS)),
    ]);
    return { days, speeds, today };
  }, { maxAgeMs: PAST_MAX_AGE_MS, now });
  return createFresh(async () => {
    const { days, speeds, today } = await past();
    const later = await dailyOutcomes(db, new Date(today), new Date(now() + DAY_MS));
    return { days: [...days, ...later], speeds, at: new Date(now()) };
  }, { maxAgeMs: TODAY_MAX_AGE_MS, now });
}
