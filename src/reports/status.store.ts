import { createFresh } from "#platform/fresh.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** One model on one UTC day: requests that the shop had to answer, and those that failed by no fault of the caller. */
export type DayCounts = Readonly<{ modelId: string; day: string; requests: number; failed: number }>;

/**
 * How requests ended, by model and UTC day. Not counted are those that the caller left, that his credit ended, or that
 * were refused for what he sent.
 */
export async function dailyOutcomes(db: Queryable, from: Date, to: Date): Promise<readonly DayCounts[]> {
  const { rows } = await db.query<{ model_id: string; day: string; requests: number; failed: number }>(
    `SELECT model_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS requests,
            (count(*) FILTER (WHERE outcome IN ('upstream_error', 'upstream_abort', 'interrupted')))::int AS failed
       FROM charges
      WHERE at >= $1 AND at < $2 AND outcome NOT IN ('client_abort', 'cut_no_credit') AND http_status NOT IN (400, 404, 413, 422, 429)
      GROUP BY model_id, day`,
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
