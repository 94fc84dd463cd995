import { getLocale, getTranslations } from "next-intl/server";

/** Plain words, a search and a way home. */
export default async function NotFound() {
  const t = await getTranslations("common");
  const models = await getTranslations("models");
  const locale = await getLocale();
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 py-20 sm:px-8">
      <title>{t("notFound.title")}</title>
      <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("notFound.title")}</h1>
      <p className="mt-3 max-w-[60ch] text-16 text-fg-2">{t("notFound.text")}</p>
      <form action={`/${locale}/models`} role="search" className="mt-7 flex max-w-md gap-2">
        <label className="flex-1"><span className="sr-only">{models("search.label")}</span><input type="search" name="q" placeholder={models("search.placeholder")} className="field h-10! placeholder:text-fg-3 max-sm:text-16" /></label>
        <button type="submit" className="btn btn-lg btn-secondary">{models("search.go")}</button>
      </form>
      <p className="mt-6"><a href={`/${locale}`} className="link">{t("notFound.home")}</a></p>
    </main>
  );
}
