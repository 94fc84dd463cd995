import { effectivePico, pico, ppm, type Pico } from "#money/amount.ts";
import type { PriceDocument } from "#money/price.ts";
import { costSpans, pricesOf, type CostRoute } from "#channels/margins.ts";

/** What a bulk rule counts from. */
export const REPRICE_BASES = ["current", "list", "cost_dearest", "cost_cheapest"] as const;
export type RepriceBase = (typeof REPRICE_BASES)[number];

/** New price = base × factor, or what leaves the margin above a cost; rounded up to a step where one is given. */
export type RepriceRule = Readonly<{ base: RepriceBase; /** Parts per million of the price that stay with the shop. It wins over the factor; 0 to 999,999. */ marginPpm?: number; factorPpm: number; /** Pico-USD per token; 50,000 = 0.05 USD per million. */ stepPico?: bigint }>;

export type RepriceModel = Readonly<{ current: PriceDocument | null; listPrice: PriceDocument | null; routes: readonly CostRoute[] }>;

/**
 * A model's price after the rule, item by item, exact to the pico-USD. Items that the base does not know keep their
 * price; tiers and service tiers follow by the same rule where the base is the current or the list price.
 *
 * @returns undefined when the base knows nothing of the model
 */
export function reprice(model: RepriceModel, rule: RepriceRule): PriceDocument | undefined {
  const from = rule.base === "current" ? model.current : rule.base === "list" ? model.listPrice : costDocument(model, rule.base);
  if (!from) return undefined;
  const scale = (items: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(items).map(([item, text]) => [item, roundUp(priced(pico(BigInt(text)), rule), rule.stepPico).toString()]));
  const kept = model.current ?? from;
  return {
    ...kept,
    items: { ...kept.items, ...scale(from.items) },
    ...(from.tiers && { tiers: from.tiers.map((tier) => ({ ...tier, items: scale(tier.items) })) }),
  };
}

function costDocument({ current, listPrice, routes }: RepriceModel, base: RepriceBase): PriceDocument | undefined {
  const items = [...new Set([...Object.keys(current?.items ?? {}), ...Object.keys(listPrice?.items ?? {}), ...routes.flatMap(({ ownCost }) => Object.keys(pricesOf(ownCost)))])];
  const spans = costSpans(items, routes, listPrice, current);
  if (spans.length === 0) return undefined;
  return { items: Object.fromEntries(spans.map(({ item, cheapest, dearest }) => [item, (base === "cost_dearest" ? dearest : cheapest).toString()])) };
}

const MILLION = 1_000_000n;

/** A margin is a part of the price, not of the cost: the price is rounded up, so that no less than the margin is left. */
function priced(base: Pico, { factorPpm, marginPpm }: RepriceRule): Pico {
  if (marginPpm === undefined) return effectivePico(base, [ppm(factorPpm)]);
  const left = MILLION - BigInt(marginPpm);
  return pico((base * MILLION + left - 1n) / left);
}

const roundUp = (price: Pico, step: bigint | undefined): bigint => (step === undefined || step <= 1n || price === 0n ? price : ((price + step - 1n) / step) * step);
