import { expect, test } from "vitest";
import { normaliseUsage, type UsageFlags } from "#relay/dialects/openai-chat/usage.ts";
import { seededRandom } from "../../../support/random.ts";

const IN: UsageFlags = { cached: "in", reasoning: "in" };
const XAI: UsageFlags = { cached: "auto", reasoning: "out" };
const AUTO: UsageFlags = { cached: "auto", reasoning: "auto" };

const read = (raw: object, flags = IN): object => {
  const { usage: { raw: _raw, ...usage }, inconsistent } = normaliseUsage(raw, flags);
  return inconsistent ? { ...usage, inconsistent } : usage;
};

test.each([
  ["OpenAI: parts are within their totals", { prompt_tokens: 1000, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 800 }, completion_tokens_details: { reasoning_tokens: 30 } }, IN,
    { inputUncached: 200, cacheRead: 800, outputText: 20, reasoning: 30 }],
  ["OpenAI: cache writes", { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 50 } }, IN,
    { inputUncached: 10, cacheRead: 40, cacheWrite5m: 50, outputText: 1 }],
  ["DashScope: cache creation", { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cache_creation_input_tokens: 60 } }, IN,
    { inputUncached: 40, cacheWrite5m: 60, outputText: 1 }],
  ["OpenAI: audio both ways", { prompt_tokens: 100, completion_tokens: 50, prompt_tokens_details: { audio_tokens: 60, cached_tokens: 10 }, completion_tokens_details: { audio_tokens: 40 } }, IN,
    { inputUncached: 30, cacheRead: 10, inputAudio: 60, outputText: 10, outputAudio: 40 }],
  ["more cached than text: the rest was cached audio", { prompt_tokens: 100, completion_tokens: 0, prompt_tokens_details: { audio_tokens: 80, cached_tokens: 50 } }, IN,
    { inputUncached: 0, cacheRead: 20, inputAudio: 50, cacheReadAudio: 30, outputText: 0 }],
  ["more audio than prompt is read as text", { prompt_tokens: 9, completion_tokens: 5, prompt_tokens_details: { audio_tokens: 375 } }, IN,
    { inputUncached: 9, outputText: 5, inconsistent: true }],
  ["DeepSeek: cache hits at the top", { prompt_tokens: 10, completion_tokens: 2, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 }, IN,
    { inputUncached: 6, cacheRead: 4, outputText: 2 }],
  ["Moonshot, Together: cached_tokens at the top", { prompt_tokens: 10, completion_tokens: 2, cached_tokens: 7 }, IN,
    { inputUncached: 3, cacheRead: 7, outputText: 2 }],
  ["Mistral: num_cached_tokens", { prompt_tokens: 10, completion_tokens: 2, num_cached_tokens: 8, prompt_tokens_details: { cached_tokens: 0 } }, IN,
    { inputUncached: 2, cacheRead: 8, outputText: 2 }],
  ["Perplexity: reasoning at the top, searches, cost", { prompt_tokens: 10, completion_tokens: 20, reasoning_tokens: 5, num_search_queries: 3, cost: { total_cost: 0.0125 } }, IN,
    { inputUncached: 10, outputText: 15, reasoning: 5, items: { web_search: 3 }, vendorCostNanoUsd: 12_500_000n }],
  ["Perplexity's research: reasoning beside its sum, searches, what they found, cost", { prompt_tokens: 19, completion_tokens: 498, total_tokens: 517, citation_tokens: 10_175, reasoning_tokens: 95_305, num_search_queries: 48, cost: { total_cost: 0.0125 } }, IN,
    { inputUncached: 19, outputText: 498, reasoning: 95_305, items: { web_search: 48, "tool:citation_token": 10_175 }, vendorCostNanoUsd: 12_500_000n }],
  ["Mistral: seconds of sound", { prompt_tokens: 9, completion_tokens: 5, prompt_audio_seconds: 3 }, IN, { inputUncached: 9, outputText: 5, items: { audio_in_ms: 3_000 } }],
  ["DashScope: searches", { prompt_tokens: 9, completion_tokens: 5, plugins: { search: { count: 2 } } }, IN, { inputUncached: 9, outputText: 5, items: { web_search: 2 } }],
  ["gateways: Anthropic's cache in the details", { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 40, cache_creation_tokens: 50, cache_creation_token_details: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 } } }, IN,
    { inputUncached: 10, cacheRead: 40, cacheWrite5m: 20, cacheWrite1h: 30, outputText: 1 }],
  ["gateways: Anthropic's cache at the top", { prompt_tokens: 100, completion_tokens: 1, cache_read_input_tokens: 40, cache_creation_input_tokens: 50 }, IN,
    { inputUncached: 10, cacheRead: 40, cacheWrite5m: 50, outputText: 1 }],
  ["gateways: both names for all", { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, input_tokens: 0, output_tokens: 0, input_tokens_details: null, prompt_tokens_details: { cached_tokens: 4 } }, IN, { inputUncached: 6, cacheRead: 4, outputText: 5 }],
  ["xAI: cached beside prompt, reasoning beside completion", { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 50 }, completion_tokens_details: { reasoning_tokens: 6 } }, XAI,
    { inputUncached: 10, cacheRead: 50, outputText: 4, reasoning: 6, inconsistent: true }],
  ["xAI: ticks of 1e-10 USD", { prompt_tokens: 12, completion_tokens: 2, total_tokens: 334, completion_tokens_details: { reasoning_tokens: 320 }, cost_in_usd_ticks: 123_456 }, XAI,
    { inputUncached: 12, outputText: 2, reasoning: 320, vendorCostNanoUsd: 12_346n }],
  ["DeepInfra: more reasoning than completion", { prompt_tokens: 1, completion_tokens: 84, completion_tokens_details: { reasoning_tokens: 1081 } }, AUTO,
    { inputUncached: 1, outputText: 84, reasoning: 1081, inconsistent: true }],
  ["the vendor's own total tells where reasoning is", { prompt_tokens: 10, completion_tokens: 5, total_tokens: 35, completion_tokens_details: { reasoning_tokens: 20 } }, IN,
    { inputUncached: 10, outputText: 5, reasoning: 20 }],
  ["cached above prompt on a plain vendor is cut", { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 120 } }, IN,
    { inputUncached: 0, cacheRead: 100, outputText: 1, inconsistent: true }],
  ["OpenRouter: cost", { prompt_tokens: 1, completion_tokens: 1, cost: 0.01058775 }, IN, { inputUncached: 1, outputText: 1, vendorCostNanoUsd: 10_587_750n }],
  ["embeddings: a total alone is input", { total_tokens: 12 }, IN, { inputUncached: 12 }],
  ["strings that hold numbers count", { prompt_tokens: "12", completion_tokens: "3" }, IN, { inputUncached: 12, outputText: 3 }],
  ["zero is a fact", { prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } }, IN, { inputUncached: 0, cacheRead: 0, outputText: 0 }],
  ["null is absent", { prompt_tokens: 5, completion_tokens: null, prompt_tokens_details: null }, IN, { inputUncached: 5 }],
  ["a negative count is none", { prompt_tokens: 5, completion_tokens: -7 }, IN, { inputUncached: 5, inconsistent: true }],
  ["an absurd count is none", { prompt_tokens: 2 ** 41, completion_tokens: 7, total_tokens: 0 }, IN, { inputUncached: 0, outputText: 7, inconsistent: true }],
  ["the tier served is kept", { prompt_tokens: 1, completion_tokens: 1, service_tier: "flex" }, IN, { inputUncached: 1, outputText: 1, serviceTier: "flex" }],
] as const)("%s", (_name, raw, flags, expected) => {
  expect(read(raw, flags)).toEqual(expected);
});

test("the vendor's own object is kept unless it is long", () => {
  const raw = { prompt_tokens: 1 };
  expect(normaliseUsage(raw, IN).usage.raw).toBe(raw);
  expect(normaliseUsage({ prompt_tokens: 1, noise: "x".repeat(5000) }, IN).usage.raw).toBeUndefined();
});

test("no bucket is ever negative, and the buckets add up to the totals, over 10,000 made-up usages", () => {
  const random = seededRandom(11);
  const count = (): unknown => [undefined, null, 0, Math.floor(random() * 100), Math.floor(random() * 10_000), -5, 1.5, "7", "x", Number.NaN][Math.floor(random() * 10)];
  const flag = () => (["in", "out", "auto"] as const)[Math.floor(random() * 3)]!;
  for (let round = 0; round < 10_000; round++) {
    const raw = {
      prompt_tokens: count(), completion_tokens: count(), total_tokens: count(),
      prompt_tokens_details: { cached_tokens: count(), cache_write_tokens: count(), audio_tokens: count(), image_tokens: count() },
      completion_tokens_details: { reasoning_tokens: count(), audio_tokens: count(), image_tokens: count() },
    };
    const flags = { cached: flag(), reasoning: flag() };
    const { usage } = normaliseUsage(raw, flags);
    for (const [field, value] of Object.entries(usage)) {
      if (typeof value === "number" && !(Number.isSafeInteger(value) && value >= 0)) expect({ raw, flags, field, value }).toBeUndefined();
    }
    const prompt = raw.prompt_tokens;
    if (flags.cached !== "in" || typeof prompt !== "number" || !Number.isInteger(prompt) || prompt < 0) continue;
    const input = (usage.inputUncached ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.inputAudio ?? 0) + (usage.cacheReadAudio ?? 0) + (usage.inputImage ?? 0);
    if (input !== prompt) expect({ raw, usage }).toBeUndefined();
  }
});
