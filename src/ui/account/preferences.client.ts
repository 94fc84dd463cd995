import { chooseLocale, chooseTheme, chooseZone, type ThemeChoice } from "#ui/layout/preferences.client.ts";

const has = (cookie: string): boolean => document.cookie.split("; ").some((each) => each.startsWith(`${cookie}=`));

/** A browser where nobody has chosen language or look takes those of the profile; the time zone is always the profile's. */
export async function applyPreferences(): Promise<void> {
  try {
    const response = await fetch("/api/trpc/console.profile.get", { headers: { "x-mm": "1" } });
    const { result } = (await response.json()) as { result?: { data?: { json?: { locale?: string; theme?: ThemeChoice; timeZone?: string } } } };
    const { locale, theme, timeZone } = result?.data?.json ?? {};
    if (locale && !has("mm-locale")) chooseLocale(locale);
    if (timeZone) chooseZone(timeZone);
    if (theme && theme !== "system" && !has("mm-theme")) chooseTheme(theme);
  } catch {
    return; // the pages then speak the browser's default
  }
}
