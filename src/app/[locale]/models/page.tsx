import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shownOffers } from "#app/catalogue.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { qualitiesOf } from "#app/shop-status.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { CatalogueBar } from "#ui/storefront/catalogue-bar.tsx";
import { cleared, isFiltered, PAGE_SIZE, parseQuery, queryHref, runQuery, type CatalogueQuery, type Parameters } from "#ui/storefront/catalogue-query.ts";
import { FilterPanel } from "#ui/storefront/filter-panel.tsx";
import { ModelCards } from "#ui/storefront/model-cards.tsx";
import { ModelTable } from "#ui/storefront/model-table.tsx";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<Parameters> };

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "models.meta" });
  const [offers, values] = await Promise.all([shownOffers(), (await shop()).settings()]);
  const filtered = Object.keys(await searchParams).length > 0;
  return pageMetadata({ locale, path: "/models", title: t("title", { shop: values["shop.name"] }), description: t("description", { count: offers.length }), index: !filtered });
}

/** Everything on sale. Filters, sort, view and page stand in the address, so a list can be shared and works without a script. */
export default async function ModelsPage({ params, searchParams }: Props) {
  const { locale } = await params;
  const query = parseQuery(await searchParams);
  const t = await getTranslations("models");
  const [offers, qualities] = await Promise.all([shownOffers(), qualitiesOf()]);
  const path = `/${locale}/models`;
  const { found, facets } = runQuery(offers, query, offeredFormats());
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(query.page, pages);
  const shown = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const vendors = new Set(offers.flatMap(({ vendorSlug }) => vendorSlug ?? [])).size;
  const group = offers.find(({ own }) => own)?.ownGroup;
  const panel = <FilterPanel query={query} facets={facets} path={path} />;
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2 pt-8">
        <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("title")}</h1>
        <p className="pb-1 text-fg-3">
          {[vendors > 1 ? t("summaryVendors", { count: offers.length, vendors }) : t("summary", { count: offers.length }), ...(group === undefined ? [] : [t("own", { group })])].join(locale === "zh" ? "" : " ")}
        </p>
      </div>
      {offers.length === 0 ? <Note title={t("empty.title")} text={t("empty.text")} action={t("empty.action")} href="/admin/models" /> : (
        <div className="mt-6 grid gap-x-10 lg:grid-cols-[200px_minmax(0,1fr)]">
          <aside className="max-lg:hidden" aria-label={t("filters.label")}>{panel}</aside>
          <div className="min-w-0">
            <CatalogueBar query={query} facets={facets} path={path} panel={panel} />
            {shown.length === 0
              ? <Note title={t("noMatch.title")} text={t("noMatch.text")} action={t("noMatch.action")} href={queryHref(path, cleared(query))} />
              : query.view === "cards" ? <ModelCards models={shown} locale={locale} /> : <ModelTable models={shown} locale={locale} qualities={qualities} icons />}
            {shown.length > 0 ? <Pager query={{ ...query, page }} pages={pages} path={path} count={found.length} /> : null}
          </div>
        </div>
      )}
    </main>
  );
}

function Note({ title, text, action, href }: { title: string; text: string; action: string; href: string }) {
  return (
    <section className="mt-10 max-w-[60ch]">
      <h2 className="text-20 font-semibold">{title}</h2>
      <p className="mt-2 text-fg-2">{text}</p>
      <a href={href} className="btn btn-secondary mt-5">{action}</a>
    </section>
  );
}

async function Pager({ query, pages, path, count }: { query: CatalogueQuery; pages: number; path: string; count: number }) {
  const t = await getTranslations("models");
  return (
    <div className="mt-4 flex min-h-14 flex-wrap items-center gap-3 border-t py-3 text-13 text-fg-3">
      <span>{t("found", { count })} · {t("unit")}</span>
      {isFiltered(query) || pages < 2 ? null : <span>{t("pager.at", { page: query.page, pages })}</span>}
      <nav className="ml-auto flex gap-2" aria-label={t("pager.label")}>
        {query.page > 1 ? <a href={queryHref(path, { ...query, page: query.page - 1 })} rel="prev" className="btn btn-secondary">{t("pager.previous")}</a> : null}
        {query.page < pages ? <a href={queryHref(path, { ...query, page: query.page + 1 })} rel="next" className="btn btn-secondary">{t("pager.next")}</a> : null}
      </nav>
    </div>
  );
}
