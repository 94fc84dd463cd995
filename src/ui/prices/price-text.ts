import { formatUsdPerMillion } from "#ui/format/index.ts";
import { ratioText, type Items, type Notation } from "#ui/prices/price-math.ts";

/** One price in the notation that was chosen; a dash where it is not set. */
export const priceText = (item: string, items: Items, notation: Notation): string =>
  (notation === "ratio" ? (items[item] === undefined ? "—" : ratioText(item, items)) : formatUsdPerMillion(items[item] ?? null));
