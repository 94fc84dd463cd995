import { effectivePico, pico, ppm, type Pico } from "#money/amount.ts";
import { tokenPrice } from "#money/price-items.ts";
import type { PriceDocument } from "#money/price.ts";

/** One channel's offer of a model, with what it costs there. */
export type CostRoute = Readonly<{ channelId: string; name: string; live: boolean; priority: number; costPpm: number; ownCost: PriceDocument | null }>;

/** Pico-USD per unit by item of the price book. */
export type Prices = Readonly<Record<string, Pico>>;

export const pricesOf = (document: PriceDocument | null | undefined): Prices =>
  Object.fromEntries(Object.entries(document?.items ?? {}).map(([item, text]) => [item, pico(BigInt(text))]));

/**
 * What the vendor takes on one channel for one item: by the channel's own cost, else by its factor on the vendor's list
 * price, else on the shop's. Undefined = not known.
 */
export function costOf(route: CostRoute, item: string, listPrice: PriceDocument | null, sell: PriceDocument | null): Pico | undefined {
  if (route.ownCost) return priceOf(pricesOf(route.ownCost), item);
  const list = priceOf(pricesOf(listPrice ?? sell), item);
  return list === undefined ? undefined : effectivePico(list, [ppm(route.costPpm)]);
}

const priceOf = (prices: Prices, item: string): Pico | undefined => prices[item] ?? tokenPrice(prices, item);

export type CostSpan = Readonly<{ item: string; cheapest: Pico; dearest: Pico; dearestName: string }>;

/** Cheapest and dearest cost of each item over the live channels; over all where none is live. */
export function costSpans(items: readonly string[], routes: readonly CostRoute[], listPrice: PriceDocument | null, sell: PriceDocument | null): readonly CostSpan[] {
  const live = routes.filter((route) => route.live);
  const among = live.length > 0 ? live : routes;
  return items.flatMap((item): CostSpan[] => {
    const costs = among.flatMap((route) => {
      const cost = costOf(route, item, listPrice, sell);
      return cost === undefined ? [] : [{ cost, name: route.name }];
    }).sort((a, b) => (a.cost < b.cost ? -1 : 1));
    const first = costs[0], last = costs.at(-1);
    return first && last ? [{ item, cheapest: first.cost, dearest: last.cost, dearestName: last.name }] : [];
  });
}

/** Margin in parts per million of the price; negative = a loss. Undefined for a price of 0, of which nothing is a part. */
export const marginPpm = (price: bigint, cost: bigint): number | undefined =>
  (price === 0n ? (cost === 0n ? 0 : undefined) : Number(((price - cost) * 1_000_000n) / price));

/** Items that a document sells for less than the dearest live channel takes, at the shop's list price. */
export function belowCost(document: PriceDocument, routes: readonly CostRoute[], listPrice: PriceDocument | null): readonly Readonly<{ item: string; price: Pico; cost: Pico; channel: string }>[] {
  const prices = pricesOf(document);
  return costSpans(Object.keys(prices), routes.filter(({ live }) => live), listPrice, document)
    .filter(({ item, dearest }) => prices[item]! < dearest)
    .map(({ item, dearest, dearestName }) => ({ item, price: prices[item]!, cost: dearest, channel: dearestName }));
}
