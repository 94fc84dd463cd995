import { Languages, Menu } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { Logo } from "#ui/kit/logo.tsx";
import { ThemeToggle } from "#ui/kit/theme-toggle.client.tsx";
import { LOCALE_NAMES, routing, type Locale } from "#ui/i18n/routing.ts";

type Props = { locale: Locale; shopName: string; signedIn: boolean };

/** Sticky, 56 px. On a phone the links fold into a menu that works without a script. */
export async function StorefrontHeader({ locale, shopName, signedIn }: Props) {
  const t = await getTranslations("common");
  const other = routing.locales.find((each) => each !== locale) ?? locale;
  const links = [["#prices", t("nav.prices")], ["#bill", t("nav.billing")], ["#questions", t("nav.questions")]] as const;
  return (
    <header className="sticky top-0 z-10 border-b bg-canvas">
      <div className="mx-auto flex h-14 max-w-[1200px] items-center gap-2 px-4 sm:gap-8 sm:px-8">
        <a href={`/${locale}`} className="flex min-w-0 items-center gap-2 text-16 font-semibold">
          <Logo />
          <span className="truncate">{shopName}</span>
        </a>
        <nav className="hidden items-center gap-6 md:flex" aria-label={t("nav.label")}>
          {links.map(([href, text]) => (
            <a key={href} href={href} className="font-medium text-fg-2 hover:text-fg">{text}</a>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <a href={`/${other}`} hrefLang={other} lang={other} className="btn btn-ghost max-sm:hidden">
            <Languages size={16} strokeWidth={1.75} aria-hidden="true" />
            {LOCALE_NAMES[other]}
          </a>
          <span className="max-sm:hidden"><ThemeToggle label={t("theme")} /></span>
          {signedIn ? null : <a href="/sign-in" className="btn btn-ghost max-[359px]:hidden">{t("signIn")}</a>}
          <a href="/console" className="btn btn-primary ml-1">{signedIn ? t("console") : t("getKey")}</a>
          <details className="relative md:hidden">
            <summary className="btn btn-icon btn-ghost" aria-label={t("nav.menu")}>
              <Menu size={20} strokeWidth={1.75} aria-hidden="true" />
            </summary>
            <div className="card absolute right-0 top-11 grid w-48 p-2 shadow-pop">
              {links.map(([href, text]) => <a key={href} href={href} className="nav-item">{text}</a>)}
              <a href={`/${other}`} hrefLang={other} lang={other} className="nav-item">{LOCALE_NAMES[other]}</a>
              <ThemeToggle label={t("theme")} />
            </div>
          </details>
        </div>
      </div>
    </header>
  );
}
