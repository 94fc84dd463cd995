"use client";
/** Choices of this browser that the server needs for the first picture; hence cookies. */

const YEAR_S = 31_536_000;

export type ThemeChoice = "system" | "light" | "dark";

const setCookie = (name: string, value: string, maxAge = YEAR_S): void => {
  document.cookie = `${name}=${value}; path=/; max-age=${maxAge}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

/** What was chosen here; no choice follows the system. */
export function currentTheme(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") {
    delete document.documentElement.dataset["theme"];
    setCookie("mm-theme", "", 0);
    return;
  }
  document.documentElement.dataset["theme"] = choice;
  setCookie("mm-theme", choice);
}

export const chooseLocale = (locale: string): void => setCookie("mm-locale", locale);
/** Times on server-rendered pages are those of the person's own clock. */
export const chooseZone = (zone: string): void => setCookie("mm-zone", encodeURIComponent(zone));
