import { getTranslations } from "next-intl/server";
import { formatContext, formatPerMillion } from "#ui/storefront/numbers.ts";
import { pieceTexts } from "#ui/storefront/price-text.tsx";

type Priced = Readonly<{ prices: Readonly<Record<string, bigint>>; contextTokens: number | undefined }>;

/** "input $3.00, output $15.00 per 1M tokens, 200K context": what a search result should say. */
export async function pricePhrase({ prices, contextTokens }: Priced, locale: string): Promise<string> {
  const t = await getTranslations({ locale, namespace: "model.meta" });
  const models = await getTranslations({ locale, namespace: "models" });
  const comma = locale === "zh" ? "，" : ", ";
  const tokens = [
    ...(prices["input"] === undefined ? [] : [t("input", { price: `$${formatPerMillion(prices["input"])}` })]),
    ...(prices["output"] === undefined ? [] : [t("output", { price: `$${formatPerMillion(prices["output"])}` })]),
  ].join(comma);
  return [
    ...(tokens === "" ? [] : [locale === "zh" ? `${t("perMillion")}${tokens}` : `${tokens} ${t("perMillion")}`]),
    ...pieceTexts(prices, models).slice(0, 3),
    ...(contextTokens === undefined ? [] : [t("context", { tokens: formatContext(contextTokens) })]),
  ].join(comma);
}
