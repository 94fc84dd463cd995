import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { EXAMPLES } from "#management/examples.ts";
import { MANAGEMENT_ERRORS, MANAGEMENT_ROUTES } from "#management/index.ts";
import { openApi } from "#management/openapi.ts";
import { callGroups, curlOf, fieldText, type ManagementText } from "#ui/storefront/docs/management-text.ts";
import { apiCalls, kindOf, type ApiCall } from "#ui/storefront/docs/open-api.ts";
import { shortJson } from "#ui/storefront/docs/short-json.ts";

const messages = path.resolve(import.meta.dirname, "../../../../src/ui/messages");
const read = (locale: string): ManagementText => JSON.parse(readFileSync(path.join(messages, locale, "docs-management.json"), "utf8")) as ManagementText;
const calls = apiCalls(openApi("/api/v1", MANAGEMENT_ROUTES));
const fieldsOf = ({ parameters, body, answer }: ApiCall) => [...parameters, ...body, ...answer];

test("the page shows every call of the description, by what it is about", () => {
  expect(calls.length).toBe(MANAGEMENT_ROUTES.length + 1);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  const adjust = calls.find(({ path: where }) => where.endsWith("/adjustments"))!;
  expect(adjust.body.map(({ name, required }) => [name, required])).toEqual([["amount_usd", true], ["reason", true], ["idempotency_key", true]]);
  expect(adjust.answer.map(({ name }) => name)).toContain("wallet.balance_nano_usd");
  expect(callGroups(calls).flatMap((group) => group.calls).length).toBe(calls.length);
  expect([kindOf({ enum: ["a", "b"] }), kindOf({ type: "array", items: { type: "string" } }), kindOf({}), kindOf({ anyOf: [{ type: "integer" }, { type: "string" }] })]).toEqual(['"a" | "b"', "string[]", "any", "integer | string"]);
});

test.each(["en", "zh"])("every group, call, member and error has words in %s, and none is left over", (locale) => {
  const text = read(locale);
  expect(Object.keys(text.groups)).toEqual(callGroups(calls).map(({ tag }) => tag));
  expect(Object.keys(text.calls).sort()).toEqual(calls.map(({ id }) => id).sort());
  expect(Object.keys(text.errors).sort()).toEqual(Object.keys(MANAGEMENT_ERRORS).sort());
  expect(calls.flatMap((call) => fieldsOf(call).filter(({ name }) => fieldText(text, call, name) === undefined).map(({ name }) => `${call.id}:${name}`))).toEqual([]);
  const used = new Set(calls.flatMap((call) => fieldsOf(call).map(({ name }) => fieldText({ ...text, fields: Object.fromEntries(Object.keys(text.fields).map((key) => [key, key])) }, call, name))));
  expect(Object.keys(text.fields).filter((key) => !used.has(key))).toEqual([]);
});

test("every example is a call that would be taken, and an answer that may come", () => {
  const names = MANAGEMENT_ROUTES.map(({ method, path: where }) => `${method} ${where}`);
  expect(Object.keys(EXAMPLES).sort()).toEqual([...names].sort());
  for (const { method, path: where, query, body, response } of MANAGEMENT_ROUTES) {
    const shown = EXAMPLES[`${method} ${where}`]!;
    expect([where, query?.safeParse(shown.query ?? {}).error, body?.safeParse(shown.body).error, response.safeParse(shown.answer).error]).toEqual([where, undefined, undefined, undefined]);
    expect(Object.keys(shown.path ?? {})).toEqual([...where.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
});

test("calls are written as they are typed, with nothing left to fill in but the token", () => {
  const typed = calls.map((call) => curlOf(call, "https://api.shop.example"));
  expect(typed.filter((code) => /\/\{/.test(code))).toEqual([]);
  expect(typed[0]).toBe('curl https://api.shop.example/api/v1/users/ann%40example.com \\\n  -H "Authorization: Bearer $MM_ADMIN_TOKEN"');
  expect(typed.find((code) => code.includes("/adjustments"))).toContain(`-d '{\n    "amount_usd": "5.00",\n`);
  expect(curlOf({ ...calls[0]!, method: "POST", shown: { address: "/x", body: { text: "it's" }, answer: undefined } }, "")).toContain(`-d '{"text": "it'\\''s"}'`);
});

test("JSON for readers is the same JSON", () => {
  for (const { answer } of Object.values(EXAMPLES)) expect(JSON.parse(shortJson(answer))).toEqual(answer);
  expect(shortJson({ a: 1, b: [true, null, "x"], c: {} })).toBe('{"a": 1, "b": [true, null, "x"], "c": {}}');
});
