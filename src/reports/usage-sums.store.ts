import { OUTCOMES_OF } from "#reports/receipt.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type Range = Readonly<{ from: Date; to: Date }>;

/** What usage can be split by. The key of a row is an id, or the start of a bucket. */
export type UsageBy = "total" | "hour" | "day" | "model" | "channel" | "wallet" | "group";

export type UsageSum = Readonly<{
  /** Undefined: nothing to split by, or a request that had none (no channel was tried). */
  key: string | undefined;
  requests: number; errors: number; cancelled: number;
  chargeNano: bigint;
  /** Exact; rounded to nano where it is shown. */
  costPico: bigint;
}>;

const KEY: Readonly<Record<UsageBy, string>> = {
  total: "NULL::text",
  hour: "date_trunc('hour', c.at)::text",
  day: "date_trunc('day', c.at, $3)::text",
  model: "c.model_id::text",
  channel: "c.channel_id::text",
  wallet: "c.wallet_id::text",
  group: "c.group_id::text",
};

/**
 * Sums of what was charged and what it cost. The one place that says where such sums come from: every figure of the
 * dashboard is read here, from the same rows as the list of requests, so the two cannot differ.
 *
 * @param zone IANA name by which days are cut
 */
export async function sumUsage(db: Queryable, range: Range, by: UsageBy, zone = "UTC"): Promise<readonly UsageSum[]> {
  const { rows } = await db.query<{ key: string | null; requests: number; errors: number; cancelled: number; charge: bigint; cost: string }>(
    `SELECT ${by === "hour" || by === "day" ? `extract(epoch FROM (${KEY[by]})::timestamptz)::bigint::text` : KEY[by]} AS key, count(*)::int AS requests,
            (count(*) FILTER (WHERE c.outcome = ANY($4)))::int AS errors, (count(*) FILTER (WHERE c.outcome = ANY($5)))::int AS cancelled,
            coalesce(sum(c.charge_nano), 0)::bigint AS charge, coalesce(sum(c.cost_pico), 0)::text AS cost
       FROM charges c WHERE c.at >= $1 AND c.at < $2 AND $3::text IS NOT NULL ${by === "total" ? "" : "GROUP BY 1"}`,
    [range.from, range.to, zone, OUTCOMES_OF.error, OUTCOMES_OF.cancelled],
  );
  return rows.map(({ key, requests, errors, cancelled, charge, cost }) => ({
    key: key ?? undefined, requests, errors, cancelled, chargeNano: charge, costPico: BigInt(cost),
  }));
}
