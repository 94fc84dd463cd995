import { hasLocale } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPriceChanges } from "#catalog/storefront.store.ts";
import { shop } from "#app/shop.ts";
import { routing } from "#ui/i18n/routing.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { atomFeed } from "#ui/storefront/feed.ts";
import type { ItemWords } from "#ui/storefront/item-text.ts";
import { priceChangeText } from "#ui/storefront/price-change-text.ts";
import type { PriceUnit } from "#ui/storefront/price-rows.ts";

export const dynamic = "force-dynamic";

const ENTRIES = 100;

/** Price changes, newest first; announced ones appear when they are published. */
export async function GET(_request: Request, { params }: { params: Promise<{ locale: string }> }): Promise<Response> {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) return new Response(null, { status: 404 });
  const { pool, settings, baseUrl } = await shop();
  const [base, { "shop.name": shopName }, changes] = await Promise.all([baseUrl(), settings(), listPriceChanges(pool, { limit: ENTRIES })]);
  const t = await getTranslations({ locale, namespace: "pricing.changes" });
  const model = await getTranslations({ locale, namespace: "model" });
  const words = { items: model.raw("items") as ItemWords, units: model.raw("prices.units") as Record<PriceUnit, string>, first: model("history.first"), same: model("history.same") };
  const xml = atomFeed({
    id: `${base}/${locale}/prices.xml`, self: `${base}/${locale}/prices.xml`, home: `${base}/${locale}/pricing`, title: t("title", { shop: shopName }), lang: locale, author: shopName,
    entries: changes.map((change) => ({
      id: `${base}/prices/${change.versionId}`, at: change.from, href: `${base}${modelPath(locale, change)}`,
      title: t(change.before === undefined ? "added" : "changed", { model: change.name }), text: priceChangeText(change, words),
    })),
  });
  return new Response(xml, { headers: { "content-type": "application/atom+xml; charset=utf-8", "cache-control": "no-cache", "access-control-allow-origin": "*" } });
}
