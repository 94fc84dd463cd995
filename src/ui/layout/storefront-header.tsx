import { Languages, Menu } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { Logo } from "#ui/kit/logo.tsx";
import { LanguageLink, NavLinks } from "#ui/storefront/nav.tsx";
import { ThemeButton } from "#ui/storefront/theme-button.tsx";
import { LOCALE_NAMES, routing, type Locale } from "#ui/i18n/routing.ts";

type Props = { locale: Locale; /** Address of the page, with its query. */ path: string; shopName: string; /** Signed in: what can be spent, as text. */ balance: string | undefined; signedIn: boolean; signUpOpen: boolean };

/** Sticky, 56 px. On a phone the links fold into a menu that works without a script. */
export async function StorefrontHeader({ locale, path, shopName, balance, signedIn, signUpOpen }: Props) {
  const t = await getTranslations("common");
  const s = await getTranslations("landing.shell");
  const other = routing.locales.find((each) => each !== locale) ?? locale;
  const links = (["models", "pricing", "docs", "status"] as const).map((page) => ({ href: `/${locale}/${page}`, text: s(page) }));
  return (
    <header className="sticky top-0 z-10 border-b bg-canvas print:hidden">
      <div className="mx-auto flex h-14 max-w-[1200px] items-center gap-2 px-4 sm:gap-8 sm:px-8">
        <a href={`/${locale}`} className="flex min-w-0 items-center gap-2 text-16 font-semibold">
          <Logo />
          <span className="truncate">{shopName}</span>
        </a>
        <nav className="hidden items-center gap-6 md:flex" aria-label={t("nav.label")}>
          <NavLinks links={links} path={path} className="font-medium hover:text-fg" />
        </nav>
        <div className="ml-auto flex flex-none items-center gap-1">
          <LanguageLink to={other} path={path} className="btn btn-ghost max-md:hidden">
            <Languages size={16} strokeWidth={1.75} aria-hidden="true" />
            {LOCALE_NAMES[other]}
          </LanguageLink>
          <span className="max-md:hidden"><ThemeButton label={t("theme")} /></span>
          {signedIn ? null : <a href="/sign-in" className="btn btn-ghost max-[400px]:hidden">{t("signIn")}</a>}
          {balance === undefined ? null : <a href="/console/wallet" className="btn btn-ghost nums text-fg max-[359px]:hidden" aria-label={`${s("balance")}: ${balance}`}>{balance}</a>}
          {signedIn
            ? <a href="/console" className="btn btn-secondary ml-1">{t("console")}</a>
            : <a href={signUpOpen ? "/sign-up" : "/sign-in"} className="btn btn-primary ml-1">{t("getKey")}</a>}
          <details className="relative md:hidden">
            <summary className="btn btn-icon btn-ghost" aria-label={t("nav.menu")}>
              <Menu size={20} strokeWidth={1.75} aria-hidden="true" />
            </summary>
            <nav className="card absolute right-0 top-11 grid w-52 p-2 shadow-pop" aria-label={t("nav.menu")}>
              <NavLinks links={links} path={path} className="nav-item" />
              <hr className="hr my-2" />
              {signedIn ? null : <a href="/sign-in" className="nav-item">{t("signIn")}</a>}
              <LanguageLink to={other} path={path} className="nav-item">{LOCALE_NAMES[other]}</LanguageLink>
              <ThemeButton label={t("theme")} />
            </nav>
          </details>
        </div>
      </div>
    </header>
  );
}
