import { expect, test } from "vitest";
import { decimalText, parseDecimal, parseRatio, ratioText } from "#ui/kit/decimal-input.ts";

test.each([
  ["12.50", 12_500_000_000n], ["0", 0n], ["0.000000001", 1n], [".5", 500_000_000n], ["7.", 7_000_000_000n], ["$1,204.5", 1_204_500_000_000n], ["1,000,000", 1_000_000_000_000_000n],
  [" $ 3 ", 3_000_000_000n], ["0.1000000000000", 100_000_000n], ["900719925474099.123456789", 900_719_925_474_099_123_456_789n],
] as const)("%j is read exactly", (text, units) => {
  expect(parseDecimal(text, 9)).toEqual({ ok: true, units });
});

test.each([
  ["", "empty"], ["  ", "empty"], ["$", "empty"], ["1,5", "form"], ["1.2.3", "form"], ["1e3", "form"], ["abc", "form"], [".", "form"], ["12,34.5", "form"], ["٣", "form"], ["-1", "negative"], ["−1", "negative"],
  ["0.0000000001", "digits"],
] as const)("%j is refused as %s", (text, problem) => {
  expect(parseDecimal(text, 9)).toEqual({ ok: false, problem });
});

test("a sign is read where amounts may be below zero", () => {
  expect(parseDecimal("-$1.25", 9, { negative: true })).toEqual({ ok: true, units: -1_250_000_000n });
  expect(parseDecimal("−0.5", 9, { negative: true })).toEqual({ ok: true, units: -500_000_000n });
});

test.each([0n, 1n, 10n, 12_500_000_000n, -3_200_000_000n, 123_456_789_012_345_678n])("%s nano-USD survive being shown and read again", (units) => {
  expect(parseDecimal(decimalText(units, 9), 9, { negative: true })).toEqual({ ok: true, units });
});

test.each([["1", 2_000_000n], ["0.075", 150_000n], ["0.0000005", 1n], ["2.5", 5_000_000n]] as const)("ratio %s is %s pico-USD a token", (text, pico) => {
  expect(parseRatio(text)).toEqual({ ok: true, units: pico });
  expect(ratioText(pico)).toBe(text);
});

test("a ratio between two prices is refused", () => {
  expect(parseRatio("0.0000001")).toEqual({ ok: false, problem: "digits" });
});
