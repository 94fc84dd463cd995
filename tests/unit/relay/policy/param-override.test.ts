import { expect, test } from "vitest";
import { paramOpsField } from "#channels/override-fields.ts";
import { compileParamOverride } from "#relay/policy/param-override.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";

const FACTS = { model: "gpt-test", endpoint: "chat", group: "vip" };

function apply(ops: unknown, body: object, facts = FACTS) {
  const override = compileParamOverride(paramOpsField.parse(ops));
  const tree = structuredClone(body) as Tree;
  return { changed: override.apply(tree, facts), body: tree, override };
}

test.each([
  ["set", { op: "set", path: "/temperature", value: 0.5 }, { temperature: 1 }, { temperature: 0.5 }],
  ["set below what is not there", { op: "set", path: "/a/b", value: 1 }, {}, { a: { b: 1 } }],
  ["set in a list", { op: "set", path: "/stop/-", value: "x" }, { stop: ["a"] }, { stop: ["a", "x"] }],
  ["set the last of a list", { op: "set", path: "/messages/-1/content", value: "x" }, { messages: [{}, { content: "y" }] }, { messages: [{}, { content: "x" }] }],
  ["set_if_absent", { op: "set_if_absent", path: "/top_p", value: 0.9 }, {}, { top_p: 0.9 }],
  ["set_if_absent, present", { op: "set_if_absent", path: "/top_p", value: 0.9 }, { top_p: 1 }, { top_p: 1 }],
  ["delete", { op: "delete", path: "/a/0" }, { a: [1, 2] }, { a: [2] }],
  ["rename", { op: "rename", path: "/seed", to: "/random_seed" }, { seed: 7 }, { random_seed: 7 }],
  ["copy", { op: "copy", path: "/user", to: "/metadata/user" }, { user: "u" }, { user: "u", metadata: { user: "u" } }],
  ["append text", { op: "append", path: "/s", value: "b" }, { s: "a" }, { s: "ab" }],
  ["append a list", { op: "append", path: "/l", value: [2, 3] }, { l: [1] }, { l: [1, 2, 3] }],
  ["prepend", { op: "prepend", path: "/l", value: 0 }, { l: [1] }, { l: [0, 1] }],
  ["replace", { op: "replace", path: "/s", find: "a", with: "$&" }, { s: "aba" }, { s: "$&b$&" }],
  ["regex_replace", { op: "regex_replace", path: "/s", find: "(\\w+)-latest", with: "$1-2026" }, { s: "sonnet-latest" }, { s: "sonnet-2026" }],
  ["clamp", { op: "clamp", path: "/temperature", min: 0.01, max: 0.99 }, { temperature: 1.5 }, { temperature: 0.99 }],
  ["clamp within", { op: "clamp", path: "/temperature", max: 2 }, { temperature: 1.5 }, { temperature: 1.5 }],
  ["a slash and a tilde in a name", { op: "set", path: "/a~1b/c~0d", value: 1 }, {}, { "a/b": { "c~d": 1 } }],
])("%s", (_name, op, before, after) => {
  expect(apply([op], before).body).toEqual(after);
});

test.each([
  [{ field: "/temperature", is: "gt", value: 1 }, { temperature: 1.2 }, true],
  [{ field: "/temperature", is: "lt", value: 1 }, { temperature: 1.2 }, false],
  [{ field: "/a", is: "eq", value: { x: 1, y: [2] } }, { a: { y: [2], x: 1 } }, true],
  [{ field: "/a", is: "ne", value: 1 }, {}, true],
  [{ field: "model", is: "prefix", value: "gpt-" }, {}, true],
  [{ field: "group", is: "eq", value: "default" }, {}, false],
  [{ field: "endpoint", is: "suffix", value: "at" }, {}, true],
  [{ field: "/tags", is: "contains", value: "x" }, { tags: ["x"] }, true],
  [{ field: "/s", is: "regex", value: "^a+$" }, { s: "aaa" }, true],
  [{ field: "/s", is: "exists" }, {}, false],
  [{ field: "/s", is: "exists", value: false }, {}, true],
  [{ all: [{ field: "/a", is: "exists" }, { not: { field: "/b", is: "exists" } }] }, { a: 1 }, true],
  [{ any: [{ field: "/a", is: "exists" }, { field: "/b", is: "exists" }] }, { c: 1 }, false],
])("condition %j on %j", (when, body, holds) => {
  expect(apply([{ op: "set", path: "/hit", value: true, when }], body).changed).toEqual(holds ? ["set:/hit"] : []);
});

test("changes are made in order, and only those that changed something are told", () => {
  const { changed, body } = apply([
    { op: "rename", path: "/a", to: "/b" }, { op: "delete", path: "/a" }, { op: "append", path: "/b", value: "2", when: { field: "/b", is: "exists" } },
  ], { a: "1" });
  expect(body).toEqual({ b: "12" });
  expect(changed).toEqual(["rename:/a", "append:/b"]);
});

test("a refusal carries the operator's words", () => {
  expect(() => apply([{ op: "reject", message: "No pictures here.", when: { field: "/image", is: "exists" } }], { image: 1 })).toThrow("No pictures here.");
  expect(apply([{ op: "reject", message: "No pictures here.", when: { field: "/image", is: "exists" } }], {}).changed).toEqual([]);
});

test("what one request changes is not seen by the next", () => {
  const { override } = apply([{ op: "set", path: "/a", value: { n: [] } }, { op: "append", path: "/a/n", value: 1 }], {});
  const first: Tree = {}, second: Tree = {};
  override.apply(first, FACTS);
  override.apply(second, FACTS);
  expect(second).toEqual({ a: { n: [1] } });
});

test.each([
  ["whole members without conditions are spliced", [{ op: "set", path: "/a", value: 1 }, { op: "delete", path: "/b" }], true, false],
  ["a cap concerns the money", [{ op: "set", path: "/max_tokens", value: 1 }], true, true],
  ["nested ones need the tree", [{ op: "set", path: "/generationConfig/maxOutputTokens", value: 1 }], false, true],
  ["and so do conditions", [{ op: "delete", path: "/b", when: { field: "/a", is: "exists" } }], false, false],
])("%s", (_name, ops, spliced, money) => {
  const { override } = apply(ops, {});
  expect([override.members !== undefined, override.money]).toEqual([spliced, money]);
});

test.each([
  ["a path without a slash", [{ op: "set", path: "temperature", value: 1 }]],
  ["the prototype", [{ op: "set", path: "/__proto__/polluted", value: 1 }]],
  ["an unknown change", [{ op: "explode", path: "/a" }]],
  ["a look-behind", [{ op: "regex_replace", path: "/a", find: "(?<=x)y", with: "" }]],
  ["a back reference", [{ op: "delete", path: "/a", when: { field: "/a", is: "regex", value: "(a)\\1" } }]],
  ["an expression that grows", [{ op: "delete", path: "/a", when: { field: "/a", is: "regex", value: "((a{50}){20}){5}" } }]],
  ["a group that is not there", [{ op: "regex_replace", path: "/a", find: "(a)", with: "$2" }]],
  ["an upside-down clamp", [{ op: "clamp", path: "/a", min: 2, max: 1 }]],
  ["an empty clamp", [{ op: "clamp", path: "/a" }]],
  ["too many", Array.from({ length: 51 }, () => ({ op: "delete", path: "/a" }))],
  ["too deep", [{ op: "delete", path: "/a", when: { not: { not: { not: { not: { not: { field: "/a", is: "exists" } } } } } } }]],
])("%s is no override", (_name, ops) => {
  expect(paramOpsField.safeParse(ops).success).toBe(false);
});

test("a path that crosses what is no container changes nothing", () => {
  expect(apply([{ op: "set", path: "/a/b", value: 1 }, { op: "set", path: "/l/x", value: 1 }, { op: "delete", path: "/toString" }], { a: "text", l: [] })).toMatchObject({ changed: [], body: { a: "text", l: [] } });
});
