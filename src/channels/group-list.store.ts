import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type GroupView = Readonly<{
  id: string; name: string; ppm: number; topUpPpm: number; limits: Readonly<Record<string, number>>; auto: readonly string[]; createdAt: Date; updatedAt: Date;
  members: number; keys: number; channels: number;
  overrides: readonly Readonly<{ modelId: string; slug: string; ppm: number | null; document: PriceDocument | null }>[];
  month: Readonly<{ soldNano: bigint; costPico: bigint }>;
}>;

/** Groups by name, with who is in them and what they bring. */
export async function listGroups(db: Queryable): Promise<readonly GroupView[]> {
  const { rows } = await db.query<Omit<GroupView, "overrides" | "month"> & { sold: string; cost: string }>(
    `SELECT g.id, g.name, g.ppm, g.top_up_ppm AS "topUpPpm", g.limits, g.auto, g.created_at AS "createdAt", g.updated_at AS "updatedAt",
            (SELECT count(*)::int FROM users u WHERE u.group_id = g.id AND u.email <> 'house') AS members, (SELECT count(*)::int FROM api_keys k WHERE k.group_id = g.id) AS keys,
            (SELECT count(*)::int FROM channel_groups c WHERE c.group_id = g.id) AS channels, coalesce(t.sold, 0)::text AS sold, coalesce(t.cost, 0)::text AS cost
       FROM groups g
       LEFT JOIN (SELECT group_id, sum(charge_nano) AS sold, sum(cost_pico) AS cost FROM charges WHERE at > now() - interval '30 days' GROUP BY 1) t ON t.group_id = g.id
      ORDER BY g.name <> 'default', g.name`);
  const overrides = Map.groupBy((await db.query<{ group: string; modelId: string; slug: string; ppm: number | null; document: PriceDocument | null }>(
    `SELECT p.group_id AS group, p.model_id AS "modelId", m.slug, p.ppm, p.doc AS document FROM group_prices p JOIN models m ON m.id = p.model_id ORDER BY m.slug`)).rows, (row) => row.group);
  return rows.map(({ sold, cost, ...row }) => ({
    ...row, month: { soldNano: BigInt(sold), costPico: BigInt(cost) }, overrides: (overrides.get(row.id) ?? []).map(({ group: _, ...override }) => override),
  }));
}

/** Relay nodes that are alive, and how many of them serve the newest revision. */
export async function liveNodes(db: Queryable): Promise<Readonly<{ live: number; current: number }>> {
  const { rows } = await db.query<{ live: number; current: number }>(
    `SELECT count(*)::int AS live, (count(*) FILTER (WHERE snapshot_rev >= coalesce((SELECT max(rev) FROM config_rev), 0)))::int AS current
       FROM relay_nodes WHERE role <> 'web' AND heartbeat_at > now() - interval '15 seconds'`);
  return rows[0]!;
}
