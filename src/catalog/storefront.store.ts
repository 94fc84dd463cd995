import type { Queryable } from "#platform/db/queryable.ts";

/** A model on sale with the list price that is in force now. Amounts are pico-USD per unit. */
export type Offer = Readonly<{
  slug: string;
  name: string;
  vendorSlug: string | undefined;
  vendorName: string | undefined;
  contextTokens: number | undefined;
  endpoints: readonly string[];
  priceSince: Date;
  items: Readonly<Record<string, bigint>>;
}>;

type Row = {
  slug: string;
  name: string | null;
  vendor_slug: string | null;
  vendor_name: string | null;
  context_tokens: number | null;
  endpoints: string[];
  effective_from: Date;
  items: Record<string, string>;
};

/** Everything on sale: enabled and with a price in force, by name. */
export async function listOffers(db: Queryable): Promise<readonly Offer[]> {
  const { rows } = await db.query<Row>(`
    SELECT m.slug, m.name, v.slug AS vendor_slug, v.name AS vendor_name, m.context_tokens, m.endpoints,
           p.effective_from, p.doc -> 'items' AS items
      FROM models m
      LEFT JOIN vendors v ON v.id = m.vendor_id
      JOIN LATERAL (SELECT effective_from, doc FROM price_versions
                     WHERE model_id = m.id AND effective_from <= now()
                     ORDER BY effective_from DESC LIMIT 1) p ON true
     WHERE m.enabled
     ORDER BY m.slug`);
  return rows.map((row) => ({
    slug: row.slug,
    name: row.name ?? row.slug,
    vendorSlug: row.vendor_slug ?? undefined,
    vendorName: row.vendor_name ?? undefined,
    contextTokens: row.context_tokens ?? undefined,
    endpoints: row.endpoints,
    priceSince: row.effective_from,
    items: Object.fromEntries(Object.entries(row.items).map(([item, pico]) => [item, BigInt(pico)])),
  }));
}
