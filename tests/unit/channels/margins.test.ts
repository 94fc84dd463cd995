import { expect, test } from "vitest";
import { belowCost, costSpans, marginPpm, type CostRoute } from "#channels/margins.ts";
import { reprice } from "#channels/reprice.ts";

const route = (name: string, over: Partial<CostRoute> = {}): CostRoute => ({ channelId: name, name, live: true, priority: 0, costPpm: 1_000_000, ownCost: null, ...over });
const sell = { items: { input: "3000000", output: "15000000" } };
const list = { items: { input: "2500000", output: "10000000" } };

test("costs: the channel's own price, else its factor on the vendor's list, else on the shop's price", () => {
  const routes = [route("own", { ownCost: { items: { input: "1000000", output: "2000000" } } }), route("factor", { costPpm: 780_000 })];
  expect(costSpans(["input"], routes, list, sell)).toEqual([{ item: "input", cheapest: 1_000_000n, dearest: 1_950_000n, dearestName: "factor" }]);
  expect(costSpans(["input"], [route("factor", { costPpm: 500_000 })], null, sell)).toMatchObject([{ cheapest: 1_500_000n }]);
});

test("a bucket without a cost of its own costs what it falls back to", () => {
  expect(costSpans(["cache_read", "reasoning"], [route("a")], list, sell)).toMatchObject([{ item: "cache_read", cheapest: 2_500_000n }, { item: "reasoning", cheapest: 10_000_000n }]);
});

test("channels that are off count only where none is live", () => {
  const routes = [route("on", { costPpm: 500_000 }), route("off", { live: false, costPpm: 2_000_000 })];
  expect(costSpans(["input"], routes, list, sell)).toMatchObject([{ dearest: 1_250_000n }]);
  expect(costSpans(["input"], [routes[1]!], list, sell)).toMatchObject([{ dearest: 5_000_000n }]);
});

test("sold below cost is named by item and channel; at cost is not below it", () => {
  expect(belowCost(sell, [route("dear", { costPpm: 1_300_000 })], list)).toEqual([{ item: "input", price: 3_000_000n, cost: 3_250_000n, channel: "dear" }]);
  expect(belowCost(list, [route("same")], list)).toEqual([]);
});

test.each([[100n, 85n, 150_000], [100n, 124n, -240_000], [0n, 0n, 0], [0n, 1n, undefined], [3n, 2n, 333_333]])("the margin of %s at a cost of %s", (price, cost, expected) => {
  expect(marginPpm(price, cost)).toBe(expected);
});

test.each([
  ["current × 1.1", { base: "current", factorPpm: 1_100_000 }, { input: "3300000", output: "16500000" }],
  ["list × 0.8", { base: "list", factorPpm: 800_000 }, { input: "2000000", output: "8000000" }],
  ["dearest cost × 1.3", { base: "cost_dearest", factorPpm: 1_300_000 }, { input: "2600000", output: "10400000" }],
  ["rounded up to 0.05", { base: "current", factorPpm: 1_110_000, stepPico: 50_000n }, { input: "3350000", output: "16650000" }],
] as const)("a bulk rule: %s", (_name, rule, items) => {
  expect(reprice({ current: sell, listPrice: list, routes: [route("a", { costPpm: 800_000 })] }, rule)?.items).toEqual(items);
});

test("a rule scales tiers too, keeps windows, and leaves what its base does not know", () => {
  const current = { items: { ...sell.items, web_search: "10000000000" }, tiers: [{ over: 200_000, mode: "whole" as const, items: { input: "6000000" } }], windows: [{ tz: "UTC", days: "1111111", from: "01:00", to: "02:00", ppm: 500_000 }] };
  expect(reprice({ current, listPrice: null, routes: [] }, { base: "current", factorPpm: 2_000_000 })).toMatchObject({ tiers: [{ items: { input: "12000000" } }], windows: current.windows });
  expect(reprice({ current, listPrice: list, routes: [] }, { base: "list", factorPpm: 1_000_000 })?.items).toEqual({ ...list.items, web_search: "10000000000" });
  expect(reprice({ current, listPrice: null, routes: [] }, { base: "list", factorPpm: 1_000_000 })).toBeUndefined();
  expect(reprice({ current: null, listPrice: null, routes: [] }, { base: "cost_dearest", factorPpm: 1_000_000 })).toBeUndefined();
});
