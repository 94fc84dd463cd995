import { expect, test } from "vitest";
import { catalogue, catalogueKey, cataloguePrice, findInCatalogue } from "#catalog/catalogue.ts";
import { modelField, modelNameField } from "#catalog/fields.ts";

const entries = catalogue();

test("every entry can become a model: name, facts and price fit", () => {
  expect(entries.length).toBeGreaterThan(1_000);
  expect(new Set(entries.map(catalogueKey)).size).toBe(entries.length);
  const wrong = entries.filter((entry) => !modelNameField.safeParse(entry.id).success || !modelField.vendor.safeParse(entry.vendor).success || !modelField.name.safeParse(entry.name.slice(0, 200)).success
    || (entry.context !== undefined && !modelField.tokens.safeParse(entry.context).success) || (entry.maxOutput !== undefined && !modelField.tokens.safeParse(entry.maxOutput).success));
  expect(wrong.map(catalogueKey)).toEqual([]);
  for (const entry of entries) cataloguePrice(entry);
});

test("each says where it comes from and when", () => {
  expect(entries.filter(({ source, asOf }) => !/\(MIT\)$/.test(source) || !/^\d{4}-\d{2}-\d{2}$/.test(asOf))).toEqual([]);
});

test("a price is exact and in pico-USD per token", () => {
  const entry = entries.find((candidate) => catalogueKey(candidate) === "openai/gpt-4o-mini")!;
  expect(cataloguePrice(entry)?.items).toMatchObject({ input: "150000", output: "600000" });
});

test("a vendor's name is found at that vendor first, then wherever it is known, with or without its maker", () => {
  expect(findInCatalogue(entries, "openrouter", "openai/gpt-4o-mini")).toMatchObject({ vendor: "openrouter" });
  expect(findInCatalogue(entries, "openai-compatible", "gpt-4o-mini")?.id).toBe("gpt-4o-mini");
  expect(findInCatalogue(entries, "openai", "no-such-model-anywhere")).toBeUndefined();
});
