import type { MetadataRoute } from "next";
import { publicOffers } from "#app/catalogue.ts";
import { legalPages } from "#app/legal.ts";
import { publicPages } from "#app/public-pages.ts";
import { shop } from "#app/shop.ts";
import { routing } from "#ui/i18n/routing.ts";
import { modelPath } from "#ui/storefront/addresses.ts";

export const dynamic = "force-dynamic";

/** Every public page in every language, each naming the others; models with the day of their price. */
export default async function sitemap(): Promise<MetadataRoute.Sitemap> {
  const { baseUrl } = await shop();
  const base = await baseUrl();
  const legal = [...(await legalPages()).keys()].map((page) => `/legal/${page}`);
  const pages = [...publicPages(), ...legal].map((path) => ({ path, lastModified: undefined as Date | undefined }));
  const models = (await publicOffers()).map((offer) => ({ path: modelPath("", offer).slice(1), lastModified: offer.priceSince }));
  return [...pages, ...models].flatMap(({ path, lastModified }) => {
    const languages = Object.fromEntries(routing.locales.map((locale) => [locale, `${base}/${locale}${path}`]));
    return routing.locales.map((locale) => ({ url: `${base}/${locale}${path}`, ...(lastModified && { lastModified }), alternates: { languages } }));
  });
}
