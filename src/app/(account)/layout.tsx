import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { shop } from "#app/shop.ts";
import { Document } from "#ui/layout/document.tsx";
import { Logo } from "#ui/kit/logo.tsx";

export const dynamic = "force-dynamic";

/** One column, no card: nothing here but the form. */
export default async function AccountLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale();
  const t = await getTranslations("common");
  const { settings } = await shop();
  return (
    <Document locale={locale} skip={t("skip")}>
      <div className="flex min-h-screen flex-col">
        <header className="flex h-14 items-center px-4 sm:px-8">
          <a href={`/${locale}`} className="flex items-center gap-2 text-16 font-semibold">
            <Logo />
            {(await settings())["shop.name"]}
          </a>
        </header>
        <main id="main" tabIndex={-1} className="mx-auto flex w-full max-w-[368px] flex-1 flex-col px-4 pb-24 pt-10 sm:px-0 sm:pt-[12vh]">
          {children}
        </main>
      </div>
    </Document>
  );
}
