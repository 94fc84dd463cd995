import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shownOffers } from "#app/catalogue.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { operatorText } from "#app/operator-text.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { daysOf, qualitiesOf, shopStatus } from "#app/shop-status.ts";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { formatLatency, formatPerMillion } from "#ui/storefront/numbers.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { clientGuides, clientName } from "#ui/storefront/docs/guides.ts";
import { formatsOf, isText } from "#ui/storefront/formats.ts";
import { JsonLd } from "#ui/storefront/json-ld.tsx";
import { BillSection } from "#ui/storefront/landing/bill-section.tsx";
import { Hero, type Fact } from "#ui/storefront/landing/hero.tsx";
import { PriceSection } from "#ui/storefront/landing/price-section.tsx";
import { QuestionSection } from "#ui/storefront/landing/question-section.tsx";
import { StartSection } from "#ui/storefront/landing/start-section.tsx";
import { VendorStrip } from "#ui/storefront/landing/vendor-strip.tsx";
import { WorksSection } from "#ui/storefront/landing/works-section.tsx";
import { keyNameOf, samplesFor } from "#ui/storefront/samples.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";
import { formatRate } from "#ui/storefront/status-words.ts";
import { total } from "#ui/storefront/uptime.ts";

type Props = { params: Promise<{ locale: Locale }> };

const ROWS = 8;
/** Below so much traffic a share or a median says more about chance than about the shop. */
const REQUESTS_MIN = 1_000;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "landing" });
  const [offers, values] = await Promise.all([shownOffers(), (await shop()).settings()]);
  return pageMetadata({ locale, path: "", title: t("meta.title", { shop: values["shop.name"] }), description: t("meta.description", { count: offers.length }) });
}

/** Says what the shop sells with real numbers only: what is not known is left out, never a zero. */
export default async function LandingPage({ params }: Props) {
  const { locale } = await params;
  const { settings, baseUrl } = await shop();
  const [offers, values, base, user, qualities, title, lead] = await Promise.all([
    shownOffers(), settings(), baseUrl(), currentUser(), qualitiesOf(), operatorText("landing.title", locale), operatorText("landing.lead", locale),
  ]);
  const offered = offeredFormats();
  const sold = offers.map((offer) => ({ offer, formats: formatsOf({ endpoints: offer.endpoints, items: offer.prices }, offered) }));
  const shownHere = sold.find(({ formats }) => isText(formats)) ?? sold.find(({ formats }) => formats.length > 0);
  const samples = shownHere ? samplesFor(shownHere.formats, { base, model: shownHere.offer.slug, keyName: keyNameOf(values["shop.name"]) }) : [];
  const start = user ? "/console/keys" : values["shop.sign_up"] === "closed" ? "/sign-in" : "/sign-up";
  const guides = clientGuides(offered).map((guide) => ({ href: `/${locale}/docs/${guide.slug}`, name: clientName(guide, locale) }));
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <Hero title={title} lead={lead} count={offers.length} samples={samples} model={samples.length > 0 ? shownHere?.offer : undefined} locale={locale} facts={await factsOf(offers)} startHref={start} pricesHref={`/${locale}/${offers.length > 0 ? "models" : "pricing"}`} />
      <VendorStrip models={offers} locale={locale} />
      <PriceSection models={interesting(offers)} total={offers.length} locale={locale} qualities={qualities} />
      <BillSection models={offers} />
      <WorksSection guides={guides} />
      <QuestionSection />
      <StartSection href={start} signedIn={user !== undefined} credit={values["shop.sign_up"] === "open" ? values["shop.sign_up_credit"] : "0.00"} />
      <JsonLd data={{
        "@context": "https://schema.org",
        "@graph": [
          { "@type": "Organization", "@id": `${base}/#shop`, name: values["shop.name"], url: base },
          { "@type": "WebSite", url: base, name: values["shop.name"], inLanguage: locale, publisher: { "@id": `${base}/#shop` }, potentialAction: { "@type": "SearchAction", target: `${base}/${locale}/models?q={query}`, "query-input": "required name=query" } },
        ],
      }} />
    </main>
  );
}

/** Text models first, as most people come for them; among them those of a named vendor, then the newest in the catalogue's order. */
const interesting = (offers: readonly ShownModel[]): readonly ShownModel[] =>
  [...offers].sort((a, b) => Number(b.prices["output"] !== undefined) - Number(a.prices["output"] !== undefined) || Number(b.vendorSlug !== undefined) - Number(a.vendorSlug !== undefined) || b.createdAt.getTime() - a.createdAt.getTime()).slice(0, ROWS);

/** Measured where there is enough to measure, else counted from what is on sale; nothing is shown that would be a zero. */
async function factsOf(offers: readonly ShownModel[]): Promise<readonly Fact[]> {
  const t = await getTranslations("landing.facts");
  if (offers.length === 0) return [];
  const status = await shopStatus();
  const days = status ? daysOf(status, offers.map(({ id }) => id)).slice(-30) : [];
  const sum = total(days);
  const fastest = [...(status?.speeds.values() ?? [])].filter(({ requests }) => requests >= REQUESTS_MIN).flatMap(({ firstTokenMs }) => firstTokenMs ?? []);
  const vendors = new Set(offers.flatMap(({ vendorSlug }) => vendorSlug ?? [])).size;
  const inputs = offers.flatMap(({ prices }) => prices["input"] ?? []).filter((price) => price > 0n);
  const cheapest = inputs.reduce<bigint | undefined>((least, price) => (least === undefined || price < least ? price : least), undefined);
  return [
    ...(sum.requests >= REQUESTS_MIN ? [{ value: formatRate(sum), text: t("uptime") }] : []),
    ...(fastest.length > 0 ? [{ value: formatLatency(Math.min(...fastest)), text: t("firstToken") }] : []),
    { value: String(offers.length), text: t("models", { count: offers.length }) },
    ...(vendors > 1 ? [{ value: String(vendors), text: t("vendors", { count: vendors }) }] : []),
    ...(cheapest === undefined ? [] : [{ value: `$${formatPerMillion(cheapest)}`, text: t("from") }]),
  ].slice(0, 3);
}
