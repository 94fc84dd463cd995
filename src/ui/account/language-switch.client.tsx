"use client";
import { Languages } from "lucide-react";
import { useLocale } from "next-intl";
import { LOCALE_NAMES } from "#ui/i18n/routing.ts";
import { chooseLocale } from "#ui/layout/preferences.client.ts";

/** The other language, in its own name; pages without a language in their address take it from the cookie. */
export function LanguageSwitch() {
  const other = useLocale() === "zh" ? "en" : "zh";
  const change = () => {
    chooseLocale(other);
    location.reload();
  };
  return (
    <button type="button" className="btn btn-ghost" lang={other} onClick={change}>
      <Languages size={16} strokeWidth={1.75} aria-hidden="true" />
      {LOCALE_NAMES[other]}
    </button>
  );
}
