import { afterEach, expect, test } from "vitest";
import { openShop, PRICE, priceOf, type Shop, type ShopOptions } from "./shop.ts";
import { completion, failure, startVendor, type Script, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Over = Partial<ShopOptions> & Readonly<{ providers?: readonly string[] }>;

/** A shop with two vendors of the same priority. */
async function setUp(over: Over = {}, scripts: readonly (Script | undefined)[] = [undefined, undefined]): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; calls: () => number[] }>> {
  const { providers, ...options } = over;
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  const shop = await openShop({ channels: vendors.map(({ url }, i) => ({ baseUrl: url, provider: providers?.[i] ?? "openai-compatible" })), ...options });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.map(({ calls }) => calls.length) };
}

/** Dice that fall low and high by turns of three: no two requests alike, however many dice a request throws. */
function turns(): () => number {
  let at = 0;
  return () => (Math.floor(at++ / 3) % 2 === 0 ? 0.1 : 0.9);
}

const errorOf = async (response: Response) => ({ status: response.status, ...((await response.json()) as { error: { code: string; param: string; message: string } }).error });

test("by price the cheaper channel serves, as long as it lives", async () => {
  const { shop, vendors, calls } = await setUp({ settings: { strategy: "lowest_cost" }, costs: [priceOf({ input: "500000", output: "900000" }), priceOf({ input: "100000", output: "300000" })] });
  for (let i = 0; i < 5; i++) expect((await shop.chat()).status).toBe(200);
  expect(calls()).toEqual([0, 5]);
  vendors[1]!.script = (call) => failure(call, 500);
  expect((await shop.chat()).status).toBe(200);
  expect(calls()).toEqual([1, 6]);
});

test("in turn every channel serves alike", async () => {
  const { shop, calls } = await setUp({ settings: { strategy: "round_robin" } });
  for (let i = 0; i < 6; i++) expect((await shop.chat({ stream: i % 2 === 0 })).status).toBe(200);
  expect(calls()).toEqual([3, 3]);
});

test("a conversation stays with the channel that served it, and moves when that one is down", async () => {
  const { shop, vendors, calls } = await setUp({ price: priceOf({ input: "1000000", cache_read: "100000", output: "2000000" }), random: turns() });
  for (let i = 0; i < 9; i++) expect((await shop.chat({ session_id: "thread-1" })).status).toBe(200);
  const [served, other] = calls()[0] === 9 ? [0, 1] : [1, 0];
  expect(calls()[served]).toBe(9);
  vendors[served]!.script = (call) => failure(call, 500);
  expect((await shop.chat({ session_id: "thread-1" })).status).toBe(200);
  vendors[served]!.script = vendors[other]!.script;
  const before = calls()[other]!;
  for (let i = 0; i < 5; i++) await shop.chat({ session_id: "thread-1" });
  expect(calls()[other]).toBe(before + 5);
  expect(vendors[other]!.calls[0]!.body).not.toHaveProperty("session_id");
});

test("several nodes find the same channel for a conversation without telling each other, and draw for everything else", async () => {
  const price = priceOf({ input: "1000000", cache_read: "100000", output: "2000000" });
  const vendors = await Promise.all([startVendor(), startVendor(), startVendor()]);
  const nodes = await Promise.all([0.05, 0.95].map((roll) => openShop({ channels: vendors.map(({ url }) => ({ baseUrl: url })), price, random: () => roll, nodes: () => 2 })));
  closing.push(...[...vendors, ...nodes].map(({ close }) => close));
  const asked = async (node: number, thread?: string): Promise<number> => {
    const before = vendors.map(({ calls }) => calls.length);
    expect((await nodes[node]!.chat(thread === undefined ? {} : { session_id: thread })).status).toBe(200);
    return vendors.findIndex(({ calls }, i) => calls.length > before[i]!);
  };
  const met = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const [one, other] = [await asked(0, `thread-${i}`), await asked(1, `thread-${i}`)];
    expect(other).toBe(one);
    met.add(one);
  }
  expect(met.size).toBe(3);
  expect([await asked(0), await asked(1)]).toEqual([0, 2]);
  // A node alone draws: its memory is all that there is.
  const alone = await openShop({ channels: vendors.map(({ url }) => ({ baseUrl: url })), price, random: () => 0.05 });
  closing.push(alone.close);
  const before = vendors[0]!.calls.length;
  for (let i = 0; i < 5; i++) await alone.chat({ session_id: `thread-${i}` });
  expect(vendors[0]!.calls.length).toBe(before + 5);
});

test("without a cache price nothing is remembered", async () => {
  const { shop, calls } = await setUp({ random: turns() });
  for (let i = 0; i < 10; i++) await shop.chat({ session_id: "thread-1" });
  expect(Math.min(...calls())).toBeGreaterThan(0);
});

test("a request may say whom it wants, whom not, and in which order; the vendor is not told", async () => {
  const { shop, vendors, calls } = await setUp({ providers: ["openai-compatible", "groq"], settings: { vendorChoice: true } });
  for (let i = 0; i < 4; i++) expect((await shop.chat({ provider: { only: ["groq"] } })).status).toBe(200);
  for (let i = 0; i < 4; i++) expect((await shop.chat({ provider: { ignore: ["groq"] } })).status).toBe(200);
  expect(calls()).toEqual([4, 4]);
  for (let i = 0; i < 4; i++) expect((await shop.chat({ models: ["gpt-test"], provider: { order: ["nobody", "groq"] } })).status).toBe(200);
  expect(calls()).toEqual([4, 8]);
  for (const { body } of vendors[1]!.calls) expect(Object.keys(body).sort()).toEqual(["messages", "model"]);

  vendors[1]!.script = (call) => failure(call, 500);
  expect((await shop.chat({ provider: { order: ["groq"] } })).status).toBe(200);
  expect((await shop.chat({ provider: { order: ["groq"], allow_fallbacks: false } })).status).toBe(502);
  expect(calls()[0]).toBe(5);
  expect(await errorOf(await shop.chat({ provider: { only: ["nobody"] } }))).toMatchObject({ status: 404, code: "no_endpoint_matches", param: "provider" });
});

test("a price above what the request would pay is refused before anything is held", async () => {
  const { shop, calls } = await setUp();
  expect((await shop.chat({ provider: { max_price: { prompt: 1, completion: 2 } } })).status).toBe(200);
  expect(await errorOf(await shop.chat({ provider: { max_price: { prompt: 1, completion: "1.99" } } }))).toMatchObject({ status: 404, code: "no_endpoint_matches" });
  expect([calls().reduce((a, b) => a + b), shop.billing.records.length]).toEqual([1, 1]);
  expect(PRICE.card(0, 0).prices.output).toBe(2_000_000n);
});

test("what a request would pay at most may be said by the request and by the picture too", async () => {
  const { shop } = await setUp({ price: priceOf({ input: "1000000", output: "2000000", request: "10000000000", image: "40000000000" }) });
  for (const most of [{ request: 0.01 }, { image: "0.04" }, { request: 1, image: 1, prompt: 1 }]) expect((await shop.chat({ provider: { max_price: most } })).status).toBe(200);
  for (const [name, most] of [["request", { request: 0.009 }], ["image", { image: 0.039, prompt: 1 }]] as const) {
    const refused = await errorOf(await shop.chat({ provider: { max_price: most } }));
    expect(refused).toMatchObject({ status: 404, code: "no_endpoint_matches" });
    expect(refused.message).toContain(`provider.max_price.${name}`);
  }
});

const CHOICE = { settings: { vendorChoice: true } } as const;

test("whoever may choose vendors may choose by how exactly they keep the model's numbers; who says nothing is unknown", async () => {
  const vendors = await Promise.all([startVendor(), startVendor(), startVendor()]);
  const [exact, rough, silent] = vendors.map(({ url }) => url);
  const shop = await openShop({ ...CHOICE, channels: [{ baseUrl: exact!, settings: { quantization: "bf16" } }, { baseUrl: rough!, settings: { quantization: "fp8" }, priority: 1 }, { baseUrl: silent!, priority: 2 }] });
  closing.push(...vendors.map(({ close }) => close), shop.close);
  const asked = async (provider?: object): Promise<readonly number[]> => {
    for (const { calls } of vendors) calls.length = 0;
    expect((await shop.chat(provider && { provider })).status).toBe(200);
    return vendors.map(({ calls }) => calls.length);
  };
  expect(await asked()).toEqual([0, 0, 1]);
  expect(await asked({ quantizations: ["fp8", "bf16"] })).toEqual([0, 1, 0]);
  expect(await asked({ quantizations: ["bf16"] })).toEqual([1, 0, 0]);
  expect(await asked({ quantizations: ["unknown"] })).toEqual([0, 0, 1]);
  expect(await asked({ quantizations: [] })).toEqual([0, 0, 1]);
  vendors[1]!.script = (call) => failure(call, 500);
  expect(await errorOf(await shop.chat({ provider: { quantizations: ["fp8"] } }))).toMatchObject({ status: 502 });
  expect(await errorOf(await shop.chat({ provider: { quantizations: ["int4"] } }))).toMatchObject({ status: 404, code: "no_endpoint_matches" });
  expect(vendors[0]!.calls).toEqual([]);
});

test.each([
  ["first tokens", { preferred_max_latency: 0.3 }, { preferred_max_latency: { p50: 0.01, p99: 60 } }],
  ["tokens a second", { preferred_min_throughput: 5_000 }, { preferred_min_throughput: { p50: 5_000, p99: 1 } }],
])("who was too slow by its %s is asked last, not never", async (_name, mark, easy) => {
  const quick: Script = (call) => completion(call, { usage: { prompt_tokens: 10, completion_tokens: 1_000, total_tokens: 1_010 } });
  const slow: Script = (call) => setTimeout(() => quick(call), 600);
  const vendors = await Promise.all([startVendor(slow), startVendor(quick)]);
  const shop = await openShop({ ...CHOICE, channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: 1 - i })) });
  closing.push(...vendors.map(({ close }) => close), shop.close);
  const ask = async (provider: object) => {
    for (const { calls } of vendors) calls.length = 0;
    const response = await shop.chat({ provider, stream: true });
    expect(response.status).toBe(200);
    await response.text();
    return vendors.map(({ calls }) => calls.length);
  };
  // Nobody has been measured: the first one is given the chance, and misses it.
  expect(await ask(mark)).toEqual([1, 0]);
  expect(await ask(mark)).toEqual([0, 1]);
  expect(await ask({})).toEqual([1, 0]);
  expect(await ask(easy)).toEqual([1, 0]);
  vendors[1]!.script = (call) => failure(call, 500);
  expect(await ask(mark)).toEqual([1, 1]);
});

test.each([
  [{ only: ["groq"] }, "unsupported_parameter", "provider.only"],
  [{ zdr: true }, "unsupported_parameter", "provider.zdr"],
  [{ quantizations: ["fp8"] }, "unsupported_parameter", "provider.quantizations"],
  [{ quantizations: "fp8" }, "invalid_value", "provider.quantizations"],
  [{ preferred_max_latency: 2 }, "unsupported_parameter", "provider.preferred_max_latency"],
  [{ preferred_max_latency: { p50: 0 } }, "invalid_value", "provider.preferred_max_latency.p50"],
  [{ preferred_min_throughput: { p50: 30, p90: 10 } }, "unsupported_parameter", "provider.preferred_min_throughput"],
  [{ preferred_min_throughput: "fast" }, "invalid_value", "provider.preferred_min_throughput"],
  [{ sort: "beauty" }, "invalid_value", "provider.sort"],
  [{ data_collection: "deny" }, "unsupported_parameter", "provider.data_collection"],
  [[], "invalid_value", "provider"],
])("what a shop cannot promise is refused: %j", async (provider, code, param) => {
  const { shop, calls } = await setUp();
  expect(await errorOf(await shop.chat({ provider }))).toMatchObject({ status: 400, code, param });
  expect(calls()).toEqual([0, 0]);
});

test("a router among the vendors is told what the request wants of its own, and asked alone where only it can grant it", async () => {
  const { shop, vendors, calls } = await setUp({ providers: ["openai-compatible", "openrouter"] });
  const asked = [
    { only: ["anthropic"] }, { zdr: true }, { data_collection: "deny", order: ["x"] },
    { quantizations: ["fp8", "bf16"] }, { preferred_max_latency: { p50: 1, p99: 5 } }, { preferred_min_throughput: 40 },
  ];
  for (const provider of asked) {
    expect((await shop.chat({ provider, models: ["a/b"] })).status).toBe(200);
    expect(vendors[1]!.calls.at(-1)!.body).toMatchObject({ provider });
    // Which models may answer is the shop's business: it is what is charged for.
    expect(vendors[1]!.calls.at(-1)!.body).not.toHaveProperty("models");
  }
  expect(calls()).toEqual([0, 6]);
});
