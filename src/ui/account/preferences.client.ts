import { chooseLocale, chooseTheme, type ThemeChoice } from "#ui/layout/preferences.client.ts";

const has = (cookie: string): boolean => document.cookie.split("; ").some((each) => each.startsWith(`${cookie}=`));

/** A browser where nobody has chosen language or look takes those of the profile. */
export async function applyPreferences(): Promise<void> {
  if (has("mm-locale") && has("mm-theme")) return;
  try {
    const response = await fetch("/api/trpc/console.profile.get", { headers: { "x-mm": "1" } });
    const { result } = (await response.json()) as { result?: { data?: { json?: { locale?: string; theme?: ThemeChoice } } } };
    const { locale, theme } = result?.data?.json ?? {};
    if (locale && !has("mm-locale")) chooseLocale(locale);
    if (theme && theme !== "system" && !has("mm-theme")) chooseTheme(theme);
  } catch {
    return; // the pages then speak the browser's default
  }
}
