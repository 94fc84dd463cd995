import { expect, test } from "vitest";
import { branchesTo, diffValues, findInJson, pathText, toJson } from "#ui/kit/json-tree.ts";

const value = toJson({ model: "gpt-4o", choices: [{ message: { role: "assistant", "odd key": null } }], usage: { input: 12n, cost: 0.5 }, at: new Date(0), gone: undefined });

test("any value becomes JSON: bigints and dates as text", () => {
  expect(value).toEqual({ model: "gpt-4o", choices: [{ message: { role: "assistant", "odd key": null } }], usage: { input: "12", cost: 0.5 }, at: "1970-01-01T00:00:00.000Z" });
  expect(toJson(undefined)).toBeNull();
});

test.each([[[], ""], [["a"], "a"], [["choices", 0, "message", "odd key"], 'choices[0].message["odd key"]'], [[0, "x"], "[0].x"], [["1a"], '["1a"]']])("the path %j is written %s", (path, text) => {
  expect(pathText(path)).toBe(text);
});

test("finding looks at names and values and says what to open", () => {
  const { hits, open } = findInJson(value, "ASSIST");
  expect([...hits]).toEqual(["choices[0].message.role"]);
  expect([...open]).toEqual(["choices[0].message", "choices[0]", "choices", ""]);
  expect([...findInJson(value, "usage").hits]).toEqual(["usage"]);
  expect([...findInJson(value, "null").hits]).toEqual(['choices[0].message["odd key"]']);
  expect(findInJson(value, "  ").hits.size).toBe(0);
});

test("what is open at first", () => {
  expect([...branchesTo(value, 2)]).toEqual(["", "choices", "usage"]);
  expect(branchesTo(value, Infinity).size).toBe(5);
});

test("differences go to the leaves, in the old order, and count what stays", () => {
  const before = { name: "main", limits: { rpm: 600, tpm: 10 }, models: ["a", "b"], note: "", weight: 5n };
  const after = { name: "main", limits: { rpm: 900, tpm: 10 }, models: ["a"], note: "x", weight: 5n, extra: { deep: true } };
  expect(diffValues(before, after)).toEqual({
    changes: [
      { path: "limits.rpm", before: "600", after: "900" },
      { path: "models[1]", before: "b" },
      { path: "note", before: "", after: "x" },
      { path: "extra.deep", after: "true" },
    ],
    same: 4,
  });
});

test("a number is not the text of it, a list is not an object, nothing is not null", () => {
  expect(diffValues({ a: 1 }, { a: "1" }).changes).toEqual([{ path: "a", before: "1", after: "1" }]);
  expect(diffValues({ a: [1] }, { a: { 0: 1 } }).changes).toEqual([{ path: "a", before: "[1]", after: '{"0":1}' }]);
  expect(diffValues({ a: null }, {}).changes).toEqual([{ path: "a", before: "null" }]);
  expect(diffValues(undefined, { a: 1 }).changes).toEqual([{ path: "a", after: "1" }]);
  expect(diffValues({ a: { b: 1 } }, { a: {} }).changes).toEqual([{ path: "a.b", before: "1" }]);
  expect(diffValues({ a: {} }, { a: {} })).toEqual({ changes: [], same: 1 });
});
