import { expect, test } from "vitest";
import { capabilitiesOf, cleared, isFiltered, parseQuery, queryHref, runQuery, toggled, type ListedModel } from "#ui/storefront/catalogue-query.ts";
import { formatsOf } from "#ui/storefront/formats.ts";

const offered = new Set(["chat", "embeddings"] as const);
const model = (slug: string, over: Partial<ListedModel> = {}): ListedModel => ({
  slug, name: slug, vendorSlug: "openai", vendorName: "OpenAI", contextTokens: 128_000, endpoints: [], aliases: [], createdAt: new Date(0),
  facts: { input: ["text"], output: ["text"], can: [] }, prices: { input: 1_000_000n, output: 2_000_000n }, ...over,
});
const models = [
  model("gpt-a", { facts: { input: ["text", "image"], output: ["text"], can: ["tools"] }, prices: { input: 250_000n, cache_read: 25_000n, output: 2_000_000n } }),
  model("gpt-b", { contextTokens: 1_000_000, facts: { input: ["text"], output: ["text"], can: ["tools", "reasoning"] } }),
  model("claude", { vendorSlug: "anthropic", vendorName: "Anthropic", aliases: ["sonnet-latest"], prices: { input: 3_000_000n, output: 15_000_000n }, createdAt: new Date(5) }),
  model("embed", { endpoints: ["embeddings"], contextTokens: 8_191, prices: { input: 20_000n } }),
  model("free", { vendorSlug: undefined, vendorName: undefined, prices: { input: 0n, output: 0n } }),
];
const found = (parameters: Record<string, string>): string[] => runQuery(models, parseQuery(parameters), offered).found.map(({ slug }) => slug);

test.each([
  [{}, ["claude", "embed", "gpt-a", "gpt-b", "free"]],
  [{ vendor: "openai" }, ["embed", "gpt-a", "gpt-b"]],
  [{ vendor: "openai,anthropic", can: "tools" }, ["gpt-a", "gpt-b"]],
  [{ can: "tools,vision" }, ["gpt-a"]],
  [{ can: "caching" }, ["gpt-a"]],
  [{ context: "1m" }, ["gpt-b"]],
  [{ price: "free" }, ["free"]],
  [{ price: "low,high", sort: "price" }, ["embed", "gpt-a", "claude"]],
  [{ format: "embeddings" }, ["embed"]],
  [{ vendor: "-" }, ["free"]],
  [{ q: "SONNET latest" }, ["claude"]],
  [{ sort: "newest" }, ["claude", "embed", "free", "gpt-a", "gpt-b"]],
  [{ sort: "price-desc" }, ["claude", "gpt-b", "gpt-a", "embed", "free"]],
  [{ sort: "context", vendor: "openai" }, ["gpt-b", "gpt-a", "embed"]],
  [{ context: "toString", price: "__proto__" }, []],
])("%j leaves %j", (parameters, slugs) => {
  expect(found(parameters as Record<string, string>)).toEqual(slugs);
});

test("E-20: each count is what its link would leave", () => {
  const query = parseQuery({ vendor: "openai", can: "tools" });
  const { facets } = runQuery(models, query, offered);
  for (const facet of ["can", "context", "price", "format"] as const) {
    for (const { value, count, on } of facets[facet]) if (!on) expect([facet, value, runQuery(models, toggled(query, facet, value), offered).found.length]).toEqual([facet, value, count]);
  }
  expect(facets.vendor.map(({ value, count }) => [value, count])).toEqual([["anthropic", 0], ["openai", 2], ["-", 0]]);
});

test("a query survives its address, and the address holds nothing that is at its default", () => {
  const query = parseQuery({ q: "a&b", vendor: ["x", "y,z"], sort: "price", view: "cards", page: "3" });
  expect(queryHref("/en/models", query)).toBe("/en/models?q=a%26b&vendor=x,y,z&sort=price&view=cards&page=3");
  expect(parseQuery(Object.fromEntries(new URL(queryHref("http://h/", query)).searchParams))).toEqual(query);
  expect(queryHref("/en/models", cleared(parseQuery({ q: "a", vendor: "x" })))).toBe("/en/models");
  expect(isFiltered(parseQuery({ sort: "price" }))).toBe(false);
  expect(parseQuery({ page: "-1", sort: "evil", view: "x" })).toMatchObject({ page: 1, sort: "name", view: "table" });
});

test("caching is claimed only where cached input is cheaper", () => {
  expect(capabilitiesOf(model("x", { prices: { input: 5n, cache_read: 5n } })).has("caching")).toBe(false);
});

test.each([
  [{ endpoints: [], items: { input: 1n, output: 1n } }, ["chat"]],
  [{ endpoints: ["messages"], items: {} }, []],
  [{ endpoints: [], items: { input: 1n } }, ["embeddings"]],
  [{ endpoints: [], items: { image: 1n } }, []],
] as const)("%o is sold in %j where only chat and embeddings are answered", (sold, formats) => {
  expect(formatsOf(sold, offered)).toEqual(formats);
});

test("one choice of filters has one address, whichever was ticked first", () => {
  const ticked = (...vendors: string[]): string => queryHref("/en/models", vendors.reduce((query, vendor) => toggled(query, "vendor", vendor), parseQuery({})));
  expect(ticked("openai", "anthropic")).toBe("/en/models?vendor=anthropic,openai");
  expect(ticked("anthropic", "openai")).toBe(ticked("openai", "anthropic"));
});
