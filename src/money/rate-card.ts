import type { Pico, Ppm } from "#money/amount.ts";

/** A factor on the list price, with its source for the receipt. */
export type Multiplier = Readonly<{ source: "group" | "user" | "discount" | "window" | "service" | "channel" | "fallback"; name: string; ppm: Ppm }>;

/**
 * Frozen effective prices that a request is charged with: one outcome of tier, service tier and window.
 * `id` = the first 16 bytes of SHA-256 over the canonical JSON of everything else, as a UUID text, so nodes
 * intern cards without asking the database (money.md 2.5).
 */
export type RateCard = Readonly<{
  id: string;
  priceVersionId: bigint;
  multipliers: readonly Multiplier[];
  /** Price-book item -> pico-USD per unit, fallbacks resolved. The six column items are always present (0 when unpriced). */
  prices: Readonly<Record<string, Pico>>;
  /** Items that have no price at all: charged 0 and flagged UNPRICED. */
  unpriced: ReadonlySet<string>;
}>;

/** One line of a receipt: quantity x unit = amount, exact. */
export type ChargeLine = Readonly<{ item: string; quantity: number; unitPico: Pico; amountPico: Pico }>;
