import type { Shop } from "../../support/shop-process.ts";

const DAYS = 35;
/** Of the wallets, keys, models and channels that traded today, how many trade in one hour. */
const SHARE = 0.05;

/**
 * Weeks of trade before today, as the hourly sums have them: the same customers, models and channels, busy by day, quiet
 * at night and at weekends, and a little busier every week. Single requests and their receipts are of today only.
 */
export async function rememberWeeks(shop: Shop): Promise<void> {
  await shop.sql(
    `INSERT INTO usage_hourly (hour, wallet_id, key_id, model_id, channel_id, requests, errors, u_input, u_cache_read, u_output, u_reasoning, charge_nano, cost_pico, latency_ms, ttft_ms)
     SELECT h.hour, c.wallet_id, c.key_id, c.model_id, c.channel_id, c.requests * h.busy, (hashtext('failed ' || h.hour::text || c.place) & 63 = 0)::int, c.u_input * h.busy, c.u_cache_read * h.busy,
            c.u_output * h.busy, c.u_reasoning * h.busy, c.charge_nano * h.busy, c.cost_pico * h.busy, c.latency_ms * h.busy, c.ttft_ms * h.busy
       FROM (SELECT *, row_number() OVER (ORDER BY model_id, channel_id, wallet_id, key_id) AS place FROM (
              SELECT wallet_id, key_id, model_id, channel_id, 1 AS requests, avg(u_input)::bigint AS u_input,
                     avg(u_cache_read)::bigint AS u_cache_read, avg(u_output)::bigint AS u_output, avg(u_reasoning)::bigint AS u_reasoning, avg(charge_nano)::bigint AS charge_nano,
                     round(avg(cost_pico)) AS cost_pico, coalesce(avg(latency_ms), 0)::bigint AS latency_ms, coalesce(avg(ttft_ms), 0)::bigint AS ttft_ms
                FROM charges WHERE key_id IS NOT NULL AND channel_id IS NOT NULL GROUP BY 1, 2, 3, 4) sums) c,
            (SELECT hour, ceil((1.5 + 3 * greatest(0, sin((extract(hour FROM hour) - 6) * pi() / 14)))
                      * CASE WHEN extract(isodow FROM hour) > 5 THEN 0.5 ELSE 1 END * (1 - 0.012 * extract(day FROM date_trunc('day', now()) - date_trunc('day', hour))))::int AS busy
               FROM generate_series(date_trunc('day', now()) - make_interval(days => $1), now() - interval '24 hours', interval '1 hour') AS hour) h
      WHERE (hashtext(h.hour::text || c.place) & 1023) < 1024 * $2::float8
     ON CONFLICT DO NOTHING`,
    [DAYS, SHARE]);
}
