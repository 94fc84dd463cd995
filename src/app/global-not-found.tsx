import { getLocale, getTranslations } from "next-intl/server";
import { StorefrontDocument } from "#ui/layout/storefront-document.tsx";

export const dynamic = "force-dynamic";

/** Plain words and a way home. */
export default async function GlobalNotFound() {
  const t = await getTranslations("common");
  const locale = await getLocale();
  return (
    <StorefrontDocument locale={locale} skip={t("skip")}>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 py-24 sm:px-8">
        <title>{t("notFound.title")}</title>
        <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("notFound.title")}</h1>
        <p className="mt-3 text-16 text-fg-2">{t("notFound.text")}</p>
        <a href={`/${locale}`} className="btn btn-lg btn-secondary mt-7">{t("notFound.home")}</a>
      </main>
    </StorefrontDocument>
  );
}
