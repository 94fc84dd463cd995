import { afterEach, expect, test } from "vitest";
import type { CompiledPrice } from "#money/price.ts";
import type { Channel, Model, Snapshot } from "#snapshot/snapshot.ts";
import { collectWildcards } from "#snapshot/wildcards.ts";
import { KEY, openShop, PRICE, priceOf, type Shop, type ShopOptions } from "./shop.ts";
import { begin, chunk, completion, failure, json, sleep, startVendor, type Script, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** 3 and 6 USD per million. */
const DEAR = priceOf({ input: "3000000", output: "6000000" });

type Side = Readonly<{ script?: Script; upstream?: string } & Partial<Channel>>;
type Over = Partial<ShopOptions> & Readonly<{ wildcard?: Partial<Model>; wildcardPrice?: CompiledPrice; /** How long requests wait for a channel. */ queueMs?: number }>;

/** A shop that sells `openai/*` through all of its channels, and `gpt-test` through the first. */
async function setUp(sides: readonly Side[], { wildcard, wildcardPrice = DEAR, queueMs = 0, ...over }: Over = {}): Promise<Readonly<{ shop: Shop; vendors: Vendor[] }>> {
  const vendors = await Promise.all(sides.map(({ script }) => startVendor(script)));
  const alter = (made: Snapshot): Snapshot => {
    const own = made.models.get("gpt-test")!, tiers = made.routes.get("g1\0gpt-test")!;
    const all: Model = { ...own, id: "w1", name: "openai/*", ...wildcard };
    const below = tiers.map(({ priority, routes }) => ({ priority, routes: routes.map((route) => ({ ...route, upstreamModel: sides[route.channel.number - 1]!.upstream ?? "*" })) }));
    return {
      ...made,
      groups: new Map([...made.groups].map(([id, group]) => [id, { ...group, queueMs }])),
      wildcards: collectWildcards([all], new Set(), () => true),
      routes: new Map([...made.routes, [`g1\0${all.name}`, below]]),
      price: (model) => (model.id === all.id ? wildcardPrice : PRICE),
    };
  };
  const shop = await openShop({ channels: sides.map(({ script: _script, upstream: _upstream, ...channel }, i) => ({ baseUrl: vendors[i]!.url, priority: -i, ...channel })), alter, ...over });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors };
}

/** Knows models whose names do not begin with `ghost`; the others it refuses in its own way. */
const picky = (refuse: Script): Script => (call) => (String(call.body.model).includes("ghost") ? refuse(call) : completion(call));
const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string; message: string; param?: string } }).error;

test.each([false, true])("the rest of the name is what the vendor is asked for; it is charged at the wildcard's price (stream: %s)", async (stream) => {
  const script: Script = (call) => (call.body.stream ? (begin(call), chunk(call, { content: "Hi" }), chunk(call, {}, "stop"), call.response.end("data: [DONE]\n\n")) : completion(call));
  const { shop, vendors: [vendor] } = await setUp([{ script }]);
  const response = await shop.chat({ model: "openai/gpt-9", stream });
  const text = await response.text();
  expect([response.status, response.headers.get("x-modelmart-model"), vendor!.calls[0]!.body.model]).toEqual([200, "openai/gpt-9", "gpt-9"]);
  expect(text).toContain('"model":"openai/gpt-9"');
  const [record] = shop.billing.records;
  expect(record).toMatchObject({ modelId: "w1", modelAsked: "openai/gpt-9", attempts: [{ upstreamModel: "gpt-9" }] });
  if (!stream) expect(record!.chargeNano).toBe(10n * 3_000n + 5n * 6_000n);
  expect(shop.billing.asks[0]).toMatchObject({ modelId: "w1", modelMaxOutput: 4_096 });
});

test("an operator's own words may stand before the rest; what is not a vendor's name goes nowhere", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ upstream: "azure/*" }]);
  expect((await shop.chat({ model: "models/openai/meta-llama/Llama-3:free " })).status).toBe(200);
  expect(vendor!.calls[0]!.body.model).toBe("azure/meta-llama/Llama-3:free");
  for (const model of ["openai/", "openai/*", "openai/../x", "openai/a?status=500", "openai/a b", "openai/%2e%2e", "openai/constructor", `openai/${"x".repeat(400)}`]) {
    expect([model, (await shop.chat({ model })).status]).toEqual([model, 404]);
  }
  expect([vendor!.calls.length, shop.billing.records.length]).toEqual([1, 1]);
});

const REFUSALS: readonly (readonly [string, Script])[] = [
  ["404", (call) => failure(call, 404, "The model `ghost` does not exist")],
  ["404 without a word", (call) => void call.response.writeHead(404).end()],
  ["400 of a reseller", (call) => failure(call, 400, "ghost-1 is not a valid model ID")],
  ["403 of an account", (call) => failure(call, 403, "Project does not have access to model ghost")],
  ["401 of a gateway", (call) => json(call, 401, { error: { type: "key_model_access_denied", message: "key not allowed to access model. This key can only access models=['gpt-9']", code: "401" } })],
  ["503 of a gateway", (call) => json(call, 503, { error: { code: "model_not_found", message: "No available channel for model ghost under group default", type: "new_api_error" } })],
  ["400 in Chinese", (call) => json(call, 400, { error: { code: "1211", message: "模型不存在，请检查模型代码。" } })],
];

test.each(REFUSALS)("a model that the vendor does not have is the customer's own error, free, and nobody else's trouble: %s", async (_name, refuse) => {
  const { shop, vendors: [vendor] } = await setUp([{ script: picky(refuse) }]);
  for (let i = 0; i < 12; i++) {
    const refused = await shop.chat({ model: `openai/ghost-${i}` });
    expect([refused.status, refused.headers.get("x-should-retry")]).toEqual([404, "false"]);
    expect(await errorOf(refused)).toMatchObject({ code: "model_not_found", param: "model", message: expect.stringContaining(`The model 'openai/ghost-${i}' does not exist or you do not have access to it.`) as string });
  }
  expect(vendor!.calls).toHaveLength(12);
  expect(shop.billing.records.map(({ chargeNano, errorCode, httpStatus, attempts }) => [chargeNano, errorCode, httpStatus, attempts[0]?.errorClass])).toEqual(Array(12).fill([0n, "model_not_found", 404, "client"]));
  expect(shop.disabled).toEqual([]);
  expect([(await shop.chat({ model: "openai/gpt-9" })).status, (await shop.chat()).status]).toEqual([200, 200]);
});

test("what else the request names and the vendor does not have is told as the vendor says it, and leaves the route alone", async () => {
  const { shop } = await setUp([{ script: picky((call) => failure(call, 404, "No such file: file-abc")) }]);
  for (let i = 0; i < 3; i++) {
    const refused = await shop.chat({ model: "openai/ghost" });
    expect([refused.status, (await errorOf(refused)).message]).toEqual([404, expect.stringContaining("No such file")]);
  }
  expect((await shop.chat({ model: "openai/gpt-9" })).status).toBe(200);
});

test("in Anthropic's and Google's words too", async () => {
  const { shop } = await setUp([{ script: picky((call) => failure(call, 404, "no such model")) }]);
  const ask = (path: string, headers: object, body: object) => fetch(`${shop.url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  const anthropic = await ask("/v1/messages", { "x-api-key": KEY, "anthropic-version": "2023-06-01" }, { model: "openai/ghost", max_tokens: 10, messages: [{ role: "user", content: "hi" }] });
  expect([anthropic.status, await anthropic.json()]).toMatchObject([404, { type: "error", error: { type: "not_found_error" } }]);
  const gemini = await ask("/v1beta/models/openai/ghost:generateContent", { "x-goog-api-key": KEY }, { contents: [{ parts: [{ text: "hi" }] }] });
  expect([gemini.status, await gemini.json()]).toMatchObject([404, { error: { code: 404, status: "NOT_FOUND" } }]);
});

test("a route of one model is still left alone when the vendor does not have it", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ script: (call) => failure(call, 404, "no such model") }]);
  // The second is let through as nobody else is there: a last try, once a second.
  await shop.chat();
  await shop.chat();
  expect([(await shop.chat()).status, vendor!.calls.length]).toEqual([503, 2]);
});

test("another channel may have the model; where one is down nobody is told that there is none", async () => {
  const unknown = picky((call) => failure(call, 404, "no such model"));
  const two = await setUp([{ script: unknown }, {}]);
  expect((await two.shop.chat({ model: "openai/ghost" })).status).toBe(200);
  expect(two.vendors.map(({ calls }) => calls.length)).toEqual([1, 1]);
  const down = await setUp([{ script: unknown }, { script: (call) => failure(call, 500) }]);
  expect((await down.shop.chat({ model: "openai/ghost" })).status).toBe(502);
});

test("names that nobody has use up nothing that others are tried again with, and limits of one name take no key from the others", async () => {
  const unknown = picky((call) => failure(call, 404, "no such model"));
  const { shop, vendors } = await setUp([{ script: unknown }, { script: unknown }, { script: unknown }]);
  await Promise.all(Array.from({ length: 150 }, (_, i) => shop.chat({ model: `openai/ghost-${i}` })));
  expect(vendors.map(({ calls }) => calls.length)).toEqual([150, 150, 150]);
  vendors[0]!.script = (call) => failure(call, 500);
  expect((await shop.chat({ model: "openai/gpt-9" })).status).toBe(200);
  const limited = await setUp([{ script: picky((call) => failure(call, 429, "limited", { "retry-after": "60" })) }]);
  expect((await limited.shop.chat({ model: "openai/ghost" })).status).toBe(429);
  expect((await limited.shop.chat({ model: "openai/gpt-9" })).status).toBe(200);
});

test("the next of the client's models is asked; both below one wildcard count once against its limits", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ script: picky((call) => failure(call, 404, "no such model")) }], { wildcard: { limits: { rpm: 2 } } });
  const response = await shop.chat({ model: "openai/ghost", models: ["openai/gpt-9"] });
  expect([response.status, response.headers.get("x-modelmart-model"), vendor!.calls.map(({ body }) => body.model)]).toEqual([200, "openai/gpt-9", ["ghost", "gpt-9"]]);
  expect(shop.billing.records[0]).toMatchObject({ modelId: "w1", modelAsked: "openai/ghost", detail: { model: "openai/gpt-9" } });
  expect([(await shop.chat({ model: "openai/other" })).status, (await shop.chat({ model: "openai/third" })).status]).toEqual([200, 429]);
});

test("a key may name the wildcard, a beginning or a name below it", async () => {
  const { shop } = await setUp([{}], { caller: { models: ["openai/gpt-9"] }, others: { [`${KEY}-all`]: { models: ["openai/*"] } } });
  const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  expect([(await shop.chat({ model: "openai/gpt-9" })).status, (await errorOf(await shop.chat({ model: "openai/gpt-8" }))).code]).toEqual([200, "model_not_allowed"]);
  expect([(await shop.chat({ model: "openai/gpt-8" }, as(`${KEY}-all`))).status]).toEqual([200]);
});

test("no list names it, and each form of one model answers for a name below it", async () => {
  const { shop } = await setUp([{}]);
  const anthropic = { "anthropic-version": "2023-06-01" };
  for (const [path, headers] of [["/v1/models", {}], ["/v1/models", anthropic], ["/v1beta/models", {}]] as const) expect(await (await shop.get(path, headers)).text()).not.toContain("openai/");
  expect(await (await shop.get("/v1/models/openai/gpt-9")).json()).toMatchObject({ id: "openai/gpt-9", context_length: 128_000, pricing: { prompt: "0.000003" } });
  expect(await (await shop.get("/v1/models/openai/gpt-9", anthropic)).json()).toMatchObject({ type: "model", id: "openai/gpt-9" });
  expect(await (await shop.get("/v1beta/models/openai/gpt-9")).json()).toMatchObject({ name: "models/openai/gpt-9", inputTokenLimit: 128_000 });
  expect([(await shop.get("/v1/models/openai/*")).status, (await shop.get("/v1/models/other/gpt-9")).status]).toEqual([404, 404]);
  const counted = await fetch(`${shop.url}/v1/messages/count_tokens`, { method: "POST", headers: { "x-api-key": KEY, ...anthropic, "content-type": "application/json" }, body: JSON.stringify({ model: "openai/gpt-9", messages: [{ role: "user", content: "hello" }] }) });
  expect([counted.status, Number(((await counted.json()) as { input_tokens: number }).input_tokens) > 0]).toEqual([200, true]);
});

test("a vendor that names the model in its address gets one segment after the other, escaped", async () => {
  const script: Script = (call) => json(call, 200, { candidates: [{ content: { role: "model", parts: [{ text: "Hi" }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 } });
  const { shop, vendors: [vendor] } = await setUp([{ script, provider: "gemini", protocol: "gemini" }]);
  expect((await shop.chat({ model: "openai/gemini-9:tuned@1" })).status).toBe(200);
  expect(vendor!.calls[0]!.path).toContain("/models/gemini-9%3Atuned%401:generateContent");
  for (const model of ["openai/../../files", "openai/x/../y", "openai/x?key=1", "openai/x#y"]) expect((await shop.chat({ model })).status).toBe(404);
  expect(vendor!.calls).toHaveLength(1);
});

test("vectors, and the older completions in a vendor's chat", async () => {
  const vectors: Script = (call) => (call.path.endsWith("/embeddings") ? json(call, 200, { object: "list", data: [{ object: "embedding", index: 0, embedding: [1, 0] }], model: call.body.model, usage: { prompt_tokens: 10, total_tokens: 10 } }) : completion(call));
  const { shop, vendors: [vendor] } = await setUp([{ script: vectors }]);
  const post = (path: string, body: object) => fetch(`${shop.url}${path}`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify(body) });
  const embedded = await post("/v1/embeddings", { model: "openai/embed-9", input: "hi", encoding_format: "float" });
  expect([embedded.status, ((await embedded.json()) as { model: string }).model, vendor!.calls[0]!.body.model]).toEqual([200, "openai/embed-9", "embed-9"]);
  const completed = await post("/v1/completions", { model: "openai/text-9", prompt: "hi", max_tokens: 5 });
  expect([completed.status, vendor!.calls[1]!.body.model]).toEqual([200, "text-9"]);
  expect(shop.billing.records.map(({ modelId, modelAsked, endpoint }) => [modelId, modelAsked, endpoint])).toEqual([["w1", "openai/embed-9", "embeddings"], ["w1", "openai/text-9", "completions"]]);
});

test("a wildcard that fails is out as a whole, under whatever name it is asked for next", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ script: (call) => failure(call, 500), keys: [], provider: "ollama" }]);
  for (let i = 0; i < 6; i++) await shop.chat({ model: `openai/name-${i}` });
  const asked = vendor!.calls.length;
  expect([(await shop.chat({ model: "openai/another" })).status, vendor!.calls.length]).toEqual([503, asked]);
});

test("requests that wait in one line for a channel are each asked by their own name", async () => {
  const slowly: Script = (call) => void sleep(50).then(() => completion(call));
  const { shop, vendors: [vendor] } = await setUp([{ script: slowly, limits: { concurrency: 1 } }], { queueMs: 10_000 });
  const names = ["openai/a", "openai/b", "openai/c"];
  const answers = await Promise.all(names.map((model) => shop.chat({ model })));
  expect(answers.map((answer) => [answer.status, answer.headers.get("x-modelmart-model")])).toEqual(names.map((name) => [200, name]));
  expect(vendor!.calls.map(({ body }) => body.model).sort()).toEqual(["a", "b", "c"]);
});

test("suffixes that sort work below a wildcard", async () => {
  const price = (pico: string) => priceOf({ input: pico, output: pico });
  const { shop, vendors } = await setUp([{ priority: 0 }, { priority: 0 }], { settings: { sortSuffixes: true }, costs: [price("900"), price("100")], random: () => 0 });
  const floor = await shop.chat({ model: "openai/gpt-9:floor" });
  expect([floor.status, floor.headers.get("x-modelmart-model"), vendors.map(({ calls }) => calls.map(({ body }) => body.model))]).toEqual([200, "openai/gpt-9", [[], ["gpt-9"]]]);
  expect(shop.billing.records[0]).toMatchObject({ modelId: "w1", modelAsked: "openai/gpt-9:floor" });
});
