import { FAILED, LIMITED } from "#channels/channel-state.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** An hour of a channel. `limited` (429) counts neither for nor against it. */
export type ChannelHour = Readonly<{ at: Date; attempts: number; failures: number; limited: number; /** Milliseconds to the first token, of answers. */ ttftP50: number | null; ttftP95: number | null }>;

/** The last 24 hours of a channel, oldest first, the present one still filling; hours without requests are there. */
export async function readChannelHours(db: Queryable, channelId: string): Promise<readonly ChannelHour[]> {
  const percentile = (share: number): string => `(percentile_cont(${share}) WITHIN GROUP (ORDER BY coalesce(a.ttft_ms, a.latency_ms)) FILTER (WHERE a.error_class IS NULL))::float8`;
  const { rows } = await db.query<ChannelHour>(
    `SELECT h.at, count(a.at)::int AS attempts, (count(*) FILTER (WHERE ${FAILED}))::int AS failures, (count(*) FILTER (WHERE ${LIMITED}))::int AS limited,
            ${percentile(0.5)} AS "ttftP50", ${percentile(0.95)} AS "ttftP95"
       FROM generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour') AS h(at)
       LEFT JOIN attempts a ON a.channel_id = $1 AND a.at >= h.at AND a.at < h.at + interval '1 hour' AND a.at > now() - interval '25 hours'
      GROUP BY h.at ORDER BY h.at`, [channelId]);
  return rows;
}
