import { formatsOf, type ApiFormat } from "#ui/storefront/formats.ts";

/** What the list needs of a model; amounts are what the viewer pays, in pico-USD per unit. */
export type ListedModel = Readonly<{
  slug: string; name: string; vendorSlug: string | undefined; vendorName: string | undefined; contextTokens: number | undefined;
  endpoints: readonly string[]; aliases: readonly string[]; createdAt: Date;
  facts: Readonly<{ input: readonly string[]; output: readonly string[]; can: readonly string[] }>;
  prices: Readonly<Record<string, bigint>>;
}>;

export const SORTS = ["name", "newest", "price", "price-desc", "context"] as const;
export type Sort = (typeof SORTS)[number];
export const FACETS = ["vendor", "can", "context", "price", "format"] as const;
export type Facet = (typeof FACETS)[number];

/** Everything that the address says. Facets hold several values: any of a vendor's, all of the capabilities. */
export type CatalogueQuery = Readonly<{ search: string; sort: Sort; view: "table" | "cards"; page: number; facets: Readonly<Record<Facet, readonly string[]>> }>;

export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

export const PAGE_SIZE = 60;
const VALUES_MAX = 40;

const first = (value: string | readonly string[] | undefined): string => (typeof value === "string" ? value : value?.[0]) ?? "";
const list = (value: string | readonly string[] | undefined): readonly string[] =>
  [...new Set((typeof value === "string" ? [value] : value ?? []).flatMap((text) => text.split(",")).filter((text) => text !== ""))].slice(0, VALUES_MAX);

export function parseQuery(parameters: Parameters): CatalogueQuery {
  const sort = first(parameters.sort);
  const page = Number(first(parameters.page));
  return {
    search: first(parameters.q).slice(0, 100).trim(),
    sort: (SORTS as readonly string[]).includes(sort) ? (sort as Sort) : "name",
    view: first(parameters.view) === "cards" ? "cards" : "table",
    page: Number.isSafeInteger(page) && page > 1 ? page : 1,
    facets: Object.fromEntries(FACETS.map((facet) => [facet, list(parameters[facet])])) as Record<Facet, readonly string[]>,
  };
}

/** The address of a query; what is at its default is left out, and one choice of filters has one address in whatever order it was made. Changing anything but the page goes back to the first. */
export function queryHref(path: string, query: CatalogueQuery): string {
  const parameters = new URLSearchParams();
  if (query.search !== "") parameters.set("q", query.search);
  for (const facet of FACETS) if (query.facets[facet].length > 0) parameters.set(facet, query.facets[facet].toSorted().join(","));
  if (query.sort !== "name") parameters.set("sort", query.sort);
  if (query.view !== "table") parameters.set("view", query.view);
  if (query.page > 1) parameters.set("page", String(query.page));
  const text = parameters.toString().replaceAll("%2C", ",");
  return text === "" ? path : `${path}?${text}`;
}

export function toggled(query: CatalogueQuery, facet: Facet, value: string): CatalogueQuery {
  const values = query.facets[facet];
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  return { ...query, page: 1, facets: { ...query.facets, [facet]: next } };
}

export const cleared = (query: CatalogueQuery): CatalogueQuery => ({ ...parseQuery({}), sort: query.sort, view: query.view });
export const isFiltered = (query: CatalogueQuery): boolean => query.search !== "" || FACETS.some((facet) => query.facets[facet].length > 0);

export const CONTEXTS = { "32k": 32_000, "128k": 128_000, "200k": 200_000, "1m": 1_000_000 } as const;
/** Price bands of a million input tokens in pico-USD per token: from (exclusive) and up to (inclusive). */
export const PRICES = { free: [-1n, 0n], low: [0n, 500_000n], middle: [500_000n, 2_000_000n], high: [2_000_000n, 10n ** 18n] } as const;
export const CAPABILITIES = ["tools", "structured_output", "vision", "reasoning", "caching"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What a model can do, as far as it is known; a price for cached input shows that caching pays. */
export function capabilitiesOf({ facts, prices }: Pick<ListedModel, "facts" | "prices">): ReadonlySet<Capability> {
  const known = new Set<Capability>();
  for (const can of ["tools", "structured_output", "reasoning"] as const) if (facts.can.includes(can)) known.add(can);
  if (facts.input.includes("image")) known.add("vision");
  if (prices["cache_read"] !== undefined && prices["cache_read"] < (prices["input"] ?? 0n)) known.add("caching");
  return known;
}

type Test = (model: ListedModel) => boolean;

function matches(facet: Facet, value: string, offered: ReadonlySet<ApiFormat>): Test {
  switch (facet) {
    case "vendor": return ({ vendorSlug }) => (vendorSlug ?? "-") === value;
    case "can": return (model) => (capabilitiesOf(model) as ReadonlySet<string>).has(value);
    case "context": return ({ contextTokens = 0 }) => Object.hasOwn(CONTEXTS, value) && contextTokens >= CONTEXTS[value as keyof typeof CONTEXTS];
    case "price": return ({ prices }) => {
      if (!Object.hasOwn(PRICES, value) || prices["input"] === undefined) return false;
      const [above, most] = PRICES[value as keyof typeof PRICES];
      return prices["input"] > above && prices["input"] <= most;
    };
    case "format": return ({ endpoints, prices }) => (formatsOf({ endpoints, items: prices }, offered) as readonly string[]).includes(value);
  }
}

/** Values of one facet widen each other, but for capabilities: who wants tools and vision wants both. */
const facetTest = (facet: Facet, values: readonly string[], offered: ReadonlySet<ApiFormat>): Test => {
  const tests = values.map((value) => matches(facet, value, offered));
  if (tests.length === 0) return () => true;
  return (model) => (facet === "can" ? tests.every((test) => test(model)) : tests.some((test) => test(model)));
};

const searchTest = (search: string): Test => {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return ({ slug, name, vendorName = "", aliases }) => {
    const text = [slug, name, vendorName, ...aliases].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
};

const cheapest = ({ prices }: ListedModel): bigint | undefined => prices["input"];
const byPrice = (direction: 1 | -1) => (a: ListedModel, b: ListedModel): number => {
  const [left, right] = [cheapest(a), cheapest(b)];
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return left === right ? 0 : left < right ? -direction : direction;
};
const ORDER: Readonly<Record<Sort, (a: ListedModel, b: ListedModel) => number>> = {
  name: (a, b) => (a.vendorName ?? "\uffff").localeCompare(b.vendorName ?? "\uffff"),
  newest: (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
  price: byPrice(1),
  "price-desc": byPrice(-1),
  context: (a, b) => (b.contextTokens ?? 0) - (a.contextTokens ?? 0),
};

export type FacetCount = Readonly<{ value: string; label: string | undefined; count: number; on: boolean }>;

/** The models that fit, sorted, and for each facet how many each value would leave with all the other filters on. */
export function runQuery<M extends ListedModel>(models: readonly M[], query: CatalogueQuery, offered: ReadonlySet<ApiFormat>): Readonly<{
  found: readonly M[]; facets: Readonly<Record<Facet, readonly FacetCount[]>>;
}> {
  const search = searchTest(query.search);
  const tests = Object.fromEntries(FACETS.map((facet) => [facet, facetTest(facet, query.facets[facet], offered)])) as Record<Facet, Test>;
  const passing = (except?: Facet): readonly M[] => models.filter((model) => search(model) && FACETS.every((facet) => facet === except || tests[facet](model)));
  const found = [...passing()].sort((a, b) => ORDER[query.sort](a, b) || a.slug.localeCompare(b.slug));
  const facets = Object.fromEntries(FACETS.map((facet) => {
    const among = facet === "can" ? passing() : passing(facet);
    const counted = valuesOf(facet, models, offered).map(({ value, label }) => {
      const fits = matches(facet, value, offered);
      return { value, label, count: among.filter(fits).length, on: query.facets[facet].includes(value), exists: models.some(fits) };
    });
    return [facet, counted.filter(({ exists, on }) => exists || on).map(({ exists: _, ...rest }) => rest)];
  })) as unknown as Record<Facet, readonly FacetCount[]>;
  return { found, facets };
}

function valuesOf(facet: Facet, models: readonly ListedModel[], offered: ReadonlySet<ApiFormat>): readonly Readonly<{ value: string; label: string | undefined }>[] {
  const plain = (values: readonly string[]) => values.map((value) => ({ value, label: undefined }));
  switch (facet) {
    case "vendor": {
      const names = new Map(models.map(({ vendorSlug, vendorName }) => [vendorSlug ?? "-", vendorName]));
      return [...names].map(([value, label]) => ({ value, label })).sort((a, b) => (a.label ?? "\uffff").localeCompare(b.label ?? "\uffff"));
    }
    case "can": return plain(CAPABILITIES);
    case "context": return plain(Object.keys(CONTEXTS));
    case "price": return plain(Object.keys(PRICES));
    case "format": return plain([...offered]);
  }
}
