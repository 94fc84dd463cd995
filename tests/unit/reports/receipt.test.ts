import { expect, test } from "vitest";
import { costNano, receiptLines, statusOf, usageView } from "#reports/receipt.ts";

test.each([
  ["fractions that add up", { input: 3, output: 1 }, { input: 333n, output: 2n }, 1001n],
  ["one pico", { input: 1 }, { input: 1n }, 1n],
  ["many small lines", { input: 1, cache_read: 1, cache_write_5m: 1, output: 1, reasoning: 1 }, { input: 500n, cache_read: 500n, cache_write_5m: 500n, output: 500n, reasoning: 1n }, 2001n],
])("the lines' amounts add up to the charge: %s", (_name, quantities, prices, sum) => {
  const lines = receiptLines(quantities, prices, sum);
  expect(lines.reduce((total, { amountPico }) => total + amountPico, 0n)).toBe(sum);
  expect(lines.reduce((total, { amountNano }) => total + amountNano, 0n)).toBe((sum + 999n) / 1000n);
});

test("a waived charge keeps its quantities at no amount", () => {
  expect(receiptLines({ input: 10 }, { input: 5n }, 0n)).toEqual([{ item: "input", quantity: 10, unitPico: 5n, amountPico: 0n, amountNano: 0n }]);
});

test("usage in the words of the REST", () => {
  expect(usageView({ request: 1, input: 5, "input:over_200000": 7, "image:1024x1024:high": 2, image: 1, audio_in_ms: 1500, web_search: 3 })).toEqual({
    input: 12, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 0, reasoning: 0, images: 3, seconds: 1.5, other: { web_search: 3 },
  });
});

test("outcomes and costs", () => {
  expect(["ok", "empty", "refused", "client_abort", "upstream_error", "cut_no_credit"].map(statusOf)).toEqual(["ok", "ok", "ok", "cancelled", "error", "error"]);
  expect([costNano(499n), costNano(500n), costNano(1500n)]).toEqual([0n, 1n, 2n]);
});
