import { ArrowDownUp, ListFilter, Search, X } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { cleared, FACETS, isFiltered, queryHref, SORTS, toggled, type CatalogueQuery, type Facet, type FacetCount } from "#ui/storefront/catalogue-query.ts";
import { facetText } from "#ui/storefront/filter-panel.tsx";

type Props = { query: CatalogueQuery; facets: Readonly<Record<Facet, readonly FacetCount[]>>; path: string; panel: ReactNode };

/** Search, what is filtered by, sort and view: a form and links, no script. */
export async function CatalogueBar({ query, facets, path, panel }: Props) {
  const t = await getTranslations("models");
  const on = FACETS.flatMap((facet) => facets[facet].filter((each) => each.on).map((each) => ({ facet, each })));
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <form action={path} role="search" className="max-sm:w-full">
          <label className="field field-quiet w-72! max-sm:h-11! max-sm:w-full!">
            <Search className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
            <span className="sr-only">{t("search.label")}</span>
            <input type="search" name="q" defaultValue={query.search} placeholder={t("search.placeholder")} className="w-full min-w-0 bg-transparent outline-none placeholder:text-fg-3 max-sm:text-16" />
          </label>
          <Kept query={query} />
        </form>
        <details className="lg:hidden max-sm:flex-1">
          <summary className="btn btn-secondary max-sm:h-11">
            <ListFilter size={16} strokeWidth={1.75} aria-hidden="true" />
            {t("filters.label")}
            {on.length > 0 ? <span className="badge badge-accent">{on.length}</span> : null}
          </summary>
          <div className="card fixed inset-x-4 bottom-4 z-30 max-h-[70vh] overflow-y-auto p-4 shadow-dialog">{panel}</div>
        </details>
        <details className="relative ml-auto">
          <summary className="btn btn-secondary max-sm:h-11">
            <ArrowDownUp className="text-fg-3" size={14} strokeWidth={1.75} aria-hidden="true" />
            <span className="sr-only">{t("sort.label")}:</span>
            {t(`sort.${query.sort}`)}
          </summary>
          <ul className="card absolute right-0 top-9 z-20 w-56 p-1.5 shadow-pop max-sm:top-12">
            {SORTS.map((sort) => (
              <li key={sort}><a href={queryHref(path, { ...query, sort, page: 1 })} rel="nofollow" aria-current={sort === query.sort ? "true" : undefined} className={`nav-item hover:bg-muted ${sort === query.sort ? "bg-muted text-fg!" : ""}`}>{t(`sort.${sort}`)}</a></li>
            ))}
          </ul>
        </details>
        <div className="seg max-md:hidden" role="group" aria-label={t("view.label")}>
          {(["table", "cards"] as const).map((view) => (
            <a key={view} href={queryHref(path, { ...query, view })} rel="nofollow" aria-current={query.view === view ? "true" : undefined} className={query.view === view ? "bg-surface text-fg! shadow-btn" : ""}>{t(`view.${view}`)}</a>
          ))}
        </div>
      </div>
      {isFiltered(query) ? (
        <div className="mt-3 flex flex-wrap items-center gap-2">
          {query.search === "" ? null : <Chip text={`“${query.search}”`} remove={t("filters.remove")} href={queryHref(path, { ...query, page: 1, search: "" })} />}
          {on.map(({ facet, each }) => <Chip key={facet + each.value} text={facetText(facet, each, t)} remove={t("filters.remove")} href={queryHref(path, toggled(query, facet, each.value))} />)}
          <a href={queryHref(path, cleared(query))} className="btn btn-ghost text-13">{t("filters.clear")}</a>
        </div>
      ) : null}
    </>
  );
}

const Chip = ({ text, remove, href }: { text: string; remove: string; href: string }) => (
  <a href={href} className="chip chip-on max-w-full" aria-label={`${remove}: ${text}`}>
    <span className="truncate">{text}</span>
    <X size={14} strokeWidth={1.75} aria-hidden="true" />
  </a>
);

/** The rest of the query, so that a search keeps filters, sort and view. */
function Kept({ query }: { query: CatalogueQuery }) {
  const parameters = new URL(queryHref("http://x/", { ...query, page: 1 })).searchParams;
  return [...parameters].filter(([name]) => name !== "q").map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />);
}
