import { expect, test } from "vitest";
import { enumeratedField, stepsOf, wordKey } from "#ui/audit/field-path.ts";
import { pathText } from "#ui/kit/json-tree.ts";
import en from "#ui/messages/en/audit.json" with { type: "json" };
import zh from "#ui/messages/zh/audit.json" with { type: "json" };

test.each([
  ["limits.rpm", ["limits", "rpm"]], ["groups[12]", ["groups", 12]], ["models[\"gpt-4.1\"].name", ["models", "gpt-4.1", "name"]], ["a[\"say \\\"hi\\\".now\"]", ["a", "say \"hi\".now"]], ["", []],
])("%s is taken apart", (path, steps) => {
  expect(stepsOf(path)).toEqual(steps);
  expect(pathText(steps)).toBe(path);
});

test("one field has one word, whoever wrote it", () => {
  expect(["topUpPpm", "top_up_ppm", "top_up"].map(wordKey)).toEqual(["top_up", "top_up", "top_up"]);
  expect(["amount_nano_usd", "amountNano", "ppm", "firstByteMs", "baseUrl", "cache_write_5m"].map(wordKey)).toEqual(["amount", "amount", "ppm", "first_byte", "base_url", "cache_write_5m"]);
});

test("what a channel, a group, a key and a price can change has a word in both languages", () => {
  const written = [
    "provider", "baseUrl", "protocol", "priority", "weight", "keyMode", "costPpm", "limits", "timeouts", "settings", "status", "models", "groups", "ppm", "topUpPpm", "auto", "override",
    "cidrs", "budgets", "expiresAt", "amount_nano", "credit_nano_usd", "amount_nano_usd", "transaction", "doc", "items", "input", "output", "tiers", "windows", "contextTokens", "maxOutputTokens", "aliases", "fallbacks",
  ].map(wordKey);
  expect(written.filter((key) => !(key in en.fields) || !(key in zh.fields))).toEqual([]);
});

test("only fields of known lists have their values in words", () => {
  expect(enumeratedField("status")).toBe("status");
  expect(enumeratedField("budgets[0].per")).toBe("per");
  expect(enumeratedField("name")).toBeUndefined();
  expect(enumeratedField("models[\"status\"].to")).toBeUndefined();
});
