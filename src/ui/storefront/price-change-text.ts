import type { PriceDocument } from "#money/price.ts";
import { itemText, type ItemWords } from "#ui/storefront/item-text.ts";
import { formatUnit, itemsOf, unitOf, type PriceUnit } from "#ui/storefront/price-rows.ts";

type Words = Readonly<{ items: ItemWords; units: Readonly<Record<PriceUnit, string>>; first: string; same: string }>;

/** What a version of a list price changed, line by line: "Output: 8.00 → 6.00 ($ per 1M tokens)". */
export function priceChangeText({ document, before }: Readonly<{ document: PriceDocument; before: PriceDocument | undefined }>, words: Words): string {
  const changed = itemsOf({ items: { ...before?.items, ...document.items } }).filter((item) => before?.items[item] !== document.items[item]);
  const amount = (item: string, items: Readonly<Record<string, string>> | undefined): string => (items?.[item] === undefined ? "—" : formatUnit(item, BigInt(items[item])));
  const lines = changed.map((item) => {
    const now = amount(item, document.items);
    return `${itemText(item, words.items)}: ${before === undefined ? now : `${amount(item, before.items)} → ${now}`} (${words.units[unitOf(item)]})`;
  });
  if (lines.length === 0) return words.same;
  return [...(before === undefined ? [words.first] : []), ...lines].join("\n");
}
