import { describe, expect, test } from "vitest";
import { formatAxisUsd, formatBalance, formatCharge, formatExact, formatSigned, formatTotal, moneyInputText, parseMoneyInput } from "#ui/format/index.ts";

const USD = 1_000_000_000n;

test.each([
  [12_345_678_901n, "$12.34"], [999_999_999n, "$0.9999"], [45_299_999n, "$0.0452"], [299_999n, "$0.0002"], [99_999n, "$0.00"], [0n, "$0.00"],
  [-3_200_000_000n, "−$3.20"], [-1n, "$0.00"], [1_234_567_890_123n, "$1,234.56"], [1_000_000_000n, "$1.00"], [100_000_000n, "$0.10"],
])("a balance of %s nano shows as %s: never more than there is", (nano, text) => {
  expect(formatBalance(nano)).toBe(text);
});

test.each([
  [1_270_000_000n, "$1.27"], [1_270_000_001n, "$1.28"], [45_999_999n, "$0.046"], [2_299n, "$0.0000023"], [1n, "$0.000000001"], [0n, "$0.00"],
  [20_000_000n, "$0.020"], [4_000_000n, "$0.0040"], [99_600_000n, "$0.100"], [500_000_000n, "$0.50"], [12_345_000_000_000n, "$12,345.00"],
  [-45_999_999n, "−$0.046"],
])("a charge of %s nano shows as %s: never as nothing", (nano, text) => {
  expect(formatCharge(nano)).toBe(text);
});

test("no charge below a dollar loses its amount: every power of ten and its neighbours", () => {
  for (let power = 0n; power < 12n; power++) {
    for (const nano of [10n ** power - 1n, 10n ** power, 10n ** power + 1n].filter((amount) => amount > 0n)) {
      const read = parseMoneyInput(formatCharge(nano));
      expect(typeof read === "bigint" && read >= nano && read * 100n <= nano * 110n + 100n * 10_000_000n).toBe(true);
      expect(formatCharge(nano)).toMatch(/[1-9]/);
    }
  }
});

test.each([[10_972_801n, "$0.010972801"], [-1n, "−$0.000000001"], [20n * USD, "$20.00"], [0n, "$0.00"]])("%s nano is exactly %s", (nano, text) => {
  expect(formatExact(nano)).toBe(text);
});

test.each([[10n * USD, "+$10.00"], [-3_200_000_000n, "−$3.20"], [0n, "$0.00"]])("a movement of %s nano is %s", (nano, text) => {
  expect(formatSigned(nano)).toBe(text);
});

test.each([[33_507_814_999_999n, "$33,507.81"], [33_507_815_000_000n, "$33,507.82"], [9_000_000n, "$0.0090"], [9_999_999n, "$0.0100"], [0n, "$0.00"], [-8_440_000_000n, "−$8.44"]])(
  "a total of %s nano is %s",
  (nano, text) => expect(formatTotal(nano)).toBe(text),
);

test.each([
  [0, "$0"], [500_000_000, "$0.50"], [1_500_000_000, "$1.50"], [1_500_000_000_000n, "$1.5K"], [2_000_000_000_000, "$2K"], [1_250_000_000_000_000n, "$1.25M"], [80n * USD, "$80"],
  [20_000, "$0.00002"], [-2_000_000_000, "−$2"],
])("beside an axis, %s nano is %s", (nano, text) => {
  expect(formatAxisUsd(nano)).toBe(text);
});

describe("typed amounts", () => {
  test.each([
    ["20", 20n * USD], ["0.50", USD / 2n], [".5", USD / 2n], ["5.", 5n * USD], ["$12.34", 12_340_000_000n], ["1,234.56", 1_234_560_000_000n],
    ["1 234.56", 1_234_560_000_000n], ["0.000000001", 1n], ["0.0000000010", 1n], [" 7 ", 7n * USD], ["007", 7n * USD], ["999999999", 999_999_999n * USD],
  ])("%s is %s nano", (text, nano) => expect(parseMoneyInput(text)).toBe(nano));

  test.each([
    ["", "empty"], ["  ", "empty"], ["abc", "format"], ["1,23", "format"], ["1.2.3", "format"], ["1e3", "format"], [".", "format"], ["$", "format"],
    ["1.0000000001", "decimals"], ["1000000000", "large"], ["-1", "negative"], ["１２", "format"], ["0x10", "format"], ["12,34,567", "format"],
  ])("%s is refused as %s", (text, error) => expect(parseMoneyInput(text)).toEqual({ error }));

  test.each([["-1.50", -1_500_000_000n], ["−2", -2n * USD], ["-$3", -3n * USD], ["$-3", -3n * USD]])("signed: %s is %s nano", (text, nano) => {
    expect(parseMoneyInput(text, { signed: true })).toBe(nano);
  });

  test("other scales: a price per million has six decimals", () => {
    expect(parseMoneyInput("0.075", { digits: 6 })).toBe(75_000n);
    expect(parseMoneyInput("0.0000001", { digits: 6 })).toEqual({ error: "decimals" });
  });

  test("what an input shows is read back unchanged", () => {
    for (const nano of [0n, 1n, 10n, USD, 1_234_567_890_123n, 999_999_999n * USD]) expect(parseMoneyInput(moneyInputText(nano))).toBe(nano);
    expect(parseMoneyInput(moneyInputText(-5n), { signed: true })).toBe(-5n);
  });
});
