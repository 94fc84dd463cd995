import { expect, test } from "vitest";
import { compilePrice } from "#money/price.ts";
import { guardedInput, isRich, planGuarded, quote, type QuoteAsk } from "#money/quote.ts";

const USD = 1_000_000_000n;
const card = (items: Record<string, string>) => compilePrice({ versionId: 1n, document: { items }, multipliers: [] }).card(0, 0);
const base: QuoteAsk = { card: card({ input: "0", output: "10000000" }), stream: false, inputTokensMax: 0, candidates: 1, producesTokens: true };
const plan = (over: Partial<QuoteAsk>, spendable: bigint, inputTokens = 0) => planGuarded({ ...base, ...over }, quote({ ...base, ...over }), inputTokens, spendable);

test("the worst case has the dearest input price, since a request may write the cache", () => {
  const dear = card({ input: "3000000", cache_read: "300000", cache_write_5m: "3750000", cache_write_1h: "6000000", output: "15000000", reasoning: "20000000" });
  expect(quote({ ...base, card: dear, inputTokensMax: 1_000, maxOutputTokens: 100, candidates: 2 }).worstNano).toBe(6_000_000n + 4_000_000n);
});

test("pictures, calls and server tools are held by their items", () => {
  const shop = card({ request: "1000", image: "40000000000", web_search: "10000000000" });
  const worst = quote({ ...base, card: shop, producesTokens: false, items: { "image:1024x1024:high": 2, web_search: 10, unknown: 5 } }).worstNano;
  expect(worst).toBe(80_000_001n + 100_000_000n);
});

test("rich means eight times the worst case", () => {
  expect([isRich(10n, 80n), isRich(10n, 79n), isRich(0n, 0n)]).toEqual([true, false, true]);
});

test.each([
  ["counted", 1_000, 100, false, 111],
  ["not counted", 1_000, undefined, false, 500],
  ["never above the bytes", 100, 99, false, 100],
  ["exact", 1_000, 100, true, 1_000],
])("guarded input, %s", (_name, most, counted, exact, expected) => {
  expect(guardedInput(most, counted, exact)).toBe(expected);
});

test.each([
  // name, request, money, expected
  ["a stream begins with 512 tokens", { stream: true, modelMaxOutput: 8_000 }, USD, { mode: "guarded-stream", outputTokens: 512, holdNano: 5_120_000n }],
  ["a poor stream begins with what there is", { stream: true, modelMaxOutput: 8_000 }, 1_000_000n, { mode: "guarded-stream", outputTokens: 100 }],
  ["a short stream holds its whole worst case", { stream: true, maxOutputTokens: 100 }, USD, { mode: "rich", outputTokens: 100 }],
  ["fewer than 16 tokens help nobody", { stream: true, modelMaxOutput: 8_000 }, 150_000n, { fits: false, affordableMaxTokens: 15 }],
  ["a cap that fits is held", { maxOutputTokens: 5_000 }, USD / 20n, { mode: "rich", holdNano: 50_000_000n }],
  ["a cap that does not fit is never lowered", { maxOutputTokens: 10_000 }, USD / 20n, { fits: false, neededNano: 100_000_000n, affordableMaxTokens: 5_000 }],
  ["without a cap one is set", { modelMaxOutput: 8_000 }, USD / 20n, { mode: "guarded-single", maxTokens: 5_000, holdNano: 50_000_000n }],
  ["shared by the answers asked for", { modelMaxOutput: 8_000, candidates: 3 }, USD / 20n, { mode: "guarded-single", maxTokens: 1_666 }],
  ["no cap is set where all is covered", { modelMaxOutput: 4_000 }, USD / 20n, { mode: "rich", outputTokens: 4_000, holdNano: 40_000_000n }],
  ["nothing at all", { modelMaxOutput: 4_000 }, 0n, { fits: false, affordableMaxTokens: 0 }],
] as const)("%s", (_name, request, money, expected) => {
  expect(plan(request, money)).toMatchObject(expected);
});

test("input is held beside the output", () => {
  const priced = card({ input: "1000000", output: "10000000" });
  expect(plan({ card: priced, inputTokensMax: 2_000, maxOutputTokens: 100 }, USD, 1_000)).toMatchObject({ mode: "guarded-single", holdNano: 2_000_000n });
  expect(plan({ card: priced, inputTokensMax: 2_000, maxOutputTokens: 100 }, 500_000n, 1_000)).toMatchObject({ fits: false, affordableMaxTokens: 0 });
});

test("what makes no tokens is held whole", () => {
  expect(plan({ card: card({ request: "100000000000" }), producesTokens: false }, USD / 10n)).toMatchObject({ mode: "rich", holdNano: USD / 10n });
  expect(plan({ card: card({ request: "100000000000" }), producesTokens: false }, USD / 11n)).toMatchObject({ fits: false, neededNano: USD / 10n });
});
