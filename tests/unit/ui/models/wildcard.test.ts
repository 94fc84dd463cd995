import { expect, test } from "vitest";
import { callable, callableWith, isUpstreamFor, rowBelow, upstreamPreset } from "#ui/models/wildcard.ts";

const ROWS = ["gpt-4o", "openai/*", "openai/gpt-4o", "openai/gpt-*"].map((slug, price) => ({ slug, price }));

test("what can be asked for as it stands", () => {
  expect(callable(ROWS).map(({ slug }) => slug)).toEqual(["gpt-4o", "openai/gpt-4o"]);
});

test("a name below a wildcard has what the longest says of it", () => {
  expect(rowBelow(ROWS, "openai/o3")).toEqual({ slug: "openai/o3", price: 1 });
  expect(rowBelow(ROWS, "openai/gpt-5")).toEqual({ slug: "openai/gpt-5", price: 3 });
  expect(["openai/gpt-4o", "openai/", "openai/*", "other/o3", "openai/a b", ""].map((name) => rowBelow(ROWS, name))).toEqual(Array(6).fill(undefined));
});

test("names in mind are added once", () => {
  expect(callableWith(ROWS, ["openai/o3", "openai/o3", "gpt-4o", "nothing", null]).map(({ slug }) => slug)).toEqual(["gpt-4o", "openai/gpt-4o", "openai/o3"]);
});

test("the vendor's name of a wildcard ends in its only star", () => {
  expect([upstreamPreset("openai/*"), upstreamPreset("gpt-4o")]).toEqual(["*", "gpt-4o"]);
  expect([["openai/*", "*"], ["openai/*", "a/*"], ["openai/*", "gpt"], ["openai/*", "*/a"], ["gpt", "x"]].map(([name, upstream]) => isUpstreamFor(name!, upstream!))).toEqual([true, true, false, false, true]);
});
