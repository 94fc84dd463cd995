import { unitOf, type PriceUnit } from "#ui/storefront/price-rows.ts";

/** Translator of the names under `model.items`. */
export type ItemWords = Readonly<Record<string, string>>;

/** A bucket's name for people: `image:1024x1024:high` -> "Image 1024×1024, high"; one without a name keeps its own. */
export function itemText(item: string, words: ItemWords): string {
  const [family = "", ...rest] = item.replace(/:over_\d+$/, "").split(":");
  const known = rest.filter((part) => part !== "*").map((part) => part.replace(/^(\d+)x(\d+)$/, "$1×$2")).join(", ");
  return [words[family] ?? family.replaceAll("_", " "), known].filter((part) => part !== "").join(" ");
}

/** What the unit of a row is called, where it is not the table's own (tokens). */
export const rowUnit = (item: string, words: Readonly<Record<PriceUnit, string>>): string | undefined => {
  const unit = unitOf(item);
  return unit === "tokens" ? undefined : words[unit];
};
