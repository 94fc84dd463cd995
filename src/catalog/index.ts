export { bumpConfig } from "#catalog/config-rev.store.ts";
export { createGroup, DEFAULT_GROUP, ensureDefaultGroup, updateGroup } from "#catalog/groups.store.ts";
export type { GroupFields } from "#catalog/groups.store.ts";
export { createModel, setAliases, updateModel } from "#catalog/models.store.ts";
export type { ModelFields } from "#catalog/models.store.ts";
export { overridePrice } from "#catalog/override-price.ts";
export { publishPrice } from "#catalog/prices.store.ts";
export { priceFromRatio, priceFromWords, PriceTextError, wordsFromPrice } from "#catalog/price-text.ts";
export { countField, ENDPOINTS, groupField, modelField, modelNameField, nameField, ratioField } from "#catalog/fields.ts";
