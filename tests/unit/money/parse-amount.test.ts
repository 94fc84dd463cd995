import { expect, test } from "vitest";
import { csvAmount, displayBalance, displayCharge } from "#money/format-amount.ts";
import { formatPerMillion, formatUsd, parsePerMillion, parsePerPiece, parseSignedUsd, parseUsd } from "#money/parse-amount.ts";
import { itemsFromWords, ratioToDocument, wordsFromItems } from "#money/price-words.ts";

test("A7 decimal text is read exactly", () => {
  expect(parseUsd("0.1") + parseUsd("0.2")).toBe(300_000_000n);
  expect(["4.35", "1.005", "0.000000001", " 20 "].map(parseUsd)).toEqual([4_350_000_000n, 1_005_000_000n, 1n, 20_000_000_000n]);
});

test.each(["1e3", "1,000", "1 000", "-1", "+1", "１", "0x10", "NaN", "", ".5", "1.", "0.0000000001", "9999999999"])("A7 %j is refused", (text) => {
  expect(() => parseUsd(text)).toThrow(/is not an amount/);
});

test("amounts are written without a float and read back the same", () => {
  expect([1_234_000n, 20_000_000_000n, 1n, -1_500_000_000n, 0n].map(formatUsd)).toEqual(["0.001234", "20.00", "0.000000001", "-1.50", "0.00"]);
  for (const text of ["0.001234", "20.00", "-1.50"]) expect(formatUsd(parseSignedUsd(text))).toBe(text);
});

test("a price that is no whole number of pico is refused with its neighbours", () => {
  expect(parsePerMillion(0.15)).toBe(150_000n);
  expect(parsePerMillion("2.500000")).toBe(2_500_000n);
  expect(() => parsePerMillion("0.1234567")).toThrow("0.123456 and 0.123457");
  expect(parsePerPiece(0.04)).toBe(40_000_000_000n);
  expect(formatPerMillion(150_000n)).toBe("0.15");
});

test("what people see never promises more than there is, nor less than was taken", () => {
  expect([12_349_999_999n, 999_999_999n, -1_200_000_000n].map(displayBalance)).toEqual(["$12.34", "$0.9999", "−$1.20"]);
  expect([2_100n, 1n, 1_234_567n, 12_345_678_901n, 0n].map(displayCharge)).toEqual(["$0.0000021", "$0.000000001", "$0.0013", "$12.35", "$0.00"]);
  expect(csvAmount(-1_200_000_000n)).toBe("-1.200000000");
});

test("the words of the store file name items of the price book, and come back", () => {
  const words = { input: "0.15", audio_output: "20.00", per_image: "0.04", per_request: "0.10" };
  expect(itemsFromWords(words, ["chat"])).toEqual({ input: "150000", output_audio: "20000000", image: "40000000000", request: "100000000000" });
  expect(wordsFromItems(itemsFromWords(words, ["chat"]))).toEqual(words);
  expect(itemsFromWords({ per_second: 0.0001 }, ["audio"])).toEqual({ audio_in_ms: "100000" });
  expect(itemsFromWords({ per_second: 0.1 }, ["tasks"])).toEqual({ video_ms: "100000000" });
  expect(() => itemsFromWords({ input: "1e-3" }, [])).toThrow("input:");
});

test("ratios are multiples of 2 USD per million", () => {
  expect(ratioToDocument({ model: 1.25, completion: 4, cache: 0.5, cache_write: 1.25, image: 3, audio: 3, audio_completion: 2 }).items).toEqual({
    input: "2500000", output: "10000000", cache_read: "1250000", cache_write_5m: "3125000", cache_write_1h: "5000000",
    input_image: "7500000", input_audio: "7500000", output_audio: "15000000",
  });
  expect(ratioToDocument({ model: 0.01 }).items).toEqual({ input: "20000" });
});
