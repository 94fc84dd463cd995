import type { PriceDocument } from "#money/price.ts";

type Override = Pick<PriceDocument, "items"> & Partial<PriceDocument>;

/**
 * A price document under a group's or user's own prices: an item that the override names costs that and nothing
 * else, in every tier and service tier; items it does not name keep the list's.
 */
export function overridePrice(list: PriceDocument, override: Override): PriceDocument {
  const unnamed = (items: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(items).filter(([item]) => !Object.hasOwn(override.items, item)));
  const service = list.service && Object.fromEntries(
    Object.entries(list.service).map(([tier, rule]) => [tier, rule.items ? { ...rule, items: unnamed(rule.items) } : rule]),
  );
  return {
    ...list,
    items: { ...list.items, ...override.items },
    ...(list.tiers && { tiers: list.tiers.map((tier) => ({ ...tier, items: unnamed(tier.items) })) }),
    ...(service && { service }),
    ...(override.tiers && { tiers: override.tiers }),
  };
}
