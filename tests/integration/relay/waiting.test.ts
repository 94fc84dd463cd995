import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Snapshot } from "#snapshot/snapshot.ts";
import { completion, startVendor, type Vendor, type VendorCall } from "./vendor.ts";
import { openShop, until, type Shop, type ShopOptions } from "./shop.ts";

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
