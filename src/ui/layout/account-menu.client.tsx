"use client";
import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { Role } from "#accounts/permissions.ts";
import { postSignOut } from "#ui/account/auth.client.ts";
import { LOCALE_NAMES, routing } from "#ui/i18n/routing.ts";
import { HELP_EVENT } from "#ui/layout/shortcuts.client.tsx";
import { chooseLocale, chooseTheme, currentTheme, type ThemeChoice } from "#ui/layout/preferences.client.ts";

export type Viewer = Readonly<{ email: string; name?: string | undefined; role: Role }>;

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];

/** One or two letters for a name, or the first of an address. */
export function initials(name: string): string {
  const words = name.split("@")[0]?.split(/[\s._-]+/).filter(Boolean) ?? [];
  return words.slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "·";
}

/** Who is signed in, where else he may go, how it looks and in which language, and the way out. */
export function AccountMenu({ viewer, area }: { viewer: Viewer; area: "console" | "admin" }) {
  const t = useTranslations("nav.account");
  const shown = viewer.name ?? viewer.email;
  const locale = useLocale();
  const leave = async () => {
    await postSignOut().catch(() => undefined);
    location.assign(`/${locale}`);
  };
  return (
    <Base.Root modal={false}>
      <Base.Trigger className="mark size-7 rounded-full! bg-muted text-12 text-fg-2 max-md:size-9" aria-label={t("label", { name: shown })}><span data-initials={initials(shown)} className="before:content-[attr(data-initials)]" /></Base.Trigger>
      <Base.Portal>
        <Base.Positioner align="end" sideOffset={6} collisionPadding={8} className="z-40">
          <Base.Popup className="pop pop-list min-w-60! max-h-[calc(100dvh-80px)]!">
            <div className="px-2 py-2">
              <p className="truncate font-medium">{shown}</p>
              <p className="truncate text-13 text-fg-3">{viewer.name ? viewer.email : t(`roles.${viewer.role}`)}</p>
            </div>
            <Base.Separator className="hr mx-2 my-1" />
            {area === "admin" ? <Base.LinkItem className="pop-item" href="/console">{t("console")}</Base.LinkItem> : null}
            {area === "console" && viewer.role !== "customer" ? <Base.LinkItem className="pop-item" href="/admin">{t("admin")}</Base.LinkItem> : null}
            <Base.LinkItem className="pop-item" href="/console/settings">{t("settings")}</Base.LinkItem>
            <Base.Separator className="hr mx-2 my-1" />
            <ThemeChoices />
            <LanguageChoices />
            <Base.Separator className="hr mx-2 my-1" />
            <Base.Item className="pop-item max-md:hidden" onClick={() => dispatchEvent(new Event(HELP_EVENT))}>{t("shortcuts")}</Base.Item>
            <Base.Item className="pop-item" onClick={() => void leave()}>{t("signOut")}</Base.Item>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function ThemeChoices() {
  const t = useTranslations("nav.account");
  const [theme, setTheme] = useState(currentTheme);
  const choose = (choice: ThemeChoice) => {
    chooseTheme(choice);
    setTheme(choice);
  };
  return (
    <Base.RadioGroup value={theme} onValueChange={choose}>
      <Base.GroupLabel className="px-2 pt-1 pb-1 text-12 text-fg-3">{t("theme")}</Base.GroupLabel>
      {THEMES.map((choice) => <Choice key={choice} value={choice} text={t(choice)} />)}
    </Base.RadioGroup>
  );
}

function LanguageChoices() {
  const t = useTranslations("nav.account");
  const router = useRouter();
  const locale = useLocale();
  const choose = (next: string) => {
    chooseLocale(next);
    router.refresh();
  };
  return (
    <Base.RadioGroup value={locale} onValueChange={choose}>
      <Base.GroupLabel className="px-2 pt-2 pb-1 text-12 text-fg-3">{t("language")}</Base.GroupLabel>
      {routing.locales.map((each) => <Choice key={each} value={each} text={LOCALE_NAMES[each]} lang={each} />)}
    </Base.RadioGroup>
  );
}

function Choice({ value, text, lang }: { value: string; text: string; lang?: string }) {
  return (
    <Base.RadioItem value={value} className="pop-item" lang={lang} closeOnClick={false}>
      <span className="flex-1">{text}</span>
      <Base.RadioItemIndicator><Check size={16} strokeWidth={1.75} aria-hidden="true" /></Base.RadioItemIndicator>
    </Base.RadioItem>
  );
}
