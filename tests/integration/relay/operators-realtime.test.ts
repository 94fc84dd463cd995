import type { IncomingMessage } from "node:http";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { refusalOf, TALKING, talkTo } from "./realtime-client.ts";
import { responseDone, startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, until, type Shop, type ShopOptions } from "./shop.ts";

/** What operators' keys may do beyond calls, where the call is a conversation. */

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const PATH = "/v1/realtime?model=gpt-test";
const PINS = { userRole: "operator", scopes: ["channel:pin"] } as const;
const DEBUGS = { userRole: "operator", scopes: ["debug"] } as const;

/** Two vendors; the first would hold everything by its priority. */
async function setUp(over: Partial<ShopOptions> = {}): Promise<Readonly<{ shop: Shop; vendors: readonly RealtimeVendor[]; calls: () => number[] }>> {
  const vendors = await Promise.all([startRealtimeVendor(), startRealtimeVendor()]);
  const shop = await openShop({ channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: 1 - i })), price: TALKING, ...over });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.map(({ calls }) => calls.length) };
}

/** The head of the consent; the conversation ends at once. */
async function consent(shop: Shop, key = KEY, path = PATH): Promise<IncomingMessage["headers"]> {
  const socket = new WebSocket(shop.url.replace("http", "ws") + path, [], { headers: { authorization: `Bearer ${key}` } });
  const headers = await new Promise<IncomingMessage["headers"]>((resolve, reject) => {
    socket.once("upgrade", (response) => resolve(response.headers));
    socket.once("error", reject);
  });
  socket.close();
  await until(() => shop.relay.running === 0);
  return headers;
}

const DEBUG_HEADERS = ["x-modelmart-channel", "x-modelmart-upstream-model", "x-modelmart-upstream-ms", "x-modelmart-overhead-ms"];
const debugOf = (headers: Readonly<Record<string, unknown>>) => DEBUG_HEADERS.map((name) => headers[name]);

async function mint(shop: Shop, key: string): Promise<string> {
  const answer = await fetch(`${shop.url}/v1/realtime/client_secrets`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ session: { type: "realtime", model: "gpt-test" } }) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { value: string }).value;
}

test("an operator's key with the right to debug learns at the consent who holds the conversation and how long all tries took", async () => {
  const { shop, vendors } = await setUp({ caller: DEBUGS });
  vendors[0]!.refuse.push({ status: 500, body: { error: { message: "boom" } } });
  const [channel, model, upstream, overhead] = debugOf(await consent(shop));
  expect([channel, model]).toEqual(["2", "up-model"]);
  expect([upstream, overhead].map(String).every((ms) => /^\d+$/.test(ms))).toBe(true);

  for (const vendor of vendors) vendor.refuse.push({ status: 400, body: { error: { message: "no such thing" } } });
  const refused = await refusalOf(shop, PATH);
  expect([refused.status, ...debugOf(refused.headers).slice(0, 2)]).toEqual([400, "1", "up-model"]);
});

test.each([["a customer", {}], ["an operator's key that chooses channels", PINS]] as const)("%s hears nothing of channels", async (_name, caller) => {
  const { shop, vendors } = await setUp({ caller });
  expect(debugOf(await consent(shop))).toEqual([undefined, undefined, undefined, undefined]);
  for (const vendor of vendors) vendor.refuse.push({ status: 400, body: { error: { message: "no such thing" } } });
  expect(debugOf((await refusalOf(shop, PATH)).headers)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a key that names its channel holds its conversations there, and so do the short-lived keys that it asks for", async () => {
  const { shop, vendors, calls } = await setUp({ caller: PINS });
  await consent(shop, `${KEY}-2`);
  expect(calls()).toEqual([0, 1]);
  await consent(shop, await mint(shop, `${KEY}-2`), "/v1/realtime");
  expect(calls()).toEqual([0, 2]);
  await consent(shop, await mint(shop, KEY), "/v1/realtime");
  expect(calls()).toEqual([1, 2]);
  vendors[1]!.refuse.push({ status: 500, body: { error: { message: "boom" } } });
  const short = await mint(shop, `${KEY}-2`);
  expect(await refusalOf(shop, "/v1/realtime", { authorization: `Bearer ${short}` })).toMatchObject({ status: 502 });
  expect(calls()).toEqual([1, 3]);
});

test("a short-lived key whose owner may name no channel any more opens nothing", async () => {
  let may = true;
  const { shop, calls } = await setUp({ caller: { userRole: "operator", get scopes() { return may ? PINS.scopes : []; } } });
  const short = await mint(shop, `${KEY}-2`);
  may = false;
  expect(await refusalOf(shop, "/v1/realtime", { authorization: `Bearer ${short}` })).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
  expect(calls()).toEqual([0, 0]);
});

test("a conversation that is held by a named channel goes on at its group's price", async () => {
  const alter: ShopOptions["alter"] = (snapshot) => {
    const [first, second] = snapshot.routes.get("g1\0gpt-test")!;
    const group = snapshot.groups.get("g1")!;
    return {
      ...snapshot,
      groups: new Map([["g1", { ...group, auto: ["one", "two"] }], ["one", { ...group, id: "one" }], ["two", { ...group, id: "two" }]]),
      routes: new Map([["one\0gpt-test", [first!]], ["two\0gpt-test", [second!]]]),
    };
  };
  const { shop, vendors } = await setUp({ caller: PINS, alter });
  vendors[1]!.on("response.create", (_event, say) => say(responseDone("resp_1", [1, 0, 0, 1, 0])));
  const { next, say, socket } = await talkTo(shop, PATH, ["realtime", `openai-insecure-api-key.${KEY}-2`]);
  await next("session.created");
  say({ type: "response.create" });
  await next("response.done");
  await until(() => shop.billing.asks.length === 2);
  socket.close();
  await until(() => shop.relay.running === 0);
  expect(shop.billing.asks.map(({ groupId }) => groupId)).toEqual(["two", "two"]);
});
