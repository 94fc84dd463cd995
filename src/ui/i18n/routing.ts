import { defineRouting } from "next-intl/routing";

/** Public pages carry the language in their address always, so an operator can change the default without a rebuild. */
export const routing = defineRouting({ locales: ["en", "zh"], defaultLocale: "en", localePrefix: "always", localeCookie: { name: "mm-locale", sameSite: "lax" } });

export type Locale = (typeof routing.locales)[number];
export const isLocale = (text: string | null | undefined): text is Locale => routing.locales.some((locale) => locale === text);
/** Where a visitor changes to. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: "English", zh: "中文" };

/** The first language of a browser's list that there is; undefined when there is none. */
export const localeOfHeader = (header: string | null): Locale | undefined =>
  header?.split(",").map((entry) => entry.trim().slice(0, 2).toLowerCase()).find(isLocale);
