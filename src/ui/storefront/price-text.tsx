import { formatUnit, unitOf } from "#ui/storefront/price-rows.ts";

/** Decimals that a column of prices lines up to. */
const ALIGNED = 3;

type PriceProps = { item: string; price: bigint | undefined; free: string; aligned?: boolean; /** What holds where there is no price of its own; without it a dash. */ missing?: string };

/** A price in a column: missing decimals are filled invisibly, so that decimal points stand under each other. */
export function PriceText({ item, price, free, aligned = true, missing: without }: PriceProps) {
  if (price === undefined) return without === undefined ? "—" : <span className="text-12 font-normal text-fg-3">{without}</span>;
  if (price === 0n) return free;
  const text = formatUnit(item, price);
  const missing = aligned ? ALIGNED - (text.split(".")[1]?.length ?? 0) : 0;
  return <>{text}{missing > 0 ? <span className="invisible max-md:hidden" aria-hidden="true">{"0".repeat(missing)}</span> : null}</>;
}

type Translate = (key: "perImage" | "perRequest" | "perSecond" | "perMillionCharacters" | "perCalls" | "perPiece", values: { amount: string; item: string }) => string;

/** Prices of what is not counted in tokens, in words: `$0.04 / image`. */
export const pieceTexts = (prices: Readonly<Record<string, bigint>>, t: Translate): readonly string[] =>
  Object.entries(prices).filter(([item, price]) => unitOf(item) !== "tokens" && price > 0n).map(([item, price]) => {
    const values = { amount: `$${formatUnit(item, price)}`, item: item.replaceAll(/[_:]/g, " ") };
    const family = item.split(":")[0];
    if (family === "image") return t("perImage", values);
    if (family === "request") return t("perRequest", values);
    const unit = unitOf(item);
    if (unit === "second") return t("perSecond", values);
    if (unit === "characters") return t("perMillionCharacters", values);
    return unit === "calls" ? t("perCalls", values) : t("perPiece", values);
  });
