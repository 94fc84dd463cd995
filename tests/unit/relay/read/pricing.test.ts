import { expect, test } from "vitest";
import { priceFromWords } from "#catalog/price-text.ts";
import { compilePrice } from "#money/price.ts";
import { pricingOf } from "#relay/read/pricing.ts";

const of = (words: Record<string, unknown>, endpoints: readonly string[] = [], ppm?: number): Readonly<Record<string, string>> => {
  const multipliers = ppm === undefined ? [] : [{ source: "group" as const, name: "vip", ppm: ppm as never }];
  return pricingOf(compilePrice({ versionId: 1n, document: priceFromWords(words, endpoints), multipliers }).card(0, 0).prices);
};

test("tokens: the common names, per token; modalities only where they cost something else", () => {
  expect(of({ input: 3, output: 15, cache_read: 0.3 })).toEqual({
    prompt: "0.000003", completion: "0.000015", input_cache_read: "0.0000003", input_cache_write: "0.000003", input_cache_write_1h: "0.000003", internal_reasoning: "0.000015",
  });
  expect(of({ input: 5, image_input: 10, image_output: 40 }, ["images"])).toMatchObject({ prompt: "0.000005", completion: "0.00", image_token: "0.00001", image_output: "0.00004" });
  expect(of({ input: 2.5, output: 10, audio_input: 40, audio_output: 80 })).toMatchObject({ audio: "0.00004", audio_output: "0.00008" });
  expect(of({ input: 2.5, output: 10, audio_input: 0, cache_read: 1, cache_read_audio: 2 })).toMatchObject({ audio: "0.00", input_audio_cache: "0.000002" });
});

test.each([
  ["speech by the letter", { per_character: 0.000015 }, ["audio"], { character: "0.000015" }],
  ["speech by the second", { per_character: 0, per_second: 0.0002 }, ["audio"], { output_audio_second: "0.0002" }],
  ["transcription", { per_second: 0.0001 }, ["audio"], { input_audio_second: "0.0001" }],
  ["video of one price", { per_second: 0.1 }, ["tasks"], { video_second: "0.10" }],
  ["video by resolution", { "video_ms:720p": 0.0001, "video_ms:1080p": 0.0003, video: 0.05 }, ["tasks"], { "video_second:720p": "0.10", "video_second:1080p": "0.30", video: "0.05" }],
  ["realtime sessions", { per_second: 0.001 }, ["realtime"], { session_second: "0.001" }],
  ["pictures", { per_image: 0.04, "image:1024x1024:high": 0.17 }, ["images"], { image: "0.04", "image:1024x1024:high": "0.17" }],
  ["requests", { per_request: 0.02 }, [], { request: "0.02" }],
  ["searches and pages", { search_unit: 0.002, page: 0.001, web_search: 0.01, "tool:maps": 0.5 }, ["rerank"], { search_unit: "0.002", page: "0.001", web_search: "0.01", "tool:maps": "0.50" }],
])("%s: nothing for tokens, and the true price under its unit", (_, words, endpoints, wanted) => {
  expect(of(words, endpoints)).toEqual({ prompt: "0.00", completion: "0.00", ...wanted });
});

test("the price is the caller's own, and that of the first tier", () => {
  expect(of({ per_second: 0.1 }, ["tasks"], 500_000)).toMatchObject({ video_second: "0.05" });
  const tiers = [{ over: 200_000, mode: "marginal", items: { input: 2.5 } }];
  expect(Object.keys(of({ input: 1, output: 2, tiers })).filter((name) => name.includes("over"))).toEqual([]);
});
