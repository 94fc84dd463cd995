import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BillSection } from "./bill-section.tsx";
import { Hero } from "./hero.tsx";
import { PriceSection } from "./price-section.tsx";
import { QuestionSection } from "./question-section.tsx";
import { VendorStrip } from "./vendor-strip.tsx";
import { WorksSection } from "./works-section.tsx";
import { listOffers } from "#catalog/storefront.store.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "landing" });
  const { pool, settings } = await shop();
  const offers = await listOffers(pool);
  return {
    title: t("meta.title", { shop: (await settings())["shop.name"] }),
    description: t("meta.description", { count: offers.length }),
    alternates: { languages: { en: "/en", zh: "/zh", "x-default": "/" } },
  };
}

/** Says what the shop sells with real numbers only: what is not known is left out, never a zero. */
export default async function LandingPage({ params }: Props) {
  const { locale } = await params;
  const { pool, settings, baseUrl } = await shop();
  const [offers, values] = await Promise.all([listOffers(pool), settings()]);
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <Hero offers={offers} apiUrl={`${await baseUrl()}/v1`} shopName={values["shop.name"]} />
      <VendorStrip offers={offers} />
      <PriceSection offers={offers} locale={locale} />
      <BillSection offers={offers} />
      <WorksSection />
      <QuestionSection />
    </main>
  );
}
