export type Look = Readonly<{ locale: "en" | "zh"; width: 1440 | 390; theme: "light" | "dark" }>;

/** Every way that a page can be looked at. */
export const ALL_LOOKS: readonly Look[] = (["en", "zh"] as const).flatMap((locale) => ([1440, 390] as const).flatMap((width) => (["light", "dark"] as const).map((theme) => ({ locale, width, theme }))));

/** The two that between them have each width, theme and language. */
export const FAST_LOOKS: readonly Look[] = [{ locale: "en", width: 1440, theme: "light" }, { locale: "zh", width: 390, theme: "dark" }];

export const lookName = ({ locale, width, theme }: Look): string => `${locale}-${width}-${theme}`;
