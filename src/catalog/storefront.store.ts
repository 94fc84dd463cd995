import { DEFAULT_GROUP } from "#catalog/groups.store.ts";
import { readFacts, type ModelFacts } from "#catalog/model-facts.ts";
import { priceFor, type PriceBasis, type PriceOverride } from "#catalog/price-for.ts";
import { vendorName } from "#catalog/vendor-names.ts";
import { parsePriceDocument, type PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** A price in force: what `compilePrice` takes. */
export type OfferPrice = PriceBasis & Readonly<{ versionId: bigint }>;

/** A model on sale with what it costs now. Amounts are pico-USD per unit. */
export type Offer = Readonly<{
  id: string;
  slug: string;
  name: string;
  vendorSlug: string | undefined;
  vendorName: string | undefined;
  contextTokens: number | undefined;
  maxOutputTokens: number | undefined;
  /** As the operator set them; empty = all that its channels can serve. */
  endpoints: readonly string[];
  aliases: readonly string[];
  facts: ModelFacts;
  createdAt: Date;
  updatedAt: Date;
  priceSince: Date;
  /** What somebody who signs up now pays: the price of the default group. */
  list: OfferPrice;
  /** What the viewer pays, where that is something else. */
  own: OfferPrice | undefined;
  /** Name of the viewer's group, for "your price". */
  ownGroup: string | undefined;
  /** List prices as they stand in the price book, before the default group's factor. */
  items: Readonly<Record<string, bigint>>;
}>;

type Row = {
  id: string; slug: string; name: string | null; vendor_slug: string | null; vendor_name: string | null; context_tokens: number | null;
  max_output_tokens: number | null; endpoints: string[]; aliases: string[]; created_at: Date; updated_at: Date;
  version_id: bigint; effective_from: Date; doc: unknown; facts: unknown;
};
type Group = Readonly<{ id: string; name: string; ppm: number }>;
type OverrideRow = { owner_id: string; model_id: string; ppm: number | null; doc: unknown };

const SELECT = `
  SELECT m.id, m.slug, m.name, v.slug AS vendor_slug, v.name AS vendor_name, m.context_tokens, m.max_output_tokens, m.endpoints,
         ARRAY(SELECT a.alias FROM model_aliases a WHERE a.model_id = m.id ORDER BY a.alias) AS aliases,
         m.created_at, m.updated_at, m.facts, p.id AS version_id, p.effective_from, p.doc
    FROM models m
    LEFT JOIN vendors v ON v.id = m.vendor_id
    JOIN LATERAL (SELECT id, effective_from, doc FROM price_versions
                   WHERE model_id = m.id AND effective_from <= now()
                   ORDER BY effective_from DESC LIMIT 1) p ON true
   WHERE m.enabled AND right(m.slug, 1) <> '*'`;

/** Everything on sale: enabled and with a price in force, by name. A wildcard is nothing that could be looked at. `userId`: whose own prices to show beside the list's. */
export async function listOffers(db: Queryable, userId?: string): Promise<readonly Offer[]> {
  const { rows } = await db.query<Row>(`${SELECT} ORDER BY m.slug`);
  const toOffer = await offerBuilder(db, userId);
  return rows.map(toOffer);
}

/** One model on sale by its name or an alias. */
export async function findOffer(db: Queryable, name: string, userId?: string): Promise<Offer | undefined> {
  const { rows } = await db.query<Row>(
    `${SELECT} AND (m.slug = $1 OR m.id = (SELECT model_id FROM model_aliases WHERE alias = $1)) ORDER BY m.slug = $1 DESC LIMIT 1`,
    [name],
  );
  return rows[0] && (await offerBuilder(db, userId))(rows[0]);
}

async function offerBuilder(db: Queryable, userId: string | undefined): Promise<(row: Row) => Offer> {
  const [listGroup, ownGroup] = await readGroups(db, userId);
  const groupIds = [...new Set([listGroup, ownGroup].flatMap((group) => group?.id ?? []))];
  const { rows: ofGroups } = await db.query<OverrideRow>(
    "SELECT group_id AS owner_id, model_id, ppm, doc FROM group_prices WHERE group_id = ANY($1::uuid[])", [groupIds]);
  const { rows: ofUser } = userId === undefined ? { rows: [] } : await db.query<OverrideRow>(
    "SELECT user_id AS owner_id, model_id, ppm, doc FROM user_prices WHERE user_id = $1", [userId]);
  const overrides = new Map([...ofGroups, ...ofUser].map((row) => [`${row.owner_id} ${row.model_id}`, toOverride(row)]));
  const basis = (row: Row, list: PriceDocument, group: Group, user: string | undefined): OfferPrice => ({
    versionId: BigInt(row.version_id),
    ...priceFor(list, group, overrides.get(`${group.id} ${row.id}`), user === undefined ? undefined : overrides.get(`${user} ${row.id}`)),
  });
  return (row) => {
    const document = parsePriceDocument(row.doc);
    const own = ownGroup && basis(row, document, ownGroup, userId);
    const list = basis(row, document, listGroup, undefined);
    return { ...facts(row, document), list, ownGroup: ownGroup?.name, own: own && samePrice(list, own) ? undefined : own };
  };
}

/** Group names differ even where the price does not. */
const samePrice = (a: OfferPrice, b: OfferPrice): boolean =>
  JSON.stringify([a.document, a.multipliers.map(({ ppm }) => ppm).filter((ppm) => ppm !== 1_000_000)])
  === JSON.stringify([b.document, b.multipliers.map(({ ppm }) => ppm).filter((ppm) => ppm !== 1_000_000)]);

function facts(row: Row, document: PriceDocument): Omit<Offer, "list" | "own" | "ownGroup"> {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name ?? row.slug,
    vendorSlug: row.vendor_slug ?? undefined,
    vendorName: row.vendor_slug === null || row.vendor_name === null ? undefined : vendorName(row.vendor_slug, row.vendor_name),
    contextTokens: row.context_tokens ?? undefined,
    maxOutputTokens: row.max_output_tokens ?? undefined,
    endpoints: row.endpoints,
    aliases: row.aliases,
    facts: readFacts(row.facts),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    priceSince: row.effective_from,
    items: Object.fromEntries(Object.entries(document.items).map(([item, pico]) => [item, BigInt(pico)])),
  };
}

/** The default group, and the viewer's, or the first of those that serve its members. A shop that has no group yet sells at its list prices. */
async function readGroups(db: Queryable, userId: string | undefined): Promise<readonly [Group, Group | undefined]> {
  const { rows } = await db.query<Group & { is_list: boolean; is_own: boolean }>(
    `WITH own AS (SELECT coalesce((SELECT s.id FROM groups s WHERE s.name = g.auto[1]), g.id) AS id FROM users u JOIN groups g ON g.id = u.group_id WHERE u.id = $2::uuid)
     SELECT id, name, ppm, name = $1 AS is_list, id = (SELECT id FROM own) AS is_own FROM groups WHERE name = $1 OR id = (SELECT id FROM own)`,
    [DEFAULT_GROUP, userId ?? null],
  );
  const list = rows.find(({ is_list }) => is_list) ?? { id: "00000000-0000-0000-0000-000000000000", name: DEFAULT_GROUP, ppm: 1_000_000 };
  return [list, rows.find(({ is_own }) => is_own)];
}

const toOverride = ({ ppm, doc }: OverrideRow): PriceOverride => ({ ppm, document: doc ? parsePriceDocument(doc) : undefined });

/** One version of a model's list price, as the price book keeps it. */
export type PriceChange = Readonly<{
  versionId: bigint; modelId: string; slug: string; name: string; vendorSlug: string | undefined; from: Date; document: PriceDocument;
  /** The version before, when there is one. */
  before: PriceDocument | undefined;
}>;

type ChangeRow = { id: bigint; model_id: string; slug: string; name: string | null; vendor_slug: string | null; effective_from: Date; doc: unknown; before: unknown };

/** Price changes of models on sale, newest first, those that are announced for later included. */
export async function listPriceChanges(db: Queryable, options: Readonly<{ modelId?: string; limit: number }>): Promise<readonly PriceChange[]> {
  const { rows } = await db.query<ChangeRow>(
    `SELECT p.id, p.model_id, m.slug, m.name, v.slug AS vendor_slug, p.effective_from, p.doc,
            (SELECT b.doc FROM price_versions b WHERE b.model_id = p.model_id AND b.effective_from < p.effective_from ORDER BY b.effective_from DESC LIMIT 1) AS before
       FROM price_versions p JOIN models m ON m.id = p.model_id LEFT JOIN vendors v ON v.id = m.vendor_id
      WHERE m.enabled AND right(m.slug, 1) <> '*' AND ($1::uuid IS NULL OR p.model_id = $1) ORDER BY p.effective_from DESC, p.id DESC LIMIT $2`,
    [options.modelId ?? null, options.limit],
  );
  return rows.map((row) => ({
    versionId: BigInt(row.id), modelId: row.model_id, slug: row.slug, name: row.name ?? row.slug, vendorSlug: row.vendor_slug ?? undefined,
    from: row.effective_from, document: parsePriceDocument(row.doc), before: row.before ? parsePriceDocument(row.before) : undefined,
  }));
}

export type GroupFactor = Readonly<{ name: string; ppm: number; topUpPpm: number }>;

/** The price classes, cheapest last. */
export async function listGroupFactors(db: Queryable): Promise<readonly GroupFactor[]> {
  const { rows } = await db.query<{ name: string; ppm: number; top_up_ppm: number }>("SELECT name, ppm, top_up_ppm FROM groups ORDER BY ppm DESC, name");
  return rows.map(({ name, ppm, top_up_ppm }) => ({ name, ppm, topUpPpm: top_up_ppm }));
}
