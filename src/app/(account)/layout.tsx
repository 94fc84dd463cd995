import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { papersToAgree } from "#accounts/index.ts";
import { shopBrand } from "#app/brand.ts";
import { legalPages } from "#app/legal.ts";
import { shop } from "#app/shop.ts";
import { LanguageSwitch } from "#ui/account/language-switch.client.tsx";
import { Logo } from "#ui/kit/logo.tsx";
import { Document } from "#ui/layout/document.tsx";

export const dynamic = "force-dynamic";

/** One column, no card: nothing here but the form. */
export default async function AccountLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale();
  const [t, { common, kit, account }, { settings }] = await Promise.all([getTranslations(), getMessages(), shop()]);
  const [values, inForce] = await Promise.all([settings(), legalPages()]);
  const { "shop.name": name } = values;
  const { termsUrl, privacyUrl } = papersToAgree(values, new Set(inForce.keys()));
  const links = [[t("account.terms"), termsUrl], [t("account.privacy"), privacyUrl]] as const;
  return (
    <Document locale={locale} skip={t("common.skip")} brand={await shopBrand()}>
      <NextIntlClientProvider messages={{ common, kit, account }}>
        <div className="flex min-h-screen flex-col">
          <header className="flex h-14 items-center gap-4 px-4 sm:px-8">
            <a href={`/${locale}`} className="flex min-w-0 flex-1 items-center gap-2 text-16 font-semibold">
              <Logo />
              <span className="truncate">{name}</span>
            </a>
            <LanguageSwitch />
          </header>
          <main id="main" tabIndex={-1} className="flex w-full flex-1 flex-col">{children}</main>
          <footer className="flex min-h-12 flex-wrap items-center gap-x-6 px-4 pb-4 text-13 text-fg-2 sm:px-8">
            {links.map(([label, href]) => (href ? <a key={href} href={href} rel="noopener">{label}</a> : null))}
          </footer>
        </div>
      </NextIntlClientProvider>
    </Document>
  );
}
