import { priceFor, type PriceOverride } from "#catalog/price-for.ts";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument, type CompiledPrice, type PriceDocument } from "#money/price.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";
import type { Channel, Model } from "#snapshot/snapshot.ts";

type Version = Readonly<{ id: bigint; fromMs: number; document: PriceDocument }>;

export type PriceBook = Readonly<{
  /** When a model is first priced, in ms; undefined = never. */
  pricedFromMs(modelId: string): number | undefined;
  price(model: Model, groupId: string, userId: string, atMs: number): CompiledPrice | undefined;
  cost(channel: Channel, publicModel: Model, upstreamModel: string, atMs: number): CompiledPrice | undefined;
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
      const version = versionAt(sell.get(model.id), atMs);
      const group = groups.get(groupId);
      if (!version || !group) return undefined;
      const ofGroup = groupPrices.get(pair(groupId, model.id));
      const ofUser = userPrices.size > 0 ? userPrices.get(pair(userId, model.id)) : undefined;
      return once(`s ${version.id} ${groupId} ${ofUser ? userId : ""}`, () => {
        return compilePrice({ versionId: version.id, ...priceFor(version.document, group, ofGroup, ofUser) });
      });
    },

    cost(channel, publicModel, upstreamModel, atMs) {
      const own = versionAt(costs.get(pair(channel.id, upstreamModel)), atMs);
      if (own) return once(`c ${own.id}`, () => compilePrice({ versionId: own.id, document: own.document, multipliers: [] }));
      const list = versionAt(sell.get(publicModel.id), atMs);
      if (!list) return undefined;
      return once(`l ${list.id} ${channel.id}`, () => compilePrice({
        versionId: list.id,
        document: listPrices.get(publicModel.id) ?? list.document,
        multipliers: [{ source: "channel", name: channel.name, ppm: ppm(costPpm.get(channel.id) ?? 1_000_000) }],
      }));
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
