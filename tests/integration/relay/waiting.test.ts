import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Snapshot } from "#snapshot/snapshot.ts";
import { fakeBilling } from "./fake-billing.ts";
import { completion, startVendor, type Vendor, type VendorCall } from "./vendor.ts";
import { channelKey, openShop, PRICE, until, type Shop, type ShopOptions } from "./shop.ts";

let vendor: Vendor, shop: Shop | undefined;
/** Calls that the vendor has not answered. */
let open: VendorCall[] = [];

beforeAll(async () => {
  vendor = await startVendor();
});
afterAll(() => vendor.close());
beforeEach(() => {
  open = [];
  vendor.calls.length = 0;
  vendor.script = (call) => open.push(call);
});
afterEach(async () => {
  for (const call of open) call.response.destroy();
  await shop?.close();
});

/** A group whose members' requests wait that long. */
const queueing = (queueMs: number) => (snapshot: Snapshot): Snapshot =>
  ({ ...snapshot, groups: new Map([...snapshot.groups].map(([id, group]) => [id, queueMs > 0 ? { ...group, queueMs } : group])) });
const openWaiting = async (queueMs: number, options: Partial<ShopOptions> = {}): Promise<Shop> =>
  (shop = await openShop({ channels: [{ baseUrl: vendor.url, limits: { concurrency: 1 } }], alter: queueing(queueMs), ...options }));
const called = (count: number) => until(() => vendor.calls.length === count);
const answerNext = (): void => completion(open.shift()!);
const status = async (asked: Promise<Response>): Promise<number> => {
  const response = await asked;
  await response.text();
  return response.status;
};

test("a request waits for the channel's place and is answered", async () => {
  const { chat, relay } = await openWaiting(2_000);
  const first = status(chat());
  await called(1);
  const second = status(chat({ stream: true }));
  await sleep(150);
  expect([vendor.calls.length, relay.running]).toEqual([1, 2]);
  answerNext();
  expect(await first).toBe(200);
  await called(2);
  answerNext();
  expect(await second).toBe(200);
});

test("without a time to wait it is refused at once", async () => {
  const { chat } = await openWaiting(0);
  const first = status(chat());
  await called(1);
  const refused = await chat();
  expect([refused.status, refused.headers.get("retry-after"), ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([429, "1", "upstream_rate_limited"]);
  answerNext();
  expect(await first).toBe(200);
});

test("it is refused when the time is over, and nothing of it stays", async () => {
  const { chat, billing, relay } = await openWaiting(300);
  const first = status(chat());
  await called(1);
  const begun = performance.now();
  expect(await status(chat())).toBe(429);
  expect(performance.now() - begun).toBeGreaterThan(290);
  answerNext();
  expect(await first).toBe(200);
  await until(() => relay.running === 0);
  expect([billing.asks.length, billing.open.size, vendor.calls.length]).toEqual([1, 0, 1]);
});

test("a client that leaves gives up its place in the line", async () => {
  const { chat, relay } = await openWaiting(20_000);
  const first = status(chat());
  await called(1);
  const gone = new AbortController();
  const leaving = chat({}, { signal: gone.signal }).catch(() => undefined);
  await until(() => relay.running === 2);
  const last = status(chat());
  await until(() => relay.running === 3);
  gone.abort();
  await leaving;
  await until(() => relay.running === 2);
  answerNext();
  expect(await first).toBe(200);
  await called(2);
  answerNext();
  expect(await last).toBe(200);
  expect(vendor.calls).toHaveLength(2);
});

test("it waits for a place of its own account too, all waits together no longer than the group lets it", async () => {
  const { chat } = await openWaiting(600, { channels: [{ baseUrl: vendor.url }], caller: { userLimits: { concurrency: 1 } } });
  const first = status(chat());
  await called(1);
  const second = status(chat());
  await sleep(100);
  expect(vendor.calls).toHaveLength(1);
  answerNext();
  expect(await first).toBe(200);
  await called(2);
  answerNext();
  expect(await second).toBe(200);

  const third = status(chat());
  await called(3);
  const refused = await chat();
  expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([429, "concurrency_limit_exceeded"]);
  answerNext();
  expect(await third).toBe(200);
});

test("a rate of its own is no place to wait for", async () => {
  const { chat } = await openWaiting(20_000, { caller: { userLimits: { rpm: 1 } }, channels: [{ baseUrl: vendor.url }] });
  const first = status(chat());
  await called(1);
  answerNext();
  expect(await first).toBe(200);
  expect(await status(chat())).toBe(429);
});

test("two users share a channel half and half while both wait, and neither holds more than half of it", async () => {
  const second = "sk-mm-of-the-second-user-00000000000000000000000";
  const { chat, relay } = await openWaiting(20_000, { channels: [{ baseUrl: vendor.url, limits: { concurrency: 4 } }], others: { [second]: { userId: "user2", keyId: "key2", walletId: "wallet2" } } });
  const ask = (content: string, key?: string) => status(chat({ messages: [{ role: "user", content }] }, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }));
  const whose = (call: VendorCall): string => (call.body.messages as readonly { content: string }[])[0]!.content;
  const asked = Array.from({ length: 20 }, () => ask("greedy"));
  await called(4);
  asked.push(...Array.from({ length: 10 }, () => ask("modest", second)));
  await until(() => relay.running === 30);
  const order: string[] = [];
  for (let n = 5; n <= 30; n++) {
    answerNext();
    await called(n);
    order.push(whose(open.at(-1)!));
    if (n >= 6 && n <= 12) expect(open.filter((call) => whose(call) === "greedy")).toHaveLength(2);
  }
  while (open.length > 0) answerNext();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  expect(order.slice(0, 2)).toEqual(["modest", "modest"]);
  expect(order.slice(2, 18).filter((name) => name === "modest")).toHaveLength(8);
});

test("others who could serve are asked before anybody waits", async () => {
  const { chat } = await openWaiting(20_000, {
    channels: [{ baseUrl: vendor.url, limits: { concurrency: 1 } }],
    alsoSold: [{ name: "gpt-other", upstreamModel: "up-other", price: PRICE }],
    alter: (snapshot) => {
      const free = { ...snapshot.channels.get("c0")!, id: "free", limits: {} };
      return { ...queueing(20_000)(snapshot), routes: new Map([...snapshot.routes, ["g1\0gpt-other", [{ priority: 0, routes: [{ channel: free, weight: 1, upstreamModel: "up-other" }] }]]]) };
    },
  });
  const first = status(chat());
  await called(1);
  const second = status(chat({ models: ["gpt-other"] }));
  await called(2);
  expect(vendor.calls[1]!.body.model).toBe("up-other");
  answerNext();
  answerNext();
  expect([await first, await second]).toEqual([200, 200]);
});

test("where those who stand in are at their limits too, the model that was asked for is waited for", async () => {
  const { chat } = await openWaiting(20_000, { alsoSold: [{ name: "gpt-other", upstreamModel: "up-other", price: PRICE }] });
  const first = status(chat());
  await called(1);
  const second = status(chat({ models: ["gpt-other"] }));
  await sleep(150);
  expect(vendor.calls).toHaveLength(1);
  answerNext();
  await called(2);
  expect(vendor.calls[1]!.body.model).toBe("up-model");
  answerNext();
  expect([await first, await second]).toEqual([200, 200]);
});

test("keys at their own limits are the vendor's rate, which nobody who serves is named for, and are waited for", async () => {
  const limited = [channelKey("one", { limits: { concurrency: 1 } }), channelKey("two", { limits: { concurrency: 1 } })];
  const { chat } = await openWaiting(0, { channels: [{ baseUrl: vendor.url, keys: limited }] });
  const asked = [status(chat()), status(chat())];
  await called(2);
  const refused = await chat();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  const { error } = (await refused.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe("upstream_rate_limited");
  expect(error.message).not.toMatch(/secret|channel|key/i);
  answerNext();
  answerNext();
  expect(await Promise.all(asked)).toEqual([200, 200]);
  await shop!.close();

  const patient = await openWaiting(20_000, { channels: [{ baseUrl: vendor.url, keys: limited }] });
  const all = [patient.chat(), patient.chat(), patient.chat()].map(status);
  await called(4);
  await sleep(150);
  expect(vendor.calls).toHaveLength(4);
  answerNext();
  await called(5);
  answerNext();
  answerNext();
  expect(await Promise.all(all)).toEqual([200, 200, 200]);
});

test("a channel's rate is waited for as well, and nobody who comes later goes past those who wait", async () => {
  vendor.script = (call) => completion(call);
  const { chat, relay, skip } = await openWaiting(20_000, { channels: [{ baseUrl: vendor.url, limits: { rpm: 1 } }] });
  const ask = (content: string) => status(chat({ messages: [{ role: "user", content }] }));
  const said = () => vendor.calls.map((call) => (call.body.messages as readonly { content: string }[])[0]!.content);
  expect(await ask("first")).toBe(200);
  const second = ask("second");
  await until(() => relay.running === 1);
  await sleep(120);
  expect(said()).toEqual(["first"]);
  skip(60_000);
  const third = ask("third");
  expect(await second).toBe(200);
  await sleep(120);
  expect(said()).toEqual(["first", "second"]);
  skip(60_000);
  expect(await third).toBe(200);
});

test("a node that goes lets nobody wait longer than its running requests", async () => {
  const { chat, relay } = await openWaiting(20_000);
  const first = status(chat());
  await called(1);
  const second = status(chat());
  await until(() => relay.running === 2);
  await relay.drain(100);
  expect([await first, await second, vendor.calls.length]).toEqual([503, 503, 1]);
});

test("while one's money is set aside, the place that was waited for is nobody else's", async () => {
  const billing = fakeBilling();
  const { chat, relay } = await openWaiting(20_000, { billing: { ...billing, admit: async (ask) => (await sleep(120), billing.admit(ask)) } });
  const first = status(chat());
  await called(1);
  const others = [chat(), chat(), chat()].map(status);
  await until(() => relay.running === 4);
  answerNext();
  expect(await first).toBe(200);
  for (let n = 2; n <= 4; n++) {
    await called(n);
    await sleep(200);
    expect(vendor.calls).toHaveLength(n);
    answerNext();
  }
  expect(await Promise.all(others)).toEqual([200, 200, 200]);
});
