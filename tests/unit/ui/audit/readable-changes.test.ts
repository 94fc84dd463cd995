import { expect, test } from "vitest";
import { readableChanges } from "#ui/audit/readable-changes.ts";

const lines = (before: unknown, after: unknown) => readableChanges(before, after).changes.map(({ path, before: old, after: now }) => [path, old, now]);

test("amounts of the log are shown as money", () => {
  expect(lines({}, { amount_nano_usd: "1250000000", transaction: "t" })).toEqual([["amount", undefined, "$1.25"], ["transaction", undefined, "t"]]);
  expect(lines({ limit: { creditNano: "-5" } }, { limit: { creditNano: "20000000000" } })).toEqual([["limit.credit", "−$0.000000005", "$20.00"]]);
});

test("prices are shown per million tokens, other items as they are", () => {
  expect(lines({ items: { input: "2500000", image: "40000000000" } }, { items: { input: "150000", image: "50000000000" } })).toEqual([["items.input", "$2.50 / 1M", "$0.15 / 1M"], ["items.image", "40000000000", "50000000000"]]);
});

test("what is no whole number stays as it was written", () => {
  expect(lines({ amount_nano_usd: "unknown" }, { amount_nano_usd: null })).toEqual([["amount", "unknown", "null"]]);
});
