import { expect, test } from "vitest";
import { soldNameField, modelNameField, mappingProblem, ownUpstream, restOf, upstreamOf } from "#catalog/index.ts";
import { channelField } from "#channels/index.ts";

test.each([
  ["openai/*", "openai/gpt-9", "gpt-9"], ["openai/*", "openai/ft:gpt-4o-mini:org::id", "ft:gpt-4o-mini:org::id"], ["*", "gpt-9", "gpt-9"], ["gpt-*", "gpt-9", "9"],
  ["or/*", "or/meta-llama/Llama-3.3-70B-Instruct:free", "meta-llama/Llama-3.3-70B-Instruct:free"], ["cf/*", "cf/@cf/meta/llama-3.1-8b", "@cf/meta/llama-3.1-8b"],
  ["aws/*", "aws/eu.anthropic.claude-sonnet-4-20250514-v1:0", "eu.anthropic.claude-sonnet-4-20250514-v1:0"],
])("%s stands for %s", (wildcard, name, rest) => expect(restOf(wildcard, name)).toBe(rest));

test.each([
  "openai/", "openai", "other/gpt", "OpenAI/gpt", "openai/*", "openai/a*", "openai/../secret", "openai/a/../b", "openai/a/./b", "openai/a//b", "openai/a/", "openai//a", "openai/.env",
  "openai/a?status=200", "openai/a#b", "openai/a%2f..", "openai/a b", "openai/a\\b", "openai/a\nb", "openai/a\n", "openai/ä", "openai/模型", "openai/a\"b", "openai/a&b=c", "openai/a;b", "openai/<b>",
  "openai/constructor", "openai/__proto__", "openai/toString", `openai/${"x".repeat(200)}`,
])("%j is nothing that a vendor is asked for", (name) => expect(restOf("openai/*", name)).toBeUndefined());

test("names of models hold no star; what is sold may end in one", () => {
  const fits = (field: typeof modelNameField, names: readonly string[]) => names.map((name) => field.safeParse(name).success);
  const names = ["gpt", "openai/*", "*", "open*ai", "openai/**", "openai/ *", ""];
  expect(fits(modelNameField, names)).toEqual([true, false, false, false, false, false, false]);
  expect(fits(soldNameField, names)).toEqual([true, true, true, false, false, false, false]);
});

test("a channel passes the rest on, alone or behind a beginning of its own", () => {
  expect([ownUpstream("openai/*"), ownUpstream("gpt")]).toEqual(["*", "gpt"]);
  expect([upstreamOf("*", "gpt"), upstreamOf("azure/*", "gpt")]).toEqual(["gpt", "azure/gpt"]);
  expect(["*", "azure/*", "gpt", "*/x", "**", "a*b*", ""].map((upstream) => mappingProblem("openai/*", upstream) === undefined)).toEqual([true, true, false, false, false, false, false]);
  expect(mappingProblem("gpt", "whatever")).toBeUndefined();
  expect(channelField.models.safeParse({ "openai/*": "gpt" }).error?.issues[0]).toMatchObject({ path: ["openai/*"], message: expect.stringContaining("'*' or 'prefix/*'") });
});
