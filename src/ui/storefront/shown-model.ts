import type { Multiplier, PriceDocument } from "#money/price.ts";
import type { ListedModel } from "#ui/storefront/catalogue-query.ts";

/** A model as pages show it: the catalogue's facts, and what the viewer pays. */
export type ShownModel = ListedModel & Readonly<{
  id: string;
  priceSince: Date;
  maxOutputTokens: number | undefined;
  price: Readonly<{ document: PriceDocument; multipliers: readonly Multiplier[] }>;
}>;
