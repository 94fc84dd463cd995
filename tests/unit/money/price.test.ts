import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { effectivePico, pico, ppm } from "#money/amount.ts";
import { billedQuantities, compilePrice, parsePriceDocument, priceUsage, type Multiplier, type PriceDocument } from "#money/price.ts";
import { sha256Hex } from "#money/sha256.ts";
import { toQuantities, totalInputTokens, type Quantities } from "#money/usage.ts";

const AT = Date.UTC(2026, 10, 3, 12);
const GPT = { items: { input: "2500000", cache_read: "1250000", output: "10000000" } };
const CLAUDE = { items: { input: "3000000", cache_read: "300000", cache_write_5m: "3750000", cache_write_1h: "6000000", output: "15000000" } };
const group = (value: number): Multiplier => ({ source: "group", name: "g", ppm: ppm(value) });
const compiled = (document: PriceDocument, multipliers: readonly Multiplier[] = []) =>
  compilePrice({ versionId: 1n, document: parsePriceDocument(document), multipliers });
const charge = (document: PriceDocument, quantities: Quantities, multipliers: readonly Multiplier[] = [], atMs = AT) =>
  priceUsage(compiled(document, multipliers).card(totalInputTokens(quantities), atMs), quantities);

test("A1 buckets are priced apart and a group's factor lowers each unit price", () => {
  const usage = { input: 1_000, cache_read: 200, output: 300, request: 1 };
  expect(charge(GPT, usage).chargeNano).toBe(5_750_000n);
  const discounted = charge(GPT, usage, [group(800_000)]);
  expect(discounted.lines.map(({ item, unitPico }) => [item, unitPico])).toEqual([["input", 2_000_000n], ["cache_read", 1_000_000n], ["output", 8_000_000n]]);
  expect(discounted.chargeNano).toBe(4_600_000n);
});

test("A2 one token at 37,500 pico costs 38 nano", () => {
  expect(charge({ items: { input: "37500" } }, { input: 1 }).chargeNano).toBe(38n);
});

test.each([[1, 1n], [1_000, 1n], [1_001, 2n], [0, 0n]])("A3 %i tokens at 1 pico cost %i nano", (tokens, nano) => {
  expect(charge({ items: { input: "1" } }, { input: tokens }).chargeNano).toBe(nano);
});

test("A4 half a pico rounds up", () => {
  expect(effectivePico(pico(2_500_000n), [ppm(333_333)])).toBe(833_333n);
});

test("A5 one rounding over the product, in any order; never 0 unless something is 0", () => {
  for (const order of [[800_000, 900_000, 950_000], [950_000, 800_000, 900_000], [900_000, 950_000, 800_000]]) {
    expect(effectivePico(pico(2_500_000n), order.map(ppm))).toBe(1_710_000n);
  }
  expect(effectivePico(pico(1n), [ppm(400_000)])).toBe(1n);
  expect(effectivePico(pico(1n), [ppm(0)])).toBe(0n);
});

test("A6 a million charges of one pico sum to a thousandth of a dollar", () => {
  const card = compiled({ items: { input: "1" } }).card(1, AT);
  let total = 0n;
  for (let i = 0; i < 1_000_000; i++) total += priceUsage(card, { input: 1 }).chargeNano;
  expect(total).toBe(1_000_000n);
});

test("A8 a trillion tokens stay exact", () => {
  const result = charge({ items: { input: "75000000" } }, { input: 1_000_000_000_000 });
  expect(result.sumPico).toBe(75_000_000_000_000_000_000n);
  expect(result.chargeNano).toBe(75_000_000_000_000_000n);
});

describe("tiers over 200,000 input tokens", () => {
  const tiered = (mode: "whole" | "marginal"): PriceDocument =>
    ({ items: { input: "2500000", cache_read: "1000000", output: "10000000" }, tiers: [{ over: 200_000, mode, items: { input: "5000000", output: "20000000" } }] });

  test.each([
    ["whole", 200_000, 500_000_000n],
    ["whole", 200_001, 1_000_005_000n],
    ["marginal", 200_000, 500_000_000n],
    ["marginal", 200_001, 500_005_000n],
  ] as const)("A9 %s, %i tokens", (mode, input, nano) => {
    expect(charge(tiered(mode), { input }).chargeNano).toBe(nano);
  });

  test("A10 cached input counts towards the tier", () => {
    const result = charge(tiered("whole"), { cache_read: 150_000, input: 60_000 });
    expect(result.lines.find(({ item }) => item === "input")?.unitPico).toBe(5_000_000n);
  });

  test("a marginal tier fills with cached input first and prices output by the last input token", () => {
    const result = charge(tiered("marginal"), { cache_read: 150_000, input: 60_000, output: 10 });
    expect(result.quantities).toEqual({ cache_read: 150_000, input: 50_000, "input:over_200000": 10_000, output: 10 });
    expect(result.sumPico).toBe(150_000n * 1_000_000n + 50_000n * 2_500_000n + 10_000n * 5_000_000n + 10n * 20_000_000n);
  });

  test("splitting twice changes nothing", () => {
    const card = compiled(tiered("marginal")).card(300_000, AT);
    const once = billedQuantities(card, { cache_read: 250_000, input: 50_000 });
    expect(once).toEqual({ cache_read: 200_000, "cache_read:over_200000": 50_000, "input:over_200000": 50_000 });
    expect(billedQuantities(card, once)).toBe(once);
  });

  test("the worst card has the dearest price of every reachable tier", () => {
    const price = compiled(tiered("whole"));
    expect(price.worst(1_000, AT).id).toBe(price.card(1_000, AT).id);
    expect(price.worst(200_001, AT).prices.input).toBe(5_000_000n);
  });
});

test.each([
  ["16:29:59.999", 2_500_000n], ["16:30:00.000", 1_250_000n], ["00:29:59.999", 1_250_000n], ["00:30:00.000", 2_500_000n],
])("A11 a window over midnight, admitted at %s", (time, unit) => {
  const document = { ...GPT, windows: [{ tz: "UTC", days: "1111111", from: "16:30", to: "00:30", ppm: 500_000 }] };
  expect(compiled(document).card(1, Date.parse(`2026-11-03T${time}Z`)).prices.input).toBe(unit);
});

test("a window skipped by summer time does not happen; one that comes twice applies twice", () => {
  const document = { ...GPT, windows: [{ tz: "Europe/Berlin", days: "1111111", from: "02:15", to: "02:45", ppm: 0 }] };
  const free = (time: string) => compiled(document).card(1, Date.parse(time)).prices.input === 0n;
  const spring = Array.from({ length: 24 * 60 }, (_, i) => new Date(Date.UTC(2026, 2, 29) + i * 60_000).toISOString()).filter(free);
  expect(spring).toEqual([]);
  expect([free("2026-10-25T00:20:00Z"), free("2026-10-25T01:20:00Z"), free("2026-10-25T02:20:00Z")]).toEqual([true, true, false]);
});

test("the days of a window are those on which it begins", () => {
  const document = { ...GPT, windows: [{ tz: "UTC", days: "1000000", from: "22:00", to: "02:00", ppm: 0 }] };
  const free = (time: string) => compiled(document).card(1, Date.parse(time)).prices.input === 0n;
  expect([free("2026-11-02T23:00:00Z"), free("2026-11-03T01:00:00Z"), free("2026-11-03T23:00:00Z"), free("2026-11-02T01:00:00Z")]).toEqual([true, true, false, false]);
});

test("A12 five buckets of a prompt cache", () => {
  expect(charge(CLAUDE, { input: 100, cache_read: 900, cache_write_5m: 200, cache_write_1h: 50, output: 10 }).chargeNano).toBe(1_770_000n);
});

test("A13 an unset cache price is the input's; a typed 0 is free", () => {
  expect(charge({ items: { input: "2000" } }, { cache_read: 10 }).chargeNano).toBe(20n);
  expect(charge({ items: { input: "2000", cache_read: "0" } }, { cache_read: 10 }).chargeNano).toBe(0n);
});

test("A14 a bucket without a price is charged nothing and flagged", () => {
  const result = charge(GPT, { input: 1_000, code_session: 3 });
  expect(result).toMatchObject({ chargeNano: 2_500_000n, unpriced: true });
  expect(charge(GPT, { input: 1_000, request: 1, char: 5 }).unpriced).toBe(false);
});

test("a model sold by the piece does not miss token prices", () => {
  expect(charge({ items: { image: "40000000000" } }, { "image:1024x1024:high": 2, input: 50 })).toMatchObject({
    chargeNano: 80_000_000n, unpriced: false, quantities: { image: 2, input: 50 },
  });
});

test("pictures are priced by size and quality, then size, then quality, then any", () => {
  const items = { "image:1024x1024:*": "3", "image:*:high": "2", image: "1" };
  const unit = (item: string) => charge({ items }, { [item]: 1 }).lines[0]!.unitPico;
  expect(["image:1024x1024:high", "image:512x512:high", "image:512x512:low"].map(unit)).toEqual([3n, 2n, 1n]);
});

test("the tier that the vendor served has its own prices and factor; an unknown one is the base", () => {
  const price = compiled({ ...GPT, service: { flex: { ppm: 500_000 }, priority: { items: { input: "4250000" } } } });
  expect(price.card(1, AT, "flex").prices.output).toBe(5_000_000n);
  expect(price.card(1, AT, "priority").prices.input).toBe(4_250_000n);
  expect(price.card(1, AT, "constructor").id).toBe(price.card(1, AT).id);
  expect(price.worst(1, AT).prices.input).toBe(4_250_000n);
  expect(price.worst(1, AT, "flex").prices.input).toBe(2_500_000n);
});

test("cards are equal when their content is, and differ in id when anything differs", () => {
  const id = (factor: number) => compiled(GPT, [group(factor)]).card(1, AT).id;
  expect(id(800_000)).toBe(id(800_000));
  expect(id(800_000)).not.toBe(id(800_001));
  expect(id(800_000)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test("the hash of cards is SHA-256", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1_000]) {
    const text = "aé".repeat(length).slice(0, length);
    expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});

test("free means every price is 0, at any hour", () => {
  expect(compiled({ items: { input: "0", output: "0" } }).free).toBe(true);
  expect(compiled(GPT, [group(0)]).free).toBe(true);
  expect(compiled({ ...GPT, windows: [{ tz: "UTC", days: "1111111", from: "00:00", to: "24:00", ppm: 0 }] }).free).toBe(false);
});

test("usage of every bucket appears once", () => {
  const quantities = toQuantities({ inputUncached: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1, inputAudio: 1, outputText: 1, reasoning: 1 });
  expect(charge(GPT, quantities).lines.map(({ item }) => item).sort()).toEqual(
    ["cache_read", "cache_write_1h", "cache_write_5m", "input", "input_audio", "output", "reasoning"]);
});

test.each([
  ["an unknown field", { ...GPT, extra: 1 }, "price.extra"],
  ["an unknown item", { items: { inptu: "1" } }, "items.inptu"],
  ["a number instead of text", { items: { input: 1 } }, "items.input"],
  ["a negative price", { items: { input: "-1" } }, "items.input"],
  ["no price", { items: {} }, "items"],
  ["a wrong zone", { ...GPT, windows: [{ tz: "Mars", days: "1111111", from: "00:00", to: "01:00", ppm: 1 }] }, "windows[0].tz"],
])("a document with %s is refused by path", (_name, document, path) => {
  expect(() => parsePriceDocument(document)).toThrow(path);
});
