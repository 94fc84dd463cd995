import { expect, test } from "vitest";
import { chargeOf, nanoOf, picoPerToken } from "../../support/shop-money.ts";
import { keyOf, storeOf, uuidOf } from "../../support/shop-store.ts";

test("a request id is the UUID in other letters", () => {
  expect(uuidOf("req_00000000000000000000000000")).toBe("00000000-0000-0000-0000-000000000000");
  expect(uuidOf("req_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")).toBe("ffffffff-ffff-ffff-ffff-ffffffffffff");
  expect(uuidOf("req_01ARZ3NDEKTSV4RRFFQ69G5FAV")).toBe("01563e3a-b5d3-d676-4c61-efb99302bd5b");
  expect(() => uuidOf("req_x")).toThrow("no request id");
});

test("prices and charges by hand", () => {
  expect([picoPerToken(2.5), picoPerToken("0.0375"), picoPerToken(1_000)]).toEqual([2_500_000n, 37_500n, 1_000_000_000n]);
  expect([nanoOf("0.000000001"), nanoOf(10)]).toEqual([1n, 10_000_000_000n]);
  // 1,000 input, 200 cached, 300 output at 2.5 / 1.25 / 10
  expect(chargeOf({ input: 1_000, cache_read: 200, output: 300 }, { input: 2.5, cache_read: 1.25, output: 10 })).toBe(5_750_000n);
  expect(chargeOf({ input: 1 }, { input: 0.0375 })).toBe(38n);
});

test("keys are long enough and differ", () => {
  expect(keyOf("rich")).toMatch(/^sk-mm-[0-9a-f]{48}$/);
  expect(new Set(["a", "b", "rich"].map(keyOf)).size).toBe(3);
  expect(storeOf({ models: [], channels: [], users: [{ name: "poor", usd: 0 }] })).not.toHaveProperty("users.0.credit");
});
