import { expect, test } from "vitest";
import { scanRequest } from "#relay/http/body/scan.ts";
import { insertMembers, keyRange, removeMembers, spliceBody } from "#relay/http/body/splice.ts";

const joined = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString();
const ranges = (text: string) => scanRequest(Buffer.from(text), "embeddings", "m").ranges;

test("no edits give the body itself", () => {
  const body = Buffer.from("{}");
  expect(spliceBody(body, [])[0]).toBe(body);
});

test("edits are applied in the order of their places", () => {
  const body = Buffer.from("0123456789");
  expect(joined(spliceBody(body, [{ start: 8, end: 9, text: "X" }, { start: 2, end: 4, text: "" }, { start: 0, end: 0, text: "<" }]))).toBe("<014567X9");
});

test.each([
  ["first", `{"user":"u", "input":"x"}`, `{ "input":"x"}`],
  ["last", `{"input":"x" , "user" : {"a":1}}`, `{"input":"x" }`],
  ["only beside it", `{"input":"x","user":[1],"store":true}`, `{"input":"x","store":true}`],
  ["spelled with an escape", `{"input":"x","us\\u0065r":1}`, `{"input":"x"}`],
])("removes a member that stands %s", (_name, text, expected) => {
  const out = joined(spliceBody(Buffer.from(text), removeMembers(Buffer.from(text), [ranges(text).get("user")!])));
  expect(out).toBe(expected);
  JSON.parse(out);
});

test.each([
  ["beside each other at the end", `{"input":"x","user":"u" , "store":true}`, `{"input":"x"}`],
  ["beside each other in front", `{"user":"u","store":true,"input":"x"}`, `{"input":"x"}`],
  ["apart", `{"user":"u","input":"x","store":true}`, `{"input":"x"}`],
  ["all there are", `{"user":"u", "store":true}`, `{}`],
])("removes several that stand %s", (_name, text, expected) => {
  const found = ranges(text.includes("input") ? text : text.replace("{", `{"input":"x",`));
  const shift = text.includes("input") ? 0 : `"input":"x",`.length;
  const values = ["store", "user"].map((key) => found.get(key)!.map((at) => at - shift) as [number, number]);
  const out = joined(spliceBody(Buffer.from(text), removeMembers(Buffer.from(text), values)));
  expect(out).toBe(expected);
});

test("what is added in front of a member that goes stays, in whatever order it is told", () => {
  const text = `{"user":"u","input":"x"}`, body = Buffer.from(text);
  const edits = [...removeMembers(body, [ranges(text).get("user")!]), insertMembers(body, `"n":1`)];
  for (const told of [edits, edits.toReversed()]) expect(joined(spliceBody(body, told))).toBe(`{"n":1,"input":"x"}`);
});

test("finds a key from its value", () => {
  const text = `{"input" : "x"}`;
  const [start, end] = keyRange(Buffer.from(text), ranges(text).get("input")![0]);
  expect(text.slice(start, end)).toBe(`"input"`);
});

test.each([[`{}`, `{"n":1}`], [` { "a":1}`, ` {"n":1, "a":1}`]])("adds members to %s", (text, expected) => {
  expect(joined(spliceBody(Buffer.from(text), [insertMembers(Buffer.from(text), `"n":1`)]))).toBe(expected);
});
