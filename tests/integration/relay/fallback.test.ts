import { afterEach, expect, test } from "vitest";
import type { CompiledPrice } from "#money/price.ts";
import type { FallbackCause, Model, ModelFallback, Snapshot } from "#snapshot/snapshot.ts";
import { openShop, PRICE, priceOf, type Shop, type ShopOptions } from "./shop.ts";
import { begin, chunk, completion, failure, startVendor, type Script, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const NAMES = ["gpt-test", "second", "third"] as const;
/** 3 and 6 USD per million. */
const DEAR = priceOf({ input: "3000000", output: "6000000" });
/** 0.1 and 0.2 USD per million. */
const CHEAP = priceOf({ input: "100000", output: "200000" });

type Over = Partial<ShopOptions> & Readonly<{ prices?: Readonly<Record<string, CompiledPrice>>; models?: Readonly<Record<string, Partial<Model>>> }>;

/** A shop of three models, each served by a vendor of its own. */
async function setUp(scripts: readonly (Script | undefined)[], { prices = {}, models = {}, ...over }: Over = {}): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; calls: () => number[] }>> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  const alter = (made: Snapshot): Snapshot => {
    const sold = NAMES.map((name, i): Model => ({ ...made.models.get("gpt-test")!, id: `m${i}`, name, ...models[name] }));
    const [tier] = made.routes.get("g1\0gpt-test")!;
    return {
      ...made,
      models: new Map(sold.map((model) => [model.name, model])),
      routes: new Map(sold.flatMap(({ name }, i) => (tier!.routes[i] ? [[`g1\0${name}`, [{ priority: 0, routes: [tier!.routes[i]] }]] as const] : []))),
      price: ({ name }) => prices[name] ?? PRICE,
      modelsOf: () => sold,
    };
  };
  const shop = await openShop({ channels: vendors.map(({ url }) => ({ baseUrl: url })), alter, ...over });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.map(({ calls }) => calls.length) };
}

const down: Script = (call) => failure(call, 403, "no such region");
const put = (model: string, ...on: readonly FallbackCause[]): ModelFallback => ({ model, on: new Set(on) });

test.each([false, true])("the next model of the list answers in the first one's place, at its own price (stream: %s)", async (stream) => {
  const { shop, calls } = await setUp([down, undefined], { prices: { second: DEAR }, models: { second: { maxOutputTokens: 8_000 } } });
  const response = await shop.chat({ models: ["gpt-test", "second"], stream });
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toContain('"model":"second"');
  expect(response.headers.get("x-modelmart-model")).toBe("second");
  expect(calls()).toEqual([1, 1]);
  const [record] = shop.billing.records;
  expect(record).toMatchObject({ outcome: "ok", modelId: "m1", modelAsked: "gpt-test", chargeNano: 60_000n, channelId: "c1" });
  expect(record!.attempts.map(({ channelId, errorClass }) => [channelId, errorClass])).toEqual([["c0", "config"], ["c1", undefined]]);
  expect(shop.billing.raised).toEqual([{ card: DEAR.card(0, 0), size: expect.objectContaining({ modelMaxOutput: 8_000 }) as object }]);
  expect(shop.billing.open.size).toBe(0);
});

test("a list alone names the first model, too, and no vendor hears of it", async () => {
  const { shop, vendors } = await setUp([undefined]);
  const response = await shop.chat({ model: undefined, models: ["gpt-test", "second"] });
  expect((await response.json()).model).toBe("gpt-test");
  expect(vendors[0]!.calls[0]!.body).toMatchObject({ model: "up-model" });
  expect(vendors[0]!.calls[0]!.body).not.toHaveProperty("models");
});

test("a model that nobody serves at the moment is passed by before any money is set aside", async () => {
  const { shop, calls } = await setUp([(call) => failure(call, 429, "later", { "retry-after": "60" }), undefined]);
  expect((await shop.chat({ models: ["second"] })).status).toBe(200);
  expect((await shop.chat({ models: ["second"] })).status).toBe(200);
  expect(calls()).toEqual([1, 2]);
  expect(shop.billing.asks.map(({ modelId }) => modelId)).toEqual(["m0", "m1"]);
});

test("without cover for a dearer model it is passed by; who has no other hears of the first one's failure", async () => {
  const { shop, calls } = await setUp([down, undefined, undefined], { prices: { second: DEAR } });
  shop.billing.raises = false;
  const response = await shop.chat({ models: ["second"] });
  expect(response.status).toBe(502);
  expect(calls()).toEqual([1, 0, 0]);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n, modelId: "m0" });
});

test.each<readonly [string, Script, FallbackCause | undefined]>([
  ["context", (call) => failure(call, 400, "This model's maximum context length is 10 tokens"), "context"],
  ["content policy", (call) => failure(call, 400, "content_policy_violation"), "content_policy"],
  ["a rate limit", (call) => failure(call, 429, "slow down"), "rate"],
  ["a dead key", (call) => failure(call, 401, "bad key"), "unavailable"],
  ["the client's own fault", (call) => failure(call, 400, "temperature must be at most 2"), undefined],
])("%s leads on as the client's list and the operator's causes say", async (_name, script, cause) => {
  const larger = { second: { contextTokens: 1_000_000 } };
  const listed = await setUp([script, undefined], { models: larger });
  expect((await listed.shop.chat({ models: ["second"] })).status).toBe(cause === undefined ? 400 : 200);
  for (const on of ["unavailable", "rate", "context", "content_policy"] as const) {
    const mapped = await setUp([script, undefined], { models: { ...larger, "gpt-test": { fallbacks: [put("second", on)] } } });
    expect((await mapped.shop.chat()).ok).toBe(on === cause);
  }
});

test("a prompt that was too long for one model is not sent to one that is no larger", async () => {
  const tooLong: Script = (call) => failure(call, 400, "prompt is too long");
  const { shop, calls } = await setUp([tooLong, undefined, undefined], { models: { third: { contextTokens: 2_000_000 } } });
  expect((await shop.chat({ models: ["second", "third"] })).status).toBe(200);
  expect(calls()).toEqual([1, 0, 1]);
});

test.each([["the dearer", DEAR, 20_000n], ["the cheaper", CHEAP, 2_000n]] as const)("the operator's choice of %s model is charged at the lower of both prices", async (_name, price, charged) => {
  const { shop } = await setUp([down, undefined], { prices: { second: price }, models: { "gpt-test": { fallbacks: [put("second", "unavailable")] } } });
  const response = await shop.chat();
  expect(response.headers.get("x-modelmart-model")).toBe("second");
  expect(response.headers.get("x-modelmart-cost-nano-usd")).toBe(String(charged));
  expect(shop.billing.records[0]).toMatchObject({ modelId: "m1", chargeNano: charged });
});

test("models that point at each other are each tried once", async () => {
  const fallbacks = (model: string): Partial<Model> => ({ fallbacks: [put(model, "unavailable")] });
  const { shop, calls } = await setUp([down, down, down], { models: { "gpt-test": fallbacks("second"), second: fallbacks("third"), third: fallbacks("gpt-test") } });
  expect((await shop.chat()).status).toBe(502);
  expect(calls()).toEqual([1, 1, 1]);
});

test("six tries at most, however many models there are", async () => {
  const { shop, calls } = await setUp([(call) => failure(call, 503), (call) => failure(call, 503), undefined], { random: () => 0 });
  expect((await shop.chat({ models: ["second", "third"] })).status).toBe(502);
  expect(calls()).toEqual([4, 2, 0]);
});

test("nothing goes on after content", async () => {
  const { shop, calls } = await setUp([(call) => {
    begin(call);
    chunk(call, { content: "Once" });
    setTimeout(() => call.response.destroy(), 30);
  }, undefined]);
  const text = await (await shop.chat({ models: ["second"], stream: true })).text();
  expect(text).toContain("Once");
  expect(text).toContain('"code":"bad_upstream_response"');
  expect(calls()).toEqual([1, 0]);
});

test.each([
  ["too many", { models: ["a", "b", "c", "d", "e"] }, 400, "models"],
  ["no names", { models: ["second", 7] }, 400, "models[1]"],
  ["no list", { models: "second" }, 400, "models"],
])("%s in the list is told at once", async (_name, body, status, param) => {
  const { shop, calls } = await setUp([undefined, undefined]);
  const response = await shop.chat(body);
  expect(response.status).toBe(status);
  expect((await response.json()).error.param).toBe(param);
  expect(calls()).toEqual([0, 0]);
});

test("a model in the list that is not there is passed by", async () => {
  const { shop, calls } = await setUp([down, undefined]);
  expect((await shop.chat({ models: ["nobody/knows", "second"] })).headers.get("x-modelmart-model")).toBe("second");
  expect(calls()).toEqual([1, 1]);
});

test("Anthropic's fallbacks are the same list in other words", async () => {
  const { shop, calls, vendors } = await setUp([down, undefined]);
  const ask = (fallbacks: unknown) => fetch(`${shop.url}/v1/messages`, {
    method: "POST", headers: { "content-type": "application/json", "x-api-key": "sk-mm-test-key-of-some-length-0000000000000000" },
    body: JSON.stringify({ model: "gpt-test", max_tokens: 50, messages: [{ role: "user", content: "Hi" }], fallbacks }),
  });
  const response = await ask([{ model: "second" }]);
  expect((await response.json()).model).toBe("second");
  expect(calls()).toEqual([1, 1]);
  expect(vendors[1]!.calls[0]!.body).not.toHaveProperty("fallbacks");
  expect((await ask([{ model: "second", max_tokens: 5 }])).status).toBe(400);
  vendors[0]!.script = (call) => completion(call);
  expect((await ask("default")).status).toBe(200);
});
