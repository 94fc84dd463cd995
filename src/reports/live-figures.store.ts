import type { Queryable } from "#platform/db/queryable.ts";
import { OUTCOMES_OF } from "#reports/receipt.ts";

/** How the shop serves right now: the last minute, and for what needs more than a minute the last quarter of an hour. */
export type LiveFigures = Readonly<{
  /** Requests that ended in the last minute, and in the busiest minute of the last hour. */
  lastMinute: number; busiestMinute: number;
  /** Of the last 15 minutes. */
  requests: number; errors: number; firstTokenP50: number | null; firstTokenP95: number | null;
  /** Requests in each of the last 15 minutes, oldest first. */
  minutes: readonly number[];
  /** Money held for requests that run now, in how many wallets, and the nodes that answer. */
  heldNano: bigint; heldWallets: number; nodes: number;
}>;

const MINUTES = 15;

export async function readLiveFigures(db: Queryable): Promise<LiveFigures> {
  const { rows: [counts] } = await db.query<Pick<LiveFigures, "lastMinute" | "requests" | "errors" | "firstTokenP50" | "firstTokenP95">>(
    `SELECT (count(*) FILTER (WHERE at > now() - interval '1 minute'))::int AS "lastMinute", count(*)::int AS requests, (count(*) FILTER (WHERE outcome = ANY($1)))::int AS errors,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft_ms))::int AS "firstTokenP50", round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft_ms))::int AS "firstTokenP95"
       FROM charges WHERE at > now() - interval '${MINUTES} minutes'`, [OUTCOMES_OF.error]);
  const { rows: byMinute } = await db.query<{ ago: number; requests: number }>(
    "SELECT floor(extract(epoch FROM now() - at) / 60)::int AS ago, count(*)::int AS requests FROM charges WHERE at > now() - interval '1 hour' AND at <= now() GROUP BY 1");
  const { rows: [held] } = await db.query<Pick<LiveFigures, "heldNano" | "heldWallets" | "nodes">>(
    `SELECT coalesce(sum(l.held_nano), 0)::bigint AS "heldNano", (count(DISTINCT l.wallet_id) FILTER (WHERE l.held_nano > 0))::int AS "heldWallets", count(DISTINCT n.id)::int AS nodes
       FROM relay_nodes n LEFT JOIN wallet_leases l ON l.node_id = n.id WHERE n.heartbeat_at > now() - interval '30 seconds' AND n.role <> 'web'`);
  const requestsAt = new Map(byMinute.map(({ ago, requests }) => [ago, requests]));
  return {
    ...counts!, ...held!,
    busiestMinute: Math.max(0, ...requestsAt.values()),
    minutes: Array.from({ length: MINUTES }, (_, index) => requestsAt.get(MINUTES - 1 - index) ?? 0),
  };
}
