import type { Pico, Ppm } from "#money/amount.ts";
import { sha256Hex } from "#money/sha256.ts";

/** A factor on the list price, with its source for the receipt. */
export type Multiplier = Readonly<{ source: "group" | "user" | "discount" | "window" | "service" | "channel" | "fallback"; name: string; ppm: Ppm }>;

/**
 * Frozen effective prices that a request is charged with: one outcome of tier, service tier and window.
 * `id` = the first 16 bytes of SHA-256 over the canonical JSON of everything else, as a UUID text, so nodes
 * intern cards without asking the database.
 */
export type RateCard = Readonly<{
  id: string;
  priceVersionId: bigint;
  multipliers: readonly Multiplier[];
  /** Price-book item -> pico-USD per unit, fallbacks resolved. The six column items are always present (0 when unpriced). */
  prices: Readonly<Record<string, Pico>>;
  /** Items that have no price at all: charged 0 and flagged UNPRICED. */
  unpriced: ReadonlySet<string>;
  /**
   * Marginal tiers that this request passed, as ascending numbers of input tokens. Input above a border is billed under
   * a name of its own, `input:over_200000`, with a price of its own, so that the charge stays the sum of quantity × price.
   */
  borders?: readonly number[];
}>;

/** One line of a receipt: quantity x unit = amount, exact. */
export type ChargeLine = Readonly<{ item: string; quantity: number; unitPico: Pico; amountPico: Pico }>;

/** Gives a card its id. */
export function withId(card: Omit<RateCard, "id">): RateCard {
  const canonical = JSON.stringify([
    card.priceVersionId.toString(),
    card.multipliers.map(({ source, name, ppm }) => [source, name, ppm]),
    Object.keys(card.prices).sort().map((item) => [item, card.prices[item]!.toString()]),
    [...card.unpriced].sort(),
    card.borders ?? [],
  ]);
  const hex = sha256Hex(canonical);
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  return { id, ...card };
}
