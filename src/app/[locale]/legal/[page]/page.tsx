import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { operatorText } from "#app/operator-text.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import { LEGAL_PAGES, type LegalPage } from "#ui/layout/storefront-footer.tsx";
import type { Locale } from "#ui/i18n/routing.ts";
import { Prose } from "#ui/storefront/prose.tsx";

type Props = { params: Promise<{ locale: Locale; page: string }> };

const isLegal = (page: string): page is LegalPage => (LEGAL_PAGES as readonly string[]).includes(page);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale, page } = await params;
  if (!isLegal(page)) notFound();
  const t = await getTranslations({ locale, namespace: "legal" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: `/legal/${page}`, title: `${t(`${page}.title`)}: ${shopName}`, index: (await operatorText(`legal.${page}`, locale)) !== undefined });
}

/** The operator's own words. While he has written none, that is said, and search engines are kept out. */
export default async function LegalPageView({ params }: Props) {
  const { locale, page } = await params;
  if (!isLegal(page)) notFound();
  const t = await getTranslations("legal");
  const written = await operatorText(`legal.${page}`, locale);
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <div className="max-w-[68ch] pt-10">
        <h1 className="text-28 font-semibold tracking-[-0.01em]">{t(`${page}.title`)}</h1>
        {written ? (
          <>
            {written.lang === locale ? null : <p className="mt-3 text-13 text-fg-3">{t("otherLanguage")}</p>}
            <div lang={written.lang} className="mt-2"><Prose text={written.text} /></div>
          </>
        ) : (
          <section className="card mt-6 p-6">
            <h2 className="font-medium">{t("unset.title")}</h2>
            <p className="mt-2 text-fg-2">{t(`${page}.unset`)}</p>
            <p className="mt-4 border-t pt-4 text-13 text-fg-3">{t("unset.operator")} <a className="link" href="/admin/settings">{t("unset.go")}</a></p>
          </section>
        )}
      </div>
    </main>
  );
}
