import type { Queryable } from "#platform/db/queryable.ts";
import { isWholeHourZone, wholeHours } from "#reports/usage-range.ts";
import { ERROR_OUTCOMES_SQL, SHOP_USAGE_SQL } from "#reports/usage-sql.ts";

export type Range = Readonly<{ from: Date; to: Date }>;

/** What usage can be split by. The key of a row is an id, or the start of a bucket. */
export type UsageBy = "total" | "hour" | "day" | "model" | "channel" | "wallet" | "group";

export type UsageSum = Readonly<{
  /** Undefined: nothing to split by, or a request that had none (no channel was tried). */
  key: string | undefined;
  requests: number; errors: number;
  chargeNano: bigint;
  /** Exact; rounded to nano where it is shown. */
  costPico: bigint;
}>;

const KEY: Readonly<Record<UsageBy, string>> = {
  total: "NULL::text",
  hour: "extract(epoch FROM date_trunc('hour', u.at))::bigint::text",
  day: "extract(epoch FROM date_trunc('day', u.at, $5))::bigint::text",
  model: "u.model_id::text",
  channel: "u.channel_id::text",
  wallet: "u.wallet_id::text",
  group: "u.group_id::text",
};

/** The charges themselves: for what the rollup does not know, groups and days that do not begin with an hour. */
const CHARGES_SQL = `
  SELECT c.at, c.wallet_id, c.model_id, c.channel_id, c.group_id, 1 AS requests, (c.outcome IN (${ERROR_OUTCOMES_SQL}))::int AS errors, c.charge_nano, c.cost_pico
    FROM charges c WHERE c.at >= $1::timestamptz AND c.at < $2::timestamptz`;

/**
 * Sums of what was charged and what it cost. The one place that says where such sums come from: every figure of the
 * dashboard is read here, through the rollup where it is exact, else from the charges. Both are the rows of the list of
 * requests, to the nano, at any instant.
 *
 * @param zone IANA name by which days are cut
 */
export async function sumUsage(db: Queryable, { from, to }: Range, by: UsageBy, zone = "UTC"): Promise<readonly UsageSum[]> {
  const rolled = by !== "group" && (by !== "day" || isWholeHourZone(zone, from, to));
  const hours = wholeHours(from, to);
  const values = [from, to, ...(rolled ? [hours.from, hours.to] : [null, null]), ...(by === "day" ? [zone] : [])];
  const { rows } = await db.query<{ key: string | null; requests: number; errors: number; charge: bigint; cost: string }>(
    `SELECT ${KEY[by]} AS key, coalesce(sum(u.requests), 0)::int AS requests, coalesce(sum(u.errors), 0)::int AS errors,
            coalesce(sum(u.charge_nano), 0)::bigint AS charge, coalesce(sum(u.cost_pico), 0)::text AS cost
       FROM (${rolled ? SHOP_USAGE_SQL : `${CHARGES_SQL} AND $3::timestamptz IS NULL AND $4::timestamptz IS NULL`}) u ${by === "total" ? "" : "GROUP BY 1"}`,
    values,
  );
  return rows.map(({ key, requests, errors, charge, cost }) => ({ key: key ?? undefined, requests, errors, chargeNano: charge, costPico: BigInt(cost) }));
}
