import type { CostRoute } from "#channels/margins.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type PriceVersionView = Readonly<{
  id: bigint; effectiveFrom: Date; document: PriceDocument; ratioInput: Readonly<Record<string, unknown>> | null; note: string | null; createdAt: Date; createdBy: string | null;
}>;

/** One model as the model list and the price book see it. */
export type SheetRow = Readonly<{
  id: string; slug: string; name: string | null; vendor: string | null; enabled: boolean; contextTokens: number | null; maxOutputTokens: number | null;
  endpoints: readonly string[]; aliases: readonly string[]; fallbacks: readonly Readonly<{ model: string; on: readonly string[] }>[]; limits: Readonly<Record<string, number>>; facts: Readonly<Record<string, unknown>>; listPrice: PriceDocument | null;
  createdAt: Date; updatedAt: Date;
  current: PriceVersionView | null;
  /** Versions that have not begun, soonest first. */
  scheduled: readonly PriceVersionView[];
  /** Newest version of all, by which a second editor is noticed. */
  newestVersion: bigint | null;
  routes: readonly CostRoute[];
  /** Requests of customers in the last 24 hours, and how many of them failed. */
  day: Readonly<{ requests: number; failed: number }>;
  month: Readonly<{ requests: number; soldNano: bigint; costPico: bigint; input: bigint; output: bigint }>;
}>;

type Row = Omit<SheetRow, "current" | "scheduled" | "newestVersion" | "routes" | "day" | "month">;
type VersionRow = { id: bigint; model_id: string; effective_from: Date; doc: PriceDocument; ratio_input: Record<string, unknown> | null; note: string | null; created_at: Date; by: string | null; begun: boolean };

const VERSION = `SELECT p.id, p.model_id, p.effective_from, p.doc, p.ratio_input, p.note, p.created_at, u.email AS by, p.effective_from <= now() AS begun
  FROM price_versions p LEFT JOIN users u ON u.id = p.created_by`;

const toVersion = (row: VersionRow): PriceVersionView => ({
  id: BigInt(row.id), effectiveFrom: row.effective_from, document: row.doc, ratioInput: row.ratio_input, note: row.note, createdAt: row.created_at, createdBy: row.by,
});

/** Every model with its prices, its channels' costs and its traffic, by name. `ids` = those alone. */
export async function readPriceSheet(db: Queryable, ids?: readonly string[]): Promise<readonly SheetRow[]> {
  const only = ids ?? null;
  const { rows } = await db.query<Row>(
    `SELECT m.id, m.slug, m.name, v.slug AS vendor, m.enabled, m.context_tokens AS "contextTokens", m.max_output_tokens AS "maxOutputTokens", m.endpoints, m.limits, m.fallbacks, m.facts,
            m.list_price AS "listPrice", m.created_at AS "createdAt", m.updated_at AS "updatedAt", ARRAY(SELECT alias FROM model_aliases a WHERE a.model_id = m.id ORDER BY 1) AS aliases
       FROM models m LEFT JOIN vendors v ON v.id = m.vendor_id WHERE $1::uuid[] IS NULL OR m.id = ANY($1) ORDER BY m.slug`, [only]);
  const versions = Map.groupBy(
    (await db.query<VersionRow>(
      `${VERSION} WHERE ($1::uuid[] IS NULL OR p.model_id = ANY($1)) AND p.effective_from >= coalesce((SELECT max(q.effective_from) FROM price_versions q
          WHERE q.model_id = p.model_id AND q.effective_from <= now()), '-infinity') ORDER BY p.effective_from`, [only])).rows, (row) => row.model_id);
  const newest = new Map((await db.query<{ id: string; newest: bigint }>("SELECT model_id AS id, max(id) AS newest FROM price_versions WHERE $1::uuid[] IS NULL OR model_id = ANY($1) GROUP BY 1", [only]))
    .rows.map((row) => [row.id, BigInt(row.newest)]));
  const routes = await readRoutes(db);
  const traffic = await readModelTraffic(db);
  return rows.map((row) => {
    const own = versions.get(row.id) ?? [];
    const begun = own.find((version) => version.begun);
    const { day, month } = traffic.get(row.id) ?? NO_TRAFFIC;
    return {
      ...row, current: begun ? toVersion(begun) : null, scheduled: own.filter((version) => !version.begun).map(toVersion), newestVersion: newest.get(row.id) ?? null,
      routes: routes.get(row.slug) ?? [], day, month,
    };
  });
}

/** All versions of one model, the latest to begin first. */
export async function readPriceHistory(db: Queryable, modelId: string, limit: number): Promise<readonly PriceVersionView[]> {
  const { rows } = await db.query<VersionRow>(`${VERSION} WHERE p.model_id = $1 ORDER BY p.effective_from DESC LIMIT $2`, [modelId, limit]);
  return rows.map(toVersion);
}

async function readRoutes(db: Queryable): Promise<Map<string, CostRoute[]>> {
  const { rows } = await db.query<CostRoute & { model: string }>(
    `SELECT cm.public_name AS model, c.id AS "channelId", c.name, c.status = 'active' AS live, c.priority, c.cost_ppm AS "costPpm", k.doc AS "ownCost"
       FROM channel_models cm JOIN channels c ON c.id = cm.channel_id
       LEFT JOIN LATERAL (SELECT doc FROM cost_versions WHERE channel_id = c.id AND upstream_model = cm.upstream_name AND currency = 'USD' AND effective_from <= now()
                           ORDER BY effective_from DESC LIMIT 1) k ON true
      ORDER BY c.priority DESC, c.number`);
  const lists = new Map<string, CostRoute[]>();
  for (const { model, ...route } of rows) lists.set(model, [...(lists.get(model) ?? []), route]);
  return lists;
}

type Traffic = Pick<SheetRow, "day" | "month">;
const NO_TRAFFIC: Traffic = { day: { requests: 0, failed: 0 }, month: { requests: 0, soldNano: 0n, costPico: 0n, input: 0n, output: 0n } };

/** Of customers: the house's own tests are no traffic. */
async function readModelTraffic(db: Queryable): Promise<Map<string, Traffic>> {
  const { rows } = await db.query<{ id: string; requests: number; failed: number; month: number; sold: string; cost: string; input: string; output: string }>(
    `SELECT model_id AS id, count(*)::int AS month, (count(*) FILTER (WHERE at > now() - interval '24 hours'))::int AS requests,
            (count(*) FILTER (WHERE at > now() - interval '24 hours' AND outcome NOT IN ('ok', 'empty', 'refused', 'client_abort')))::int AS failed,
            sum(charge_nano)::text AS sold, sum(cost_pico)::text AS cost, sum(u_input + u_cache_read + u_cache_write_5m + u_cache_write_1h)::text AS input,
            sum(u_output + u_reasoning)::text AS output
       FROM charges WHERE at > now() - interval '30 days' AND detail ->> 'test' IS NULL GROUP BY model_id`);
  return new Map(rows.map((row) => [row.id, {
    day: { requests: row.requests, failed: row.failed },
    month: { requests: row.month, soldNano: BigInt(row.sold), costPico: BigInt(row.cost), input: BigInt(row.input), output: BigInt(row.output) },
  }]));
}
