import "server-only";
import { getTranslations } from "next-intl/server";
import { findOffer, listPriceChanges } from "#catalog/storefront.store.ts";
import { publicOffers, type ShownOffer } from "#app/catalogue.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { formatsOf, listens } from "#ui/storefront/formats.ts";
import type { ItemWords } from "#ui/storefront/item-text.ts";
import { MARKDOWN_ENDING, mdCode, mdPage, mdText } from "#ui/storefront/markdown.ts";
import { modelMarkdown, type ModelWords } from "#ui/storefront/model-markdown.ts";
import { priceChangeText } from "#ui/storefront/price-change-text.ts";
import { pricePhrase } from "#ui/storefront/price-phrase.ts";
import { formatFactor, type PriceUnit } from "#ui/storefront/price-rows.ts";
import { keyNameOf, samplesFor } from "#ui/storefront/samples.ts";

const HISTORY = 30;

/** Everything on sale with its price, each leading to its own twin. */
export async function catalogueMarkdown(locale: Locale): Promise<string> {
  const t = await getTranslations({ locale, namespace: "models" });
  const [base, offers] = await Promise.all([(await shop()).baseUrl(), publicOffers()]);
  const lines = await Promise.all(offers.map(async (offer) => `- [${mdText(offer.name)}](${base}${modelPath(locale, offer)}${MARKDOWN_ENDING}) ${mdCode(offer.slug)}: ${await pricePhrase(offer, locale)}`));
  return mdPage([`# ${t("title")}`, t("summary", { count: offers.length }), lines.join("\n")]);
}

/** One model by its name; an alias finds it too, so whoever asks has to compare. */
export async function offerMarkdown(locale: Locale, name: string): Promise<Readonly<{ path: string; text: string }> | undefined> {
  const { pool, settings, baseUrl, clock } = await shop();
  const known = await findOffer(pool, name);
  const offer: ShownOffer | undefined = known && (await publicOffers()).find(({ id }) => id === known.id);
  if (!offer) return undefined;
  const [base, values, changes, words, t] = await Promise.all([baseUrl(), settings(), listPriceChanges(pool, { modelId: offer.id, limit: HISTORY }), modelWords(locale), getTranslations({ locale, namespace: "model" })]);
  const formats = formatsOf({ endpoints: offer.endpoints, items: offer.prices }, offeredFormats());
  const history = changes.map((change) => ({
    day: `${change.from.toISOString().slice(0, 10)}${change.from.getTime() > clock.now() ? ` (${t("history.planned")})` : ""}`,
    text: priceChangeText(change, { items: words.items, units: words.units, first: t("history.first"), same: t("history.same") }).replaceAll("\n", locale === "zh" ? "；" : "; "),
  }));
  const samples = samplesFor(formats, { base, model: offer.slug, keyName: keyNameOf(values["shop.name"]), listens: listens(offer.prices) });
  return { path: modelPath(locale, offer), text: modelMarkdown({ model: offer, locale, formats, samples, history, words }) };
}

async function modelWords(locale: Locale): Promise<ModelWords> {
  const [t, models] = await Promise.all([getTranslations({ locale, namespace: "model" }), getTranslations({ locale, namespace: "models" })]);
  const days = (mask: string): string => (mask === "1111111" ? t("prices.everyDay") : mask === "1111100" ? t("prices.weekdays") : mask === "0000011" ? t("prices.weekend") : mask);
  return {
    items: t.raw("items") as ItemWords, units: t.raw("prices.units") as Readonly<Record<PriceUnit, string>>,
    can: models.raw("can") as Readonly<Record<string, string>>, kinds: t.raw("facts.kinds") as Readonly<Record<string, string>>,
    id: t("markdown.id"), vendor: models("filters.vendor"), context: t("key.context"), maxOutput: t("key.maxOutput"), knowledge: t("key.knowledge"), released: t("key.released"),
    inputs: t("facts.inputs"), outputs: t("facts.outputs"), canDo: t("facts.can"), formats: t("facts.formats"), aliases: t("facts.aliases"),
    prices: t("prices.title"), item: t("markdown.item"), unit: t("markdown.unit"), price: t("prices.price"), free: t("prices.free"), history: t("history.title"), from: t("history.from"), change: t("history.change"), code: t("code.title"),
    upTo: (tokens) => t("prices.upTo", { tokens }), over: (tokens, part) => t(part ? "prices.overPart" : "prices.over", { tokens }),
    window: ({ from, to, tz, ppm, days: mask }) => t("prices.window", { from, to, tz, factor: formatFactor(ppm), days: days(mask) }),
  };
}
