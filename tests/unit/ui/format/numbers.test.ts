import { expect, test } from "vitest";
import {
  formatChange, formatContext, formatCount, formatLatency, formatPercent, formatPerMillion, formatPerPiece, formatThroughput, formatTokens, formatUnitPrice,
  formatUsdPerMillion, shortId,
} from "#ui/format/index.ts";

test.each([
  [0, "0"], [999, "999"], [9_999, "9,999"], [10_000, "10K"], [12_345, "12.3K"], [12_350, "12.4K"], [128_000, "128K"], [999_499, "999K"], [999_500, "1M"],
  [4_560_000, "4.56M"], [1_200_000_000, "1.2B"], [123_456_789_012_345n, "123,000B"], [-20_000, "−20K"],
])("%s tokens are %s", (count, text) => expect(formatTokens(count)).toBe(text));

test.each([[8_192, "8,192"], [128_000, "128K"], [1_048_576, "1M"], [1_000_000, "1M"], [200_000, "200K"]])("a context of %i is %s", (tokens, text) => {
  expect(formatContext(tokens)).toBe(text);
});

test("every digit of a count", () => {
  expect([formatCount(1_234_567), formatCount(-5n), formatCount(9_007_199_254_740_993n)]).toEqual(["1,234,567", "−5", "9,007,199,254,740,993"]);
});

test.each([
  [0.213, 1, "nearest", "21.3%"], [-0.021, 1, "nearest", "−2.1%"], [1, 1, "nearest", "100.0%"], [-0.0001, 1, "nearest", "0.0%"], [0.57, 0, "down", "57%"],
  [0.99996, 2, "nearest", "100.00%"], [0.99996, 2, "down", "99.99%"], [0.9999999999999999, 2, "down", "99.99%"], [1, 2, "down", "100.00%"], [0.9996, 2, "down", "99.96%"],
  [Number.NaN, 1, "nearest", "—"], [null, 1, "nearest", "—"], [12.5, 1, "nearest", "1,250.0%"],
] as const)("%s with %i decimals, %s, is %s", (ratio, digits, rounding, text) => {
  expect(formatPercent(ratio, digits, rounding)).toBe(text);
});

test.each([[112.4, 100, "+12.4%"], [97, 100, "−3.0%"], [5, 0, "—"], [100, 100, "0.0%"], [100.001, 100, "0.0%"], [201, 4, "+4,925%"], [1_099, 100, "+999.0%"]])("from %d, against %d, is %s", (now, before, text) => {
  expect(formatChange(now, before)).toBe(text);
});

test.each([
  [0, "0 ms"], [3.14, "3.1 ms"], [9.96, "10 ms"], [840, "840 ms"], [999.6, "1.00 s"], [1_240, "1.24 s"], [9_996, "10.0 s"], [25_900, "25.9 s"], [59_960, "1 m 00 s"],
  [125_000, "2 m 05 s"], [3_720_000, "1 h 02 m"], [null, "—"], [-5, "—"],
])("%s ms are %s", (ms, text) => expect(formatLatency(ms)).toBe(text));

test.each([[58.4, "58 tok/s"], [3.26, "3.3 tok/s"], [null, "—"], [1_234, "1,234 tok/s"]])("%s tokens a second", (speed, text) => {
  expect(formatThroughput(speed)).toBe(text);
});

test.each([
  [3_000_000n, "3.00"], [75_000n, "0.075"], [100n, "0.0001"], [1n, "0.000001"], [0n, "0.00"], [1_234_500_000n, "1,234.50"],
])("%s pico per token is %s per million", (pico, text) => expect(formatPerMillion(pico)).toBe(text));

test("a price of nothing is free, a price that is not set is a dash", () => {
  expect([formatUsdPerMillion(0n), formatUsdPerMillion(0n, "zh"), formatUsdPerMillion(undefined), formatUsdPerMillion(75_000n, "zh")]).toEqual(["Free", "免费", "—", "0.075"]);
});

test("prices of pieces keep all twelve decimals", () => expect(formatPerPiece(40_000_000_001n)).toBe("0.040000000001"));

test.each([
  [3_000_000n, "input", "$3.00 / 1M tokens", "$3.00 / 百万 Token"],
  [40_000_000_000n, "image:1024x1024:high", "$0.04 / image", "$0.04 / 张"],
  [100_000n, "audio_in_ms", "$0.006 / minute", "$0.006 / 分钟"],
  [10_000_000_000n, "web_search", "$10.00 / 1K calls", "$10.00 / 千次调用"],
  [250_000_000_000n, "request", "$0.25 / call", "$0.25 / 次调用"],
  [500_000_000n, "video_ms:1080p", "$0.50 / second of video", "$0.50 / 秒视频"],
  [15_000_000n, "char", "$15.00 / 1M characters", "$15.00 / 百万字符"],
  [0n, "request", "Free", "免费"],
  [undefined, "request", "—", "—"],
] as const)("%s pico per %s", (pico, unit, en, zh) => {
  expect([formatUnitPrice(pico, unit, "en"), formatUnitPrice(pico, unit, "zh")]).toEqual([en, zh]);
});

test.each([
  ["req_01JDABCDEFGHJKMNPQRS7K3F", "req_01JD…7K3F"], ["cs_test_a1B2c3D4e5F6g7H8i9", "cs_test_a1B2…H8i9"], ["01890a5d-ac96-774b-bcce-b302099a8057", "0189…8057"],
  ["short", "short"], ["req_12345678", "req_12345678"], ["sk-mm-4f9a0000000000007K3F", "sk-mm-4f9a…7K3F"], ["", ""],
])("%s is shortened to %s", (id, short) => expect(shortId(id)).toBe(short));
