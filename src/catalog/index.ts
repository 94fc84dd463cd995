export { bumpConfig } from "#catalog/config-rev.store.ts";
export { createGroup, DEFAULT_GROUP, ensureDefaultGroup, updateGroup } from "#catalog/groups.store.ts";
export type { GroupFields } from "#catalog/groups.store.ts";
export { createModel, setAliases, updateModel } from "#catalog/models.store.ts";
export type { ModelFields } from "#catalog/models.store.ts";
export { overridePrice } from "#catalog/override-price.ts";
export { publishPrice } from "#catalog/prices.store.ts";
export { priceFor } from "#catalog/price-for.ts";
export type { PriceBasis, PriceOverride } from "#catalog/price-for.ts";
