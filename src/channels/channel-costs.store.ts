import { costOf, pricesOf, type CostRoute } from "#channels/margins.ts";
import type { PriceDocument } from "#money/price.ts";
import { wordsFromItems } from "#money/price-words.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What one model of a channel costs the shop. */
export type ChannelCost = Readonly<{
  publicName: string; upstreamName: string;
  /** In USD words, where the channel has a cost of its own; else its factor on the list price counts. */
  own: Readonly<Record<string, string>> | null;
  since: Date | null;
  /** The own cost has tiers, windows or the like, which a form of plain prices would drop. */
  complex: boolean;
  /** Pico-USD by item, as margins count it; null = not known. */
  cost: Readonly<Record<string, bigint | null>>;
  /** What the shop asks at list price. */
  price: Readonly<Record<string, bigint>>;
}>;

type Row = Readonly<{ publicName: string; upstreamName: string; costPpm: number; own: PriceDocument | null; since: Date | null; list: PriceDocument | null; sell: PriceDocument | null }>;

/** Every model of a channel with its cost, by name. */
export async function listChannelCosts(db: Queryable, channelId: string): Promise<readonly ChannelCost[]> {
  const { rows } = await db.query<Row>(
    `SELECT cm.public_name AS "publicName", cm.upstream_name AS "upstreamName", c.cost_ppm AS "costPpm", k.doc AS own, k.effective_from AS since, m.list_price AS list, p.doc AS sell
       FROM channel_models cm JOIN channels c ON c.id = cm.channel_id AND c.deleted_at IS NULL
       LEFT JOIN models m ON m.slug = cm.public_name OR EXISTS (SELECT 1 FROM model_aliases a WHERE a.model_id = m.id AND a.alias = cm.public_name)
       LEFT JOIN LATERAL (SELECT doc FROM price_versions WHERE model_id = m.id AND effective_from <= now() ORDER BY effective_from DESC LIMIT 1) p ON true
       LEFT JOIN LATERAL (SELECT doc, effective_from FROM cost_versions WHERE channel_id = c.id AND upstream_model = cm.upstream_name AND currency = 'USD' AND effective_from <= now()
                           ORDER BY effective_from DESC LIMIT 1) k ON true
      WHERE cm.channel_id = $1 ORDER BY 1`, [channelId]);
  return rows.map(({ publicName, upstreamName, costPpm, own, since, list, sell }) => {
    const route: CostRoute = { channelId, name: "", live: true, priority: 0, costPpm, ownCost: own };
    const price = pricesOf(sell);
    const items = Object.keys({ ...price, ...list?.items, ...own?.items });
    return {
      publicName, upstreamName, since, price,
      own: own && wordsFromItems(own.items), complex: own !== null && Boolean(own.tiers ?? own.windows ?? own.service ?? own.hold),
      cost: Object.fromEntries(items.map((item) => [item, costOf(route, item, list, sell) ?? null])),
    };
  });
}
