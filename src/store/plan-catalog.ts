import { parseSetting, saveSetting, type SettingPath } from "#accounts/index.ts";
import { createGroup, createModel, publishPrice, setAliases, updateGroup, updateModel } from "#catalog/index.ts";
import { differences, picked, type Change } from "#store/change.ts";
import type { ParsedStoreFile } from "#store/parse-store-file.ts";
import type { FilePrice } from "#store/price-fields.ts";
import type { ModelState, ShopState } from "#store/shop-state.ts";
import type { FileModel } from "#store/store-file.ts";

export function planSettings({ settings }: ParsedStoreFile, shop: ShopState): Change[] {
  return [...settings].flatMap(([path, typed]): Change[] => {
    const value = parseSetting(path as SettingPath, typed); // the file has been checked: it is one
    const fields = differences({ value: shop.settings.get(path) }, { value });
    if (fields.length === 0) return [];
    return [{ op: shop.settings.has(path) ? "update" : "create", kind: "setting", name: path, fields, run: (tx) => saveSetting(tx, path as SettingPath, value) }];
  });
}

export function planGroups({ file }: ParsedStoreFile, shop: ShopState): Change[] {
  return Object.entries(file.groups ?? {}).flatMap(([name, group]): Change[] => {
    const wanted = { ppm: group.ratio, topUpPpm: group.top_up_ratio, limits: group.limits, auto: group.auto };
    const current = shop.groups.get(name);
    const fields = differences(current ?? {}, wanted);
    if (!current) {
      return [{ op: "create", kind: "group", name, fields, run: async (tx, ids) => void ids.groups.set(name, await createGroup(tx, name, wanted)) }];
    }
    if (fields.length === 0) return [];
    return [{ op: "update", kind: "group", name, fields, run: (tx) => updateGroup(tx, current.id, picked(wanted, fields)) }];
  });
}

export function planModels({ file }: ParsedStoreFile, shop: ShopState): Change[] {
  return (file.models ?? []).flatMap((model): Change[] => {
    const wanted = {
      name: model.name, vendor: model.vendor, contextTokens: model.context, maxOutputTokens: model.max_output,
      endpoints: model.endpoints && sorted(model.endpoints), limits: model.limits, enabled: model.enabled, fallbacks: model.fallbacks, preset: model.preset,
    };
    const current = shop.models.get(model.id);
    const aliases = model.aliases && sorted(model.aliases);
    const fields = differences(current ? { ...current, endpoints: sorted(current.endpoints) } : {}, { ...wanted, aliases });
    if (current && fields.length === 0) return [];
    return [{
      op: current ? "update" : "create", kind: "model", name: model.id, fields,
      run: async (tx, ids) => {
        const id = current?.id ?? (await createModel(tx, model.id, wanted));
        ids.models.set(model.id, id);
        if (current) await updateModel(tx, id, picked(wanted, fields));
        if (aliases && fields.some(({ name }) => name === "aliases")) await setAliases(tx, id, aliases);
      },
    }];
  });
}

/** Planned apart and run last, so that a price begins as close as can be to the moment it was published. */
export function planPrices({ file, prices }: ParsedStoreFile, shop: ShopState): Change[] {
  return [...prices].flatMap(([index, price]): Change[] => {
    const model = (file.models ?? [])[index]!;
    const current = shop.models.get(model.id);
    const fields = priceFields(current, price);
    if (fields.length === 0) return [];
    return [{
      op: current?.price ? "update" : "create", kind: "price", name: model.id, fields,
      run: async (tx, ids) => {
        const { effectiveFrom } = await publishPrice(tx, { modelId: ids.models.get(model.id)!, document: price.document, ratioInput: price.ratioInput, note: "store file" });
        ids.pricesFrom.push(effectiveFrom);
      },
    }];
  });
}

/** The document decides; how it was typed is noted with it and alone makes no new version. */
const priceFields = (current: ModelState | undefined, price: FilePrice) =>
  differences({ ...(current?.price && { pico_usd: current.price }) }, { pico_usd: price.document });

/** What the file leaves out of a kind, for `--prune`: models and channels are switched off, because receipts name them. */
export function pruneModels(models: readonly FileModel[], shop: ShopState): Change[] {
  const named = new Set(models.map(({ id }) => id));
  return [...shop.models.values()].filter(({ slug, enabled }) => enabled && !named.has(slug)).map((model): Change => ({
    op: "remove", kind: "model", name: model.slug, fields: [], run: (tx) => updateModel(tx, model.id, { enabled: false }),
  }));
}

export const sorted = <T extends string>(texts: readonly T[]): T[] => [...new Set(texts)].sort();
