import { afterEach, expect, test } from "vitest";
import { compilePrice, parsePriceDocument, type CompiledPrice } from "#money/price.ts";
import { ppm } from "#money/amount.ts";
import type { Group, Snapshot } from "#snapshot/snapshot.ts";
import { openShop, PRICE, priceOf, type Shop, type ShopOptions } from "./shop.ts";
import { completion, failure, startVendor, type Script, type Vendor } from "./vendor.ts";

// Who may serve a request in another's place, as far as money goes.

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(scripts: readonly (Script | undefined)[], over: (vendors: Vendor[]) => Partial<ShopOptions>): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; calls: () => number[] }>> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  const shop = await openShop({ channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: -i })), ...over(vendors) });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.map(({ calls }) => calls.length) };
}

const down: Script = (call) => failure(call, 500);
/** A cost that somebody has stated: without a factor. */
const cost = (input: string): CompiledPrice => compilePrice({ versionId: 9n, document: parsePriceDocument({ items: { input, output: input } }), multipliers: [] });
/** What a channel is taken to cost when nobody has said it. */
const assumed = (input: string): CompiledPrice =>
  compilePrice({ versionId: 9n, document: parsePriceDocument({ items: { input, output: input } }), multipliers: [{ source: "channel", name: "c", ppm: ppm(1_000_000) }] });
const [LOW, HIGH] = ["500000", "9000000"];

test("after a failure nobody is asked who costs more than is charged, unless the operator allows it", async () => {
  const costs = [cost(LOW), cost(HIGH), cost(LOW)];
  const strict = await setUp([down, undefined, undefined], () => ({ costs }));
  expect((await strict.shop.chat()).status).toBe(200);
  expect(strict.calls()).toEqual([1, 0, 1]);
  const lavish = await setUp([down, undefined, undefined], () => ({ costs, settings: { failoverAtLoss: true } }));
  expect((await lavish.shop.chat()).status).toBe(200);
  expect(lavish.calls()).toEqual([1, 1, 0]);
});

test("where only dear ones are left the request fails", async () => {
  const { shop, calls } = await setUp([down, undefined], () => ({ costs: [cost(LOW), cost(HIGH)] }));
  expect((await shop.chat()).status).toBe(502);
  expect(calls()).toEqual([1, 0]);
});

test("whom the operator has put first is asked whatever it costs, and so is everybody where all cost more", async () => {
  const first = await setUp([undefined, undefined], () => ({ costs: [cost(HIGH), cost(LOW)] }));
  expect((await first.shop.chat()).status).toBe(200);
  expect(first.calls()).toEqual([1, 0]);
  const all = await setUp([down, undefined], () => ({ costs: [cost(HIGH), cost(HIGH)] }));
  expect((await all.shop.chat()).status).toBe(200);
  expect(all.calls()).toEqual([1, 1]);
});

test("a dear channel of a lower priority does not stand in for one that rests", async () => {
  const { shop, calls } = await setUp([undefined, undefined], (vendors) => ({
    costs: [cost(LOW), cost(HIGH)], channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: -i, ...(i === 0 && { pausedUntilMs: Date.now() + 60_000 }) })),
  }));
  const response = await shop.chat();
  expect([response.status, (await response.json()).error.code]).toEqual([503, "no_available_channel"]);
  expect(calls()).toEqual([0, 0]);
});

test("a cost that nobody has stated keeps nobody out", async () => {
  const { shop, calls } = await setUp([down, undefined], () => ({ costs: [cost(LOW), assumed(HIGH)] }));
  expect((await shop.chat()).status).toBe(200);
  expect(calls()).toEqual([1, 1]);
});

const DEAR = priceOf({ input: "2000000", output: "4000000" });

/** The caller's group is a line of two, the second of them twice as dear; each has a channel of its own. */
const line = (made: Snapshot): Snapshot => {
  const [first, second] = made.routes.get("g1\0gpt-test")!;
  const group = (id: string, auto?: readonly string[]): [string, Group] => [id, { id, name: id, ppm: ppm(1_000_000), limits: {}, ...(auto && { auto }) }];
  const models = [made.models.get("gpt-test")!];
  return {
    ...made, groups: new Map([group("g1", ["cheap", "dear"]), group("cheap"), group("dear")]),
    routes: new Map([["cheap\0gpt-test", [first!]], ["dear\0gpt-test", [second!]]]),
    price: (_model, groupId) => (groupId === "dear" ? DEAR : PRICE), modelsOf: () => models,
  };
};

test("a line of groups is served by the first that can, at its price", async () => {
  const { shop, vendors } = await setUp([undefined, undefined], () => ({ alter: line }));
  expect((await shop.chat()).headers.get("x-modelmart-cost-nano-usd")).toBe("20000");
  vendors[0]!.script = down;
  expect((await shop.chat()).headers.get("x-modelmart-cost-nano-usd")).toBe("40000");
  expect(shop.billing.records.map(({ groupId, channelId }) => [groupId, channelId])).toEqual([["cheap", "c0"], ["dear", "c1"]]);
  expect(shop.billing.raised).toHaveLength(1);
});

test("a model's own limits count a request once, however many groups of its line are asked", async () => {
  const limited = (made: Snapshot): Snapshot =>
    line({ ...made, models: new Map([...made.models].map(([name, model]) => [name, { ...model, limits: { concurrency: 1, rpm: 2 } }])) });
  const { shop } = await setUp([undefined, undefined], (vendors) => ({
    alter: limited, channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: -i, ...(i === 0 && { pausedUntilMs: Date.now() + 60_000 }) })),
  }));
  expect((await shop.chat()).headers.get("x-modelmart-cost-nano-usd")).toBe("40000");
  expect((await shop.chat()).status).toBe(200);
  expect((await shop.chat()).status).toBe(429);
});

test("who cannot pay the dearer group hears of it; who cannot be covered in mid-way hears of the failure", async () => {
  const paused = await setUp([undefined, undefined], (vendors) => ({
    alter: line, channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: -i, ...(i === 0 && { pausedUntilMs: Date.now() + 60_000 }) })),
  }));
  paused.shop.billing.refuse = { refused: "credit-exhausted", neededNano: 40_000n as never, availableNano: 30_000n as never, affordableMaxTokens: 0 };
  const refused = await paused.shop.chat();
  expect([refused.status, (await refused.json()).error.code]).toEqual([402, "insufficient_quota"]);
  expect(paused.shop.billing.asks.map(({ groupId }) => groupId)).toEqual(["dear"]);

  const failing = await setUp([down, (call) => completion(call)], () => ({ alter: line, random: () => 0 }));
  failing.shop.billing.raises = false;
  expect((await failing.shop.chat()).status).toBe(502);
  expect(failing.calls()[1]).toBe(0);
});
