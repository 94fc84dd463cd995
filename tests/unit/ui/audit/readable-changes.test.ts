import { expect, test } from "vitest";
import { readableChanges } from "#ui/audit/readable-changes.ts";

const lines = (before: unknown, after: unknown) => readableChanges(before, after).changes.map(({ path, before: old, after: now }) => [path, old, now]);

test("amounts of the log are shown as money", () => {
  expect(lines({}, { amount_nano_usd: "1250000000", transaction: "t" })).toEqual([["amount_nano_usd", undefined, "$1.25"], ["transaction", undefined, "t"]]);
  expect(lines({ limit: { creditNano: "-5" } }, { limit: { creditNano: "20000000000" } })).toEqual([["limit.creditNano", "−$0.000000005", "$20.00"]]);
});

test("prices are shown per million tokens, other items a piece", () => {
  expect(lines({ items: { input: "2500000", image: "40000000000" } }, { items: { input: "150000", image: "50000000000" } })).toEqual([["items.input", "$2.50 / 1M", "$0.15 / 1M"], ["items.image", "$0.04", "$0.05"]]);
});

test("what is no whole number stays as it was written", () => {
  expect(lines({ amount_nano_usd: "unknown" }, { amount_nano_usd: null })).toEqual([["amount_nano_usd", "unknown", "null"]]);
});

test("factors and spans are told from plain numbers", () => {
  expect(lines({ ppm: 1000000, topUpPpm: 900000, weight: 3 }, { ppm: 1100000, topUpPpm: -1, weight: 4 })).toEqual([["ppm", "× 1", "× 1.1"], ["topUpPpm", "× 0.9", "-1"], ["weight", "3", "4"]]);
  expect(lines({ timeouts: { idleMs: 840 } }, { timeouts: { idleMs: 125000 } })).toEqual([["timeouts.idleMs", "840 ms", "2 m 05 s"]]);
});

test("prices of time are for a second", () => {
  expect(lines({}, { price: { items: { video_ms: "500000000" } } })).toEqual([["price.items.video_ms", undefined, "$0.50 / s"]]);
});
