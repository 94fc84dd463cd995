import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { isZone } from "#ui/format/zone.ts";
import { isLocale, routing, type Locale } from "#ui/i18n/routing.ts";

const SCREENS = [
  "common", "kit", "nav", "landing", "account", "console", "tables", "data", "settings", "audit", "dashboard", "users",
  "ledger", "requests-admin", "settings-admin", "health", "wallet", "admin-orders", "admin-codes",
] as const;

/** Storefront pages take the language from their address, all others from the cookie. */
export default getRequestConfig(async ({ requestLocale }) => {
  const fromPath = await requestLocale;
  const kept = await cookies();
  const fromCookie = kept.get("mm-locale")?.value;
  const zone = kept.get("mm-zone")?.value;
  const ofTheShop = (await headers()).get("x-mm-locale") ?? undefined;
  const locale = isLocale(fromPath) ? fromPath : isLocale(fromCookie) ? fromCookie : isLocale(ofTheShop) ? ofTheShop : routing.defaultLocale;
  return { locale, timeZone: isZone(zone) ? zone : "UTC", messages: await messagesOf(locale) };
});

async function messagesOf(locale: Locale): Promise<Record<string, Record<string, unknown>>> {
  const loaded = await Promise.all(SCREENS.map((screen) => import(`../messages/${locale}/${screen}.json`) as Promise<{ default: Record<string, unknown> }>));
  return Object.fromEntries(SCREENS.map((screen, i) => [screen, loaded[i]?.default ?? {}]));
}
