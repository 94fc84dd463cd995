import { hasLocale } from "next-intl";
import { getTranslations } from "next-intl/server";
import { publicIncidents } from "#app/incidents.ts";
import { shop } from "#app/shop.ts";
import { routing } from "#ui/i18n/routing.ts";
import { incidentText } from "#ui/incidents/incident-words.ts";
import { atomFeed } from "#ui/storefront/feed.ts";

export const dynamic = "force-dynamic";

const ENTRIES = 100;

/** What the operator says of incidents, an entry an update, newest first. */
export async function GET(_request: Request, { params }: { params: Promise<{ locale: string }> }): Promise<Response> {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) return new Response(null, { status: 404 });
  const { settings, baseUrl } = await shop();
  const [base, { "shop.name": shopName }, { open, ahead, past }] = await Promise.all([baseUrl(), settings(), publicIncidents()]);
  const t = await getTranslations({ locale, namespace: "status.incident" });
  const entries = [...open, ...ahead, ...past].flatMap(({ title, updates }) => updates.map(({ id, stage, text, at }) => ({
    id: `${base}/status/${id}`, at, href: `${base}/${locale}/status`, title: t("entry", { title: incidentText(title, locale).text, stage: t(`stages.${stage}`) }), text: incidentText(text, locale).text,
  })));
  const xml = atomFeed({
    id: `${base}/${locale}/status.xml`, self: `${base}/${locale}/status.xml`, home: `${base}/${locale}/status`, title: t("feedTitle", { shop: shopName }), lang: locale, author: shopName,
    entries: entries.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, ENTRIES),
  });
  return new Response(xml, { headers: { "content-type": "application/atom+xml; charset=utf-8", "cache-control": "no-cache", "access-control-allow-origin": "*" } });
}
