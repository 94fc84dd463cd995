import { expect, test } from "vitest";
import { ratioToDocument } from "#money/price-words.ts";
import { effectivePico, pico, ppm } from "#money/amount.ts";
import { afterFactor, documentOf, marginOf, parseRatio, parseUsd, ratioText, ratioWords, usdText } from "#ui/prices/price-math.ts";

const units = (parsed: ReturnType<typeof parseUsd>): bigint | string => ("pico" in parsed ? parsed.pico : parsed.problem);

test.each([["3", 3_000_000n], ["0.075", 75_000n], ["$1,250.5", 1_250_500_000n], [".5", 500_000n], ["0.000001", 1n], ["0.0000001", "digits"], ["", "empty"], ["1e3", "form"], ["-1", "form"], [".", "form"]])("typed as USD %j is %s", (text, expected) => {
  expect(units(parseUsd(text))).toBe(expected);
});

test.each([3_000_000n, 75_000n, 1n, 123_456_789n])("%s pico-USD survive the way through text", (price) => {
  expect(units(parseUsd(usdText(price)))).toBe(price);
});

test("every price has an exact model ratio, and back", () => {
  for (const input of [1n, 3n, 150_000n, 2_500_000n, 999_999n, 123_457n]) {
    const text = ratioText("input", { input });
    expect(text).not.toContain("≈");
    expect(units(parseRatio(text, "input", {}))).toBe(input);
  }
});

test("other buckets are multiples of input, and one that never ends says so", () => {
  const items = { input: 2_500_000n, output: 10_000_000n, cache_read: 1_250_000n };
  expect([ratioText("output", items), ratioText("cache_read", items), ratioText("reasoning", items)]).toEqual(["4", "0.5", ""]);
  expect(ratioText("output", { input: 350_000n, output: 2_500_000n })).toBe("≈ 7.1429");
});

test("what is typed here is what the server makes of it", () => {
  for (const [model, completion, cache] of [["1.25", "4", "0.5"], ["0.075", "7.1429", "0.1"], ["0.0000015", "3.3", "1.25"]] as const) {
    const server = ratioToDocument({ model, completion, cache }).items;
    const input = parseRatio(model, "input", {});
    const base = { input: "pico" in input ? input.pico : 0n };
    expect({ input: base.input.toString(), output: String(units(parseRatio(completion, "output", base))), cache_read: String(units(parseRatio(cache, "cache_read", base))) }).toEqual(server);
  }
});

test("a ratio that makes no whole pico-USD is rounded half up and marked", () => {
  expect(parseRatio("0.3", "output", { input: 5n })).toEqual({ pico: 2n, rounded: true });
  expect(parseRatio("2", "output", { input: 5n })).toEqual({ pico: 10n, rounded: false });
});

test("the ratio form is offered only where it says the same to the last digit", () => {
  expect(ratioWords({ input: 2_500_000n, output: 10_000_000n, cache_write_5m: 3_125_000n, cache_write_1h: 5_000_000n })).toEqual({ model: "1.25", completion: "4", cache_write: "1.25" });
  expect(ratioWords({ input: 350_000n, output: 2_500_000n })).toBeUndefined();
  expect(ratioWords({ input: 2_500_000n, cache_write_1h: 5_000_000n })).toBeUndefined();
  expect(ratioWords({ input: 1n, web_search: 1n })).toBeUndefined();
});

test("tiers and windows of the old document stay", () => {
  expect(documentOf({ input: 5n }, { items: { input: "1" }, windows: [1] })).toEqual({ items: { input: "5" }, windows: [1] });
});

test("a group's factor gives what the relay charges", () => {
  for (const [price, factor] of [[3_000_000n, 850_000], [1n, 400_000], [7n, 500_000], [0n, 500_000]] as const) expect(afterFactor(price, factor)).toBe(effectivePico(pico(price), [ppm(factor)]));
});

test("margins", () => {
  expect([marginOf(100n, 85n), marginOf(100n, 124n), marginOf(0n, 1n)]).toEqual([150_000, -240_000, undefined]);
});
