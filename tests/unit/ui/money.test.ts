import { expect, test } from "vitest";
import { formatBalance, formatExactUsd, formatPerMillion, formatPerPiece, formatTokens } from "#ui/format/money.ts";

test.each([
  [3_000_000n, "3.00"], [75_000n, "0.075"], [100n, "0.0001"], [1n, "0.000001"], [0n, "0.00"], [1_234_500_000n, "1,234.50"],
])("%s pico per token is %s per million", (pico, text) => {
  expect(formatPerMillion(pico)).toBe(text);
});

test.each([
  [12_345_678_901n, "$12.34"], [999_999_999n, "$0.9999"], [45_299_999n, "$0.0452"], [0n, "$0.00"], [-3_200_000_000n, "−$3.20"], [1_234_567_890_123n, "$1,234.56"],
])("a balance of %s nano shows as %s: never more than there is", (nano, text) => {
  expect(formatBalance(nano)).toBe(text);
});

test("exact amounts keep all nine digits", () => {
  expect(formatExactUsd(10_972_801n)).toBe("$0.010972801");
  expect(formatExactUsd(-1n)).toBe("−$0.000000001");
});

test("prices of pieces keep all twelve", () => expect(formatPerPiece(40_000_000_000n)).toBe("0.04"));

test.each([[8_192, "8,192"], [128_000, "128K"], [1_048_576, "1M"], [1_000_000, "1M"], [200_000, "200K"]])("%i tokens are %s", (tokens, text) => {
  expect(formatTokens(tokens)).toBe(text);
});
