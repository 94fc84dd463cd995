import { expect, test } from "vitest";
import { priceFromRatio, priceFromWords, PriceTextError, wordsFromPrice } from "#catalog/price-text.ts";

test.each([
  ["tokens", { input: "0.15", cache_read: "0.075", output: "0.60" }, ["chat"]],
  ["every modality", { input: 1, output: 2, audio_input: 3, audio_output: 4, image_input: 5, image_output: 6, reasoning: 7, cache_write_5m: 8, cache_write_1h: 9 }, ["chat"]],
  ["pieces", { per_request: 0.001, per_image: 0.04, per_character: "0.000015" }, ["images"]],
  ["seconds", { per_second: 0.0001 }, []],
  ["tools", { input: 1, output: 1, web_search: 0.01 }, ["chat"]],
  ["tiers", { input: 1, output: 2, tiers: [{ over: 200_000, mode: "marginal", items: { input: 2 } }] }, ["chat"]],
])("a price survives being written and read back: %s", (_name, words, endpoints) => {
  const document = priceFromWords(words, endpoints);
  expect(priceFromWords(wordsFromPrice(document), endpoints)).toEqual(document);
});

test("a free model must be typed as such", () => {
  expect(priceFromWords({ input: 0, output: 0 }, ["chat"]).items).toEqual({ input: "0", output: "0" });
  expect(() => priceFromWords({}, ["chat"])).toThrow(PriceTextError);
  expect(() => priceFromWords({ input: 1 }, ["chat"])).toThrow(/output/);
});

test("ratio 1 is 2 USD per million", () => {
  expect(priceFromRatio({ model: "1.25", completion: "4", cache: "0.5" }, ["chat"]).items).toEqual({ input: "2500000", output: "10000000", cache_read: "1250000" });
  expect(() => priceFromRatio({ model: 1 }, [])).toThrow(/completion/);
  expect(priceFromRatio({ model: 1 }, ["embeddings"]).items).toEqual({ input: "2000000" });
  expect(() => priceFromRatio({ completion: 1 }, ["chat"])).toThrow(/model/);
});
