import { overridePrice } from "#catalog/override-price.ts";
import { ppm } from "#money/amount.ts";
import type { Multiplier, PriceDocument } from "#money/price.ts";

/** What a group or user has of his own for one model: a factor, prices, or both. */
export type PriceOverride = Readonly<{ ppm: number | null; document: PriceDocument | undefined }>;

/** Everything that `compilePrice` needs besides the version's id. */
export type PriceBasis = Readonly<{ document: PriceDocument; multipliers: readonly Multiplier[] }>;

/**
 * What somebody pays by the list. A group's own factor for a model replaces the group's; a user's multiplies what the
 * group leaves. The relay charges by this and the storefront shows it, so the two cannot differ.
 */
export function priceFor(
  list: PriceDocument,
  group: Readonly<{ name: string; ppm: number }>,
  ofGroup: PriceOverride | undefined,
  ofUser: PriceOverride | undefined,
): PriceBasis {
  const multipliers: Multiplier[] = [{ source: "group", name: group.name, ppm: ppm(ofGroup?.ppm ?? group.ppm) }];
  if (ofUser?.ppm != null) multipliers.push({ source: "user", name: "own price", ppm: ppm(ofUser.ppm) });
  let document = list;
  for (const override of [ofGroup, ofUser]) if (override?.document) document = overridePrice(document, override.document);
  return { document, multipliers };
}
