import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, permanentRedirect } from "next/navigation";
import { listPriceChanges } from "#catalog/storefront.store.ts";
import { shownOffer, shownOffers, type ShownOffer } from "#app/catalogue.ts";
import { publicIncidents } from "#app/incidents.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { daysOf, qualitiesOf, shopStatus, wordOf } from "#app/shop-status.ts";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { modelPath, NO_VENDOR, slugFromPath } from "#ui/storefront/addresses.ts";
import { Calculator, type CalculatorWords } from "#ui/storefront/calculator.tsx";
import type { Parameters } from "#ui/storefront/catalogue-query.ts";
import { clientGuides, clientName } from "#ui/storefront/docs/guides.ts";
import { estimateStart, estimateText, fieldsOf, presetsFor } from "#ui/storefront/estimate.ts";
import { formatsOf, listens } from "#ui/storefront/formats.ts";
import { itemText, type ItemWords } from "#ui/storefront/item-text.ts";
import { JsonLd } from "#ui/storefront/json-ld.tsx";
import { ModelCode, ModelFaq, ModelFacts, ModelHead, ModelPrices, ModelQuality, PriceHistory, RelatedModels } from "#ui/storefront/model-page/index.ts";
import { modelJsonLd } from "#ui/storefront/model-json-ld.ts";
import { pricePhrase } from "#ui/storefront/price-phrase.ts";
import { keyNameOf, samplesFor } from "#ui/storefront/samples.ts";

type Props = { params: Promise<{ locale: Locale; vendor: string; model: string[] }>; searchParams: Promise<Parameters> };

const HISTORY = 30;
const RELATED = 5;

/** The model of an address; one reached by an alias or under another vendor is sent to where it stands. */
async function offerOf(params: Props["params"]): Promise<ShownOffer> {
  const { locale, vendor, model } = await params;
  const name = slugFromPath(model);
  const offer = name === undefined ? undefined : await shownOffer(name);
  if (!offer) notFound();
  if (offer.slug !== name || (offer.vendorSlug ?? NO_VENDOR) !== slugFromPath([vendor])) permanentRedirect(modelPath(locale, offer));
  return offer;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const offer = await offerOf(params);
  const t = await getTranslations({ locale, namespace: "model.meta" });
  const shopName = (await (await shop()).settings())["shop.name"];
  const path = modelPath(locale, offer).slice(`/${locale}`.length);
  return pageMetadata({
    locale, path, title: t("title", { model: offer.name, shop: shopName }), description: t("description", { model: offer.name, prices: await pricePhrase(offer, locale) }),
    markdown: true,
    picture: new URLSearchParams({ model: offer.slug, v: offer.list.versionId.toString() }).toString(),
  });
}

/** One model: what it costs in every bucket, what a request would cost, the code that calls it, and how it has been doing. */
export default async function ModelPage({ params, searchParams }: Props) {
  const { locale } = await params;
  const offer = await offerOf(params);
  const { baseUrl, settings, pool, clock } = await shop();
  const [base, values, changes, status, offers, qualities, user, incidents, t] = await Promise.all([
    baseUrl(), settings(), listPriceChanges(pool, { modelId: offer.id, limit: HISTORY }), shopStatus(), shownOffers(), qualitiesOf(), currentUser(), publicIncidents(), getTranslations("model"),
  ]);
  const nowMs = clock.now();
  const offered = offeredFormats();
  const formats = formatsOf({ endpoints: offer.endpoints, items: offer.prices }, offered);
  const samples = samplesFor(formats, { base, model: offer.slug, keyName: keyNameOf(values["shop.name"]), listens: listens(offer.prices) });
  const days = status && daysOf(status, [offer.id]);
  const next = changes.findLast(({ from }) => from.getTime() > nowMs);
  const words = t.raw("items") as ItemWords;
  const items = fieldsOf(offer.price);
  const fields = items.map((item) => ({ item, label: itemText(item, words) }));
  const start = estimateStart(items, await searchParams);
  const path = modelPath(locale, offer);
  const related = offers.filter(({ slug, vendorSlug, prices }) => slug !== offer.slug && vendorSlug === offer.vendorSlug && (prices["output"] === undefined) === (offer.prices["output"] === undefined)).slice(0, RELATED);
  const startHref = user ? "/console/keys" : values["shop.sign_up"] === "closed" ? "/sign-in" : "/sign-up";
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <ModelHead offer={offer} locale={locale} word={days && wordOf(days)} startHref={startHref} speed={status?.speeds.get(offer.id)} days={days} />
      <div className="mt-10 grid grid-cols-[minmax(0,1fr)] items-start gap-x-16 gap-y-14 lg:grid-cols-[minmax(0,1fr)_360px]">
        <ModelPrices offer={offer} locale={locale} planned={next && { from: next.from, basis: { document: next.document, multipliers: offer.price.multipliers } }} version={changes.filter(({ from }) => from.getTime() <= nowMs).length} />
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-8 lg:col-start-2 lg:row-span-4 lg:row-start-1">
          <Calculator
            fields={fields} path={path} presets={presetsFor(items)} start={{ ...start, text: estimateText(offer.price, items, start.quantities, start.calls, nowMs) }} words={await calculatorWords()}
          />
          <ModelFacts offer={offer} formats={formats} />
        </div>
        <ModelCode samples={samples} guides={clientGuides(new Set(formats)).slice(0, 6).map((guide) => ({ href: `/${locale}/docs/${guide.slug}`, name: clientName(guide, locale) }))} />
        <ModelQuality days={days} locale={locale} incidents={incidents.open.filter(({ models }) => models.length === 0 || models.includes(offer.id))} />
        <PriceHistory changes={changes} nowMs={nowMs} />
      </div>
      <RelatedModels models={related} locale={locale} qualities={qualities} />
      <ModelFaq offer={offer} prices={await pricePhrase(offer, locale)} />
      <JsonLd data={modelJsonLd({ offer, base, path, locale, shopName: values["shop.name"], models: t("models") })} />
    </main>
  );
}

async function calculatorWords(): Promise<CalculatorWords> {
  const t = await getTranslations("model.calculator");
  return {
    title: t("title"), calls: t("calls"), perCall: t("perCall"), amount: t("amount"), total: t("total"), each: t.raw("each") as string,
    rounding: t("rounding"), calculate: t("calculate"), note: t("note"),
    presets: { turn: t("presets.turn"), agent: t("presets.agent"), book: t("presets.book") },
  };
}
