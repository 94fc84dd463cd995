import { priceFor, type PriceOverride } from "#catalog/price-for.ts";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument, type CompiledPrice, type PriceDocument } from "#money/price.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";
import type { Channel, Model, Route } from "#snapshot/snapshot.ts";
import { countedName, soldModel } from "#snapshot/wildcards.ts";

type Version = Readonly<{ id: bigint; fromMs: number; document: PriceDocument }>;

/** A price with the time it is known to hold for. */
type InForce = Readonly<{ fromMs: number; untilMs: number; price: CompiledPrice }>;
type CostInForce = InForce & Readonly<{ model: Model }>;

export type PriceBook = Readonly<{
  /** When a model is first priced, in ms; undefined = never. */
  pricedFromMs(modelId: string): number | undefined;
  price(model: Model, groupId: string, userId: string, atMs: number): CompiledPrice | undefined;
  cost(route: Route, publicModel: Model, atMs: number): CompiledPrice | undefined;
}>;

/**
 * Sell and cost prices of one snapshot. Each (version, multipliers) is compiled once, when it is first asked for.
 */
export function createPriceBook(rows: SnapshotRows): PriceBook {
  const sell = versionsBy(rows.prices, (row) => row.model_id);
  const costs = versionsBy(rows.costs, (row) => pair(row.channel_id, row.upstream_model));
  const groups = new Map(rows.groups.map((group) => [group.id, group]));
  const groupPrices = new Map(rows.groupPrices.map((row) => [pair(row.group_id, row.model_id), toOverride(row)]));
  const userPrices = new Map(rows.userPrices.map((row) => [pair(row.user_id, row.model_id), toOverride(row)]));
  const costPpm = new Map(rows.channels.map((row) => [row.id, row.cost_ppm]));
  const listPrices = new Map(rows.models.flatMap((row) => (row.list_price ? [[row.id, parsePriceDocument(row.list_price)] as const] : [])));
  const compiled = new Map<string, CompiledPrice>();
  const inForce = new WeakMap<Model, Map<string, InForce>>();
  const costInForce = new WeakMap<Channel, Map<string, CostInForce>>();
  const remember = (model: Model, groupId: string, entry: InForce): void => {
    const ofModel = inForce.get(model) ?? new Map<string, InForce>();
    inForce.set(model, ofModel.set(groupId, entry));
  };

  const once = (key: string, build: () => CompiledPrice): CompiledPrice => {
    const known = compiled.get(key);
    if (known) return known;
    const fresh = build();
    compiled.set(key, fresh);
    return fresh;
  };

  return {
    pricedFromMs: (modelId) => sell.get(modelId)?.[0]?.fromMs,

    price(model, groupId, userId, atMs) {
      // Who has a price of his own is looked up; all others share their group's, known until the next version starts.
      const ofUser = userPrices.size > 0 ? userPrices.get(pair(userId, model.id)) : undefined;
      const shared = ofUser ? undefined : inForce.get(model)?.get(groupId);
      if (shared && shared.fromMs <= atMs && atMs < shared.untilMs) return shared.price;
      const versions = sell.get(model.id);
      const version = versionAt(versions, atMs);
      const group = groups.get(groupId);
      if (!version || !group) return undefined;
      const ofGroup = groupPrices.get(pair(groupId, model.id));
      const price = once(`s ${version.id} ${groupId} ${ofUser ? userId : ""}`, () => {
        return compilePrice({ versionId: version.id, ...priceFor(version.document, group, ofGroup, ofUser) });
      });
      if (!ofUser) remember(model, groupId, { fromMs: version.fromMs, untilMs: versions!.find(({ fromMs }) => fromMs > atMs)?.fromMs ?? Infinity, price });
      return price;
    },

    cost(route, asked, atMs) {
      const { channel } = route, publicModel = soldModel(asked);
      // Below a wildcard a model may have a cost that the operator has stated for it alone.
      const upstreamModel = route.countsAs !== undefined && costs.has(pair(channel.id, route.upstreamModel)) ? route.upstreamModel : countedName(route);
      const known = costInForce.get(channel)?.get(upstreamModel);
      if (known && known.model === publicModel && known.fromMs <= atMs && atMs < known.untilMs) return known.price;
      const ownVersions = costs.get(pair(channel.id, upstreamModel));
      const own = versionAt(ownVersions, atMs);
      const versions = own ? ownVersions : sell.get(publicModel.id);
      const version = own ?? versionAt(versions, atMs);
      if (!version) return undefined;
      const price = own
        ? once(`c ${own.id}`, () => compilePrice({ versionId: own.id, document: own.document, multipliers: [] }))
        : once(`l ${version.id} ${channel.id}`, () => compilePrice({
            versionId: version.id,
            document: listPrices.get(publicModel.id) ?? version.document,
            multipliers: [{ source: "channel", name: channel.name, ppm: ppm(costPpm.get(channel.id) ?? 1_000_000) }],
          }));
      const next = [...(ownVersions ?? []), ...(versions ?? [])].map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > atMs);
      const inForceNow = costInForce.get(channel) ?? new Map<string, CostInForce>();
      costInForce.set(channel, inForceNow.set(upstreamModel, { model: publicModel, fromMs: version.fromMs, untilMs: Math.min(Infinity, ...next), price }));
      return price;
    },
  };
}

const pair = (a: string, b: string): string => `${a}\0${b}`;

const toOverride = (row: { ppm: number | null; doc: unknown }): PriceOverride =>
  ({ ppm: row.ppm, document: row.doc ? parsePriceDocument(row.doc) : undefined });

function versionsBy<R extends { id: bigint; effective_from: Date; doc: unknown }>(rows: readonly R[], keyOf: (row: R) => string): Map<string, Version[]> {
  const versions = new Map<string, Version[]>();
  for (const row of rows) {
    const version = { id: row.id, fromMs: row.effective_from.getTime(), document: parsePriceDocument(row.doc) };
    const list = versions.get(keyOf(row));
    if (list) list.push(version);
    else versions.set(keyOf(row), [version]);
  }
  return versions;
}

/** The last version that has begun; they come sorted by their start. */
const versionAt = (versions: readonly Version[] | undefined, atMs: number): Version | undefined =>
  versions?.findLast(({ fromMs }) => fromMs <= atMs);
