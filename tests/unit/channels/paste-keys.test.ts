import { expect, test } from "vitest";
import { parsePastedKeys } from "#channels/paste-keys.ts";

const A = "sk-aaaaaaaaaaaa", B = "sk-bbbbbbbbbbbb";

test.each([
  ["one a line", `${A}\n\n  ${B}  \r\n`, [[1, A], [3, B]]],
  ["commas and blanks", `${A}, ${B};sk-cccccccccccc`, [[1, A], [1, B], [1, "sk-cccccccccccc"]]],
  ["quoted", `"${A}",\n'${B}'`, [[1, A], [2, B]]],
  ["a JSON list", `[\n  "${A}",\n  "${B}"\n]`, [[2, A], [3, B]]],
  ["objects of other gateways", JSON.stringify([{ name: "x", key: A }, { api_key: B }]), [[1, A], [1, B]]],
  ["an object with a list", JSON.stringify({ keys: [A, B] }), [[1, A], [1, B]]],
  ["one object a line", `{"key":"${A}"}\n{"token":"${B}"}`, [[1, A], [2, B]]],
] as const)("%s", (_name, text, keys) => {
  expect(parsePastedKeys(text)).toEqual({ keys: keys.map(([line, secret]) => ({ line, secret })), problems: [] });
});

test("a service account's file is one key", () => {
  const file = { type: "service_account", private_key: "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n", client_email: "a@b.example" };
  expect(parsePastedKeys(JSON.stringify(file, null, 2)).keys).toEqual([{ line: 3, secret: JSON.stringify(file) }].map((key) => ({ ...key, line: expect.any(Number) as number })));
});

test.each([
  ["short", "sk-a", "too_short"], ["masked", "sk-proj...x9Zq1", "not_a_key"], ["an address", "https://example.com/keys", "not_a_key"], ["not ASCII", "sk-ключключ", "not_a_key"],
  ["broken JSON", `["${A}"`, "bad_json"], ["too long", "x".repeat(20_001), "too_long"],
] as const)("%s is named and left out", (_name, text, problem) => {
  const { keys, problems } = parsePastedKeys(text);
  expect([keys, problems.map((found) => found.problem)]).toEqual([[], [problem]]);
  expect(problems[0]!.hint.length).toBeLessThan(10);
});

test("the same key twice counts once and is said by its line", () => {
  expect(parsePastedKeys(`${A}\n${B}\n${A}`)).toMatchObject({ keys: [{ line: 1 }, { line: 2 }], problems: [{ line: 3, problem: "twice" }] });
});

test("hundreds at once", () => {
  const many = Array.from({ length: 700 }, (_, index) => `sk-${String(index).padStart(12, "0")}`);
  expect(parsePastedKeys(many.join("\n")).keys).toHaveLength(700);
});
