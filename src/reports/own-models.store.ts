import { overridePrice } from "#catalog/index.ts";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument, type Multiplier } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** A model that this customer may call, at his prices. Amounts are pico-USD per unit. */
export type OwnModel = Readonly<{
  id: string; slug: string; name: string; vendor: string | null; vendorName: string | null; contextTokens: number | null; maxOutputTokens: number | null;
  endpoints: readonly string[]; priceSince: Date;
  /** What he pays, and the list price where that is another. */
  prices: Readonly<Record<string, Readonly<{ own: bigint; list: bigint }>>>;
  tiers: readonly Readonly<{ over: number; prices: Readonly<Record<string, bigint>> }>[];
}>;

type Row = {
  id: string; slug: string; name: string | null; vendor: string | null; vendor_name: string | null; context_tokens: number | null; max_output_tokens: number | null;
  endpoints: string[]; version: bigint; effective_from: Date; doc: unknown; group_name: string; group_ppm: number; own_group_ppm: number | null; group_doc: unknown;
  user_ppm: number | null; user_doc: unknown;
};

/** The models on offer to a customer's group with the prices that his next request is charged, by name. */
export async function listOwnModels(db: Queryable, userId: string): Promise<OwnModel[]> {
  const { rows } = await db.query<Row>(
    `SELECT m.id, m.slug, m.name, v.slug AS vendor, v.name AS vendor_name, m.context_tokens, m.max_output_tokens, m.endpoints, p.id AS version, p.effective_from, p.doc,
            g.name AS group_name, g.ppm AS group_ppm, gp.ppm AS own_group_ppm, gp.doc AS group_doc, up.ppm AS user_ppm, up.doc AS user_doc
       FROM users u JOIN groups own ON own.id = u.group_id CROSS JOIN models m
       -- Members of a line of groups pay what the first of it asks that serves the model.
       JOIN LATERAL (SELECT s.* FROM groups s LEFT JOIN LATERAL unnest(own.auto) WITH ORDINALITY AS line (name, at) ON line.name = s.name
              WHERE CASE WHEN own.auto = '{}' THEN s.id = own.id ELSE line.at IS NOT NULL END AND EXISTS (
                SELECT 1 FROM channel_models cm JOIN channels c ON c.id = cm.channel_id AND c.status <> 'disabled' JOIN channel_groups cg ON cg.channel_id = c.id
                 WHERE cm.public_name = m.slug AND cg.group_id = s.id)
              ORDER BY line.at LIMIT 1) g ON true
       JOIN LATERAL (SELECT id, effective_from, doc FROM price_versions WHERE model_id = m.id AND effective_from <= now() ORDER BY effective_from DESC LIMIT 1) p ON true
       LEFT JOIN vendors v ON v.id = m.vendor_id
       LEFT JOIN group_prices gp ON gp.group_id = g.id AND gp.model_id = m.id
       LEFT JOIN user_prices up ON up.user_id = u.id AND up.model_id = m.id
      WHERE u.id = $1 AND m.enabled
      ORDER BY m.slug`,
    [userId],
  );
  const now = Date.now();
  return rows.map((row) => toModel(row, now));
}

function toModel(row: Row, nowMs: number): OwnModel {
  const list = parsePriceDocument(row.doc);
  let document = list;
  for (const override of [row.group_doc, row.user_doc]) if (override) document = overridePrice(document, parsePriceDocument(override));
  const multipliers: Multiplier[] = [{ source: "group", name: row.group_name, ppm: ppm(row.own_group_ppm ?? row.group_ppm) }];
  if (row.user_ppm !== null) multipliers.push({ source: "user", name: "own price", ppm: ppm(row.user_ppm) });
  const compiled = compilePrice({ versionId: row.version, document, multipliers });
  const own = compiled.card(0, nowMs).prices;
  return {
    id: row.id, slug: row.slug, name: row.name ?? row.slug, vendor: row.vendor, vendorName: row.vendor_name, contextTokens: row.context_tokens,
    maxOutputTokens: row.max_output_tokens, endpoints: row.endpoints, priceSince: row.effective_from,
    prices: Object.fromEntries(Object.keys(document.items).map((item) => [item, { own: own[item] ?? 0n, list: BigInt(list.items[item] ?? document.items[item]!) }])),
    tiers: (document.tiers ?? []).map(({ over, items }) => {
      const prices = compiled.card(over + 1, nowMs).prices;
      return { over, prices: Object.fromEntries(Object.keys(items).map((item) => [item, prices[`${item}:over_${over}`] ?? prices[item] ?? 0n])) };
    }),
  };
}
