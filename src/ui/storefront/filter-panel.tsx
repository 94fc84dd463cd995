import { Check } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { FACETS, queryHref, toggled, type CatalogueQuery, type Facet, type FacetCount } from "#ui/storefront/catalogue-query.ts";

type Props = { query: CatalogueQuery; facets: Readonly<Record<Facet, readonly FacetCount[]>>; path: string };

/** Vendors beyond this many fold away. */
const VENDORS_SHOWN = 8;
type Translate = Awaited<ReturnType<typeof getTranslations<"models">>>;

/** The name of a facet's value for people. */
export function facetText(facet: Facet, { value, label }: Pick<FacetCount, "value" | "label">, t: Translate): string {
  if (label !== undefined) return label;
  if (facet === "vendor") return value === "-" ? t("filters.noVendor") : value;
  if (facet === "can") return t(`can.${value}`);
  if (facet === "context") return t(`filters.contexts.${value}`);
  return facet === "price" ? t(`filters.prices.${value}`) : value;
}

/** Filters as plain links, each with how many models it would leave: they work without a script and can be shared. */
export async function FilterPanel({ query, facets, path }: Props) {
  const t = await getTranslations("models");
  return FACETS.map((facet) => {
    const counts = facets[facet];
    if (counts.length < (facet === "vendor" || facet === "format" ? 2 : 1)) return null;
    const folds = facet === "vendor" && counts.length > VENDORS_SHOWN + 2;
    const [shown, folded] = folds ? [counts.filter(({ on }, i) => on || i < VENDORS_SHOWN), counts.filter(({ on }, i) => !on && i >= VENDORS_SHOWN)] : [counts, []];
    const links = (list: readonly FacetCount[]) => list.map((each) => <FilterLink key={each.value} facet={facet} each={each} query={query} path={path} t={t} />);
    return (
      <section key={facet} className="border-t py-4 first:border-0 first:pt-0" aria-label={t(`filters.${facet}`)}>
        <h2 className="mb-1.5 text-12 text-fg-3">{t(`filters.${facet}`)}</h2>
        <ul>{links(shown)}</ul>
        {folded.length > 0 ? (
          <details>
            <summary className="link flex h-8 cursor-pointer items-center text-13">{t("filters.more", { count: folded.length })}</summary>
            <ul>{links(folded)}</ul>
          </details>
        ) : null}
      </section>
    );
  });
}

function FilterLink({ facet, each, query, path, t }: { facet: Facet; each: FacetCount; query: CatalogueQuery; path: string; t: Translate }) {
  const empty = each.count === 0 && !each.on;
  const inside = (
    <>
      <span className={each.on ? "check check-on" : "check"} aria-hidden="true">{each.on ? <Check size={12} strokeWidth={2} /> : null}</span>
      <span className={`min-w-0 truncate ${each.on ? "font-medium" : ""}`}>{facetText(facet, each, t)}</span>
      <span className="nums ml-auto text-12 text-fg-3">{each.count}</span>
    </>
  );
  const shape = "-mx-2 flex h-8 items-center gap-2.5 rounded-control px-2 max-lg:h-11";
  return (
    <li>
      {empty
        ? <span className={`${shape} text-fg-3`}>{inside}</span>
        : <a href={queryHref(path, toggled(query, facet, each.value))} rel="nofollow" aria-current={each.on ? "true" : undefined} className={`${shape} hover:bg-muted`}>{inside}</a>}
    </li>
  );
}
