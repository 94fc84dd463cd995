import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { isZone } from "#ui/format/zone.ts";
import { isLocale, localeOfHeader, routing, type Locale } from "#ui/i18n/routing.ts";

const SCREENS = [
  "common", "kit", "nav", "landing", "models", "model", "pricing", "docs", "status", "legal", "account", "console", "tables", "data", "settings", "audit", "dashboard", "users",
  "ledger", "requests-admin", "settings-admin", "health", "wallet", "admin-orders", "admin-codes", "admin-approvals", "admin-incidents", "admin-tasks", "channels", "models-admin", "prices", "groups", "keys", "usage", "requests", "tasks", "playground", "connect", "setup", "conflict",
] as const;

/** Storefront pages take the language from their address, all others from the cookie, else from the browser. */
export default getRequestConfig(async ({ requestLocale }) => {
  const fromPath = await requestLocale;
  const kept = await cookies();
  const fromCookie = kept.get("mm-locale")?.value;
  const zone = kept.get("mm-zone")?.value;
  const asked = await headers();
  const chosen = [fromPath, fromCookie, localeOfHeader(asked.get("accept-language")), asked.get("x-mm-locale") ?? undefined].find(isLocale);
  const locale = chosen ?? routing.defaultLocale;
  return { locale, timeZone: isZone(zone) ? zone : "UTC", messages: await messagesOf(locale) };
});

async function messagesOf(locale: Locale): Promise<Record<string, Record<string, unknown>>> {
  const loaded = await Promise.all(SCREENS.map((screen) => import(`../messages/${locale}/${screen}.json`) as Promise<{ default: Record<string, unknown> }>));
  return Object.fromEntries(SCREENS.map((screen, i) => [screen, loaded[i]?.default ?? {}]));
}
