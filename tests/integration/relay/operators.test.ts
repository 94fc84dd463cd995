import { afterEach, expect, test } from "vitest";
import { KEY, openShop, type Shop, type ShopOptions } from "./shop.ts";
import { completion, failure, startVendor, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const PINS = { userRole: "operator", scopes: ["channel:pin"] } as const;

/** Three vendors; the first would serve everything by its priority. */
async function setUp(over: Partial<ShopOptions> = {}): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; calls: () => number[]; ask: (suffix: string, body?: object) => Promise<Response> }>> {
  const vendors = await Promise.all([0, 1, 2].map(() => startVendor()));
  const shop = await openShop({ channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: 2 - i })), ...over });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.map(({ calls }) => calls.length), ask: (suffix, body) => shop.chat(body, { headers: { authorization: `Bearer ${KEY}${suffix}` } }) };
}

const codeOf = async (response: Response) => ({ status: response.status, code: ((await response.json()) as { error: { code: string } }).error.code });

test("an operator's key with a channel's number after it is served by that channel alone, charged as ever", async () => {
  const { shop, ask, calls } = await setUp({ caller: PINS });
  for (const stream of [false, true, false]) {
    const response = await ask("-2", { stream });
    expect(response.status).toBe(200);
    await response.text();
  }
  expect(calls()).toEqual([0, 3, 0]);
  expect(shop.billing.asks.map(({ keyId }) => keyId)).toEqual(["key1", "key1", "key1"]);
  expect((await ask("")).status).toBe(200);
  expect(calls()).toEqual([1, 3, 0]);
});

test("nobody stands in for the chosen channel, and one that does not serve the model is none", async () => {
  const { vendors, ask, calls } = await setUp({ caller: PINS });
  vendors[1]!.script = (call) => failure(call, 400, "no such thing");
  expect((await ask("-2")).status).toBe(400);
  vendors[1]!.script = (call) => failure(call, 500);
  expect((await ask("-2")).status).toBeGreaterThanOrEqual(500);
  expect(calls()[0]).toBe(0);
  expect(calls()[2]).toBe(0);
  expect(await codeOf(await ask("-9"))).toEqual({ status: 503, code: "no_available_channel" });
  expect([calls()[0], calls()[2]]).toEqual([0, 0]);
});

test.each([
  ["a customer", {}], ["an operator whose key has no such right", { userRole: "operator" }],
] as const)("%s gets 401 for it, as for any unknown key", async (_name, caller) => {
  const { shop, ask, calls } = await setUp({ caller });
  const [pinned, unknown] = [await ask("-2"), await shop.chat({}, { headers: { authorization: "Bearer sk-mm-nobody-has-this-key-0000000000000" } })];
  expect(pinned.status).toBe(401);
  const bare = async (response: Response) => (await response.text()).replaceAll(/req_\w+/g, "");
  expect(await bare(pinned)).toBe(await bare(unknown));
  expect(calls()).toEqual([0, 0, 0]);
});

test.each(["-", "-x", "-2x", "-0000000002", "--"])("'%s' after a key names no channel", async (suffix) => {
  const { ask } = await setUp({ caller: PINS });
  expect((await ask(suffix)).status).toBe(401);
});

const DEBUG_HEADERS = ["x-modelmart-channel", "x-modelmart-upstream-model", "x-modelmart-upstream-ms", "x-modelmart-overhead-ms"];
const debugOf = ({ headers }: Response) => DEBUG_HEADERS.map((name) => headers.get(name));
const DEBUGS = { userRole: "operator", scopes: ["debug"] } as const;

test.each([false, true])("an operator's key with the right to debug learns who answered and where the time went (stream: %s)", async (stream) => {
  const { vendors, ask } = await setUp({ caller: DEBUGS });
  vendors[0]!.script = (call) => failure(call, 500);
  vendors[1]!.script = (call) => void setTimeout(() => completion(call), 150);
  const before = performance.now();
  const response = await ask("", { stream });
  await response.text();
  const took = performance.now() - before;
  const [channel, model, upstream, overhead] = debugOf(response);
  expect([channel, model]).toEqual(["2", "up-model"]);
  expect(Number(upstream)).toBeGreaterThanOrEqual(149);
  expect(overhead).toMatch(/^\d+$/);
  expect(Number(upstream) + Number(overhead)).toBeLessThanOrEqual(took + 2);
});

test("an error names the channel that gave it; a request that reached nobody names none", async () => {
  const { vendors, ask } = await setUp({ caller: DEBUGS });
  vendors[0]!.script = (call) => failure(call, 400, "no such thing");
  const refused = await ask("");
  expect(refused.status).toBe(400);
  expect(debugOf(refused).slice(0, 2)).toEqual(["1", "up-model"]);
  expect(debugOf(await ask("", { model: "gpt-nobody" }))).toEqual([null, null, null, null]);
});

test.each([
  ["a customer", {}], ["an operator's plain key", { userRole: "operator" }], ["an operator's key that chooses channels", PINS],
] as const)("%s hears nothing of channels", async (_name, caller) => {
  const { vendors, ask } = await setUp({ caller });
  for (const body of [{}, { stream: true }]) {
    const response = await ask("", body);
    expect(response.status).toBe(200);
    await response.text();
    expect(debugOf(response)).toEqual([null, null, null, null]);
  }
  vendors[0]!.script = (call) => failure(call, 400, "no such thing");
  expect(debugOf(await ask(""))).toEqual([null, null, null, null]);
});
