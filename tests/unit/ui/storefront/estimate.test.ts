import { expect, test } from "vitest";
import { nano, ppm } from "#money/amount.ts";
import { compilePrice, priceUsage } from "#money/price.ts";
import { toQuantities } from "#money/usage.ts";
import { estimate, estimateStart, estimateText, fieldsOf, presetsFor } from "#ui/storefront/estimate.ts";
import { parseQuantity } from "#ui/storefront/quantity.ts";

const AT = Date.UTC(2026, 10, 21, 14, 32);
const team = [{ source: "group" as const, name: "team", ppm: ppm(900_000) }];
const sonnet = {
  items: { input: "3000000", cache_read: "300000", cache_write_5m: "3750000", output: "15000000" },
  tiers: [{ over: 200_000, mode: "whole" as const, items: { input: "6000000", output: "22500000" } }],
};

/** What a request with this usage is charged, by the way the relay goes. */
function charged(document: Parameters<typeof compilePrice>[0]["document"], usage: Parameters<typeof toQuantities>[0]) {
  const quantities = toQuantities(usage);
  const total = (quantities.input ?? 0) + (quantities.cache_read ?? 0) + (quantities.cache_write_5m ?? 0);
  return priceUsage(compilePrice({ versionId: 7n, document, multipliers: team }).card(total, AT), quantities);
}

test("E-24: one call costs what a request with that usage is charged, to the nano-dollar", () => {
  const charge = charged(sonnet, { inputUncached: 1_204, cacheRead: 48_320, cacheWrite5m: 2_116, outputText: 1_512 });
  const one = estimate({ document: sonnet, multipliers: team }, { input: 1_204, cache_read: 48_320, cache_write_5m: 2_116, output: 1_512 }, 1, AT);
  expect(one.totalPico).toBe(charge.chargeNano * 1_000n);
  expect(charge.chargeNano).toBe(nano(43_850_700n));
  expect(one.lines.map(({ item, amountPico }) => [item, amountPico])).toEqual(charge.lines.map(({ item, amountPico }) => [item, amountPico]));
});

test.each([
  [{ input: 1_204, cache_read: 3_000, output: 512 }, 1], [{ input: 1, output: 1 }, 999], [{ input: 250_001, output: 4_000 }, 3], [{ input: 0, output: 0 }, 5],
])("lines and rounding add up to the total: %j × %i", (quantities, calls) => {
  const { lines, roundingPico, totalPico, perCallPico } = estimate({ document: sonnet, multipliers: team }, quantities, calls, AT);
  expect(lines.reduce((sum, { amountPico }) => sum + amountPico, 0n) + roundingPico).toBe(totalPico);
  expect(perCallPico * BigInt(calls)).toBe(totalPico);
  expect(roundingPico).toBeLessThan(1_000n * BigInt(calls));
});

test("a long prompt has the tier's prices, a marginal tier splits it", () => {
  const marginal = { ...sonnet, tiers: [{ ...sonnet.tiers[0]!, mode: "marginal" as const }] };
  const whole = estimate({ document: sonnet, multipliers: [] }, { input: 200_100, output: 0 }, 1, AT);
  const split = estimate({ document: marginal, multipliers: [] }, { input: 200_100, output: 0 }, 1, AT);
  expect(whole.totalPico).toBe(200_100n * 6_000_000n);
  expect(split.lines.map(({ item, quantity }) => [item, quantity])).toEqual([["input", 200_000], ["input:over_200000", 100]]);
});

test("hours with another price hold in their hours", () => {
  const night = { items: { input: "1000000" }, windows: [{ tz: "UTC", days: "1111111", from: "14:00", to: "15:00", ppm: 500_000 }] };
  expect(estimate({ document: night, multipliers: [] }, { input: 10 }, 1, AT).totalPico).toBe(5_000_000n);
  expect(estimate({ document: night, multipliers: [] }, { input: 10 }, 1, AT + 3_600_000).totalPico).toBe(10_000_000n);
});

test.each([["1,204", 1_204], ["１２", 0], ["1 000", 1_000], ["-5", 5], ["", 0], ["99999999999999", 1_000_000_000], ["abc", 0]])("%j is read as %i", (text, quantity) => {
  expect(parseQuantity(text)).toBe(quantity);
});

test("a preset's cached tokens are plain input where cached input has no price", () => {
  const agent = presetsFor(["input", "output"]).find(({ id }) => id === "agent");
  expect(agent?.quantities).toEqual({ input: 48_500, output: 900 });
  expect(presetsFor(["image"])).toEqual([]);
});

test("a form sent without a script fills the calculator, whatever it says", () => {
  const fields = fieldsOf({ document: sonnet, multipliers: [] });
  expect(estimateStart(fields, { "n.input": "1,000", "n.output": "<b>", "n.calls": "2" })).toEqual({ calls: 2, quantities: { input: 1_000, cache_read: 0, cache_write_5m: 0, output: 0 } });
  expect(estimateStart(fields, {}).calls).toBe(1_000);
  expect(estimateStart(["image"], {})).toEqual({ calls: 1, quantities: { image: 1 } });
});

test("as text: input above a border counts to its field, a price per request stands for itself", () => {
  const document = { items: { input: "1000000", request: "5000000000" }, tiers: [{ over: 10, mode: "marginal" as const, items: { input: "2000000" } }] };
  expect(estimateText({ document, multipliers: [] }, ["input"], { input: 15 }, 2, AT)).toEqual({ amounts: { input: "0.00004" }, others: [{ item: "request", amount: "0.01" }], rounding: undefined, total: "0.01004", perCall: "0.00502" });
});

test("time is asked for in seconds, as its price is written", () => {
  // USD 0.0001 a second: what is charged by the millisecond.
  expect(estimateText({ document: { items: { audio_in_ms: "100000" } }, multipliers: [] }, ["audio_in_ms"], { audio_in_ms: 60 }, 1, AT)).toMatchObject({ amounts: { audio_in_ms: "0.006" }, total: "0.006" });
});
