import { cookies } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { isLocale, routing, type Locale } from "#ui/i18n/routing.ts";

const SCREENS = ["common", "kit", "nav", "landing", "account", "console", "tables", "data"] as const;

/** Storefront pages take the language from their address, all others from the cookie. */
export default getRequestConfig(async ({ requestLocale }) => {
  const fromPath = await requestLocale;
  const fromCookie = (await cookies()).get("mm-locale")?.value;
  const locale = isLocale(fromPath) ? fromPath : isLocale(fromCookie) ? fromCookie : routing.defaultLocale;
  return { locale, timeZone: "UTC", messages: await messagesOf(locale) };
});

async function messagesOf(locale: Locale): Promise<Record<string, Record<string, unknown>>> {
  const loaded = await Promise.all(SCREENS.map((screen) => import(`../messages/${locale}/${screen}.json`) as Promise<{ default: Record<string, unknown> }>));
  return Object.fromEntries(SCREENS.map((screen, i) => [screen, loaded[i]?.default ?? {}]));
}
