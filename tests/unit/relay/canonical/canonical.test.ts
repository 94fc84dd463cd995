import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import { unwrapInput } from "#relay/canonical/custom-tools.ts";
import { ANTHROPIC_BUDGET, budgetOf, budgetOfEffort, effortOf, effortOfBudget, GEMINI_FLASH_BUDGET, GEMINI_PRO_BUDGET, nearestEffort } from "#relay/canonical/effort.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Effort } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { strictWarn } from "#relay/conversion/strict.ts";

describe("effort and budget", () => {
  test.each<[Effort, number, number, number]>([
    ["none", 0, 128, 0], ["minimal", 1_024, 400, 400], ["low", 2_000, 2_000, 2_000], ["medium", 6_000, 6_000, 6_000], ["high", 12_000, 12_000, 12_000], ["xhigh", 18_000, 18_000, 18_000], ["max", 19_000, 19_000, 19_000],
  ])("%s of 20,000 tokens", (effort, anthropic, pro, flash) => {
    expect(budgetOfEffort(effort, 20_000, ANTHROPIC_BUDGET)).toBe(anthropic);
    expect(budgetOfEffort(effort, 20_000, GEMINI_PRO_BUDGET)).toBe(pro);
    expect(budgetOfEffort(effort, 20_000, GEMINI_FLASH_BUDGET)).toBe(flash);
  });

  test.each([[-1, undefined], [0, "none"], [500, "minimal"], [2_000, "low"], [4_500, "medium"], [7_500, "high"], [9_000, "xhigh"]] as const)("a budget of %d of 10,000 is %s", (budget, effort) => {
    expect(effortOfBudget(budget, 10_000)).toBe(effort);
  });

  test("what was said goes before what follows from it", () => {
    expect(effortOf({ effort: "low", budget: 9_000, expose: "full" }, 10_000)).toBe("low");
    expect(budgetOf({ effort: "low", budget: 9_000, expose: "full" }, 10_000, ANTHROPIC_BUDGET)).toBe(9_000);
    expect(budgetOf({ expose: "full" }, 10_000, ANTHROPIC_BUDGET)).toBe(-1);
    expect(budgetOf({ budget: 0, expose: "full" }, 10_000, GEMINI_PRO_BUDGET)).toBe(128);
    expect(nearestEffort("max", ["low", "medium", "high"])).toBe("high");
    expect(nearestEffort("none", ["low", "high"])).toBe("low");
    expect(nearestEffort("xhigh", [])).toBeUndefined();
  });
});

const start: CanonicalEvent = { type: "start", id: "", model: "" };
const end: CanonicalEvent = { type: "end", finish: "stop" };
const say = (index: number): CanonicalEvent => ({ type: "text-delta", index, text: "x" });
const close = (index: number): CanonicalEvent => ({ type: "block-end", index });

test.each<[string, readonly CanonicalEvent[], RegExp | undefined]>([
  ["a good stream", [start, say(0), close(0), end], undefined],
  ["a cut one", [start, say(0)], undefined],
  ["blocks that overlap", [start, { type: "tool-start", index: 0, id: "a", name: "f" }, { type: "tool-start", index: 1, id: "b", name: "f" }, { type: "tool-delta", index: 0, arguments: "1" }, close(0), close(1), end], undefined],
  ["no start", [say(0)], /start comes first/],
  ["two starts", [start, start], /start comes once/],
  ["a number left out", [start, say(1)], /0 is next/],
  ["an open block at the end", [start, say(0), end], /not closed/],
  ["a delta for a closed block", [start, say(0), close(0), say(0)], /closed block/],
  ["a block closed twice", [start, say(0), close(0), close(0)], /twice/],
  ["another kind", [start, say(0), { type: "refusal-delta", index: 0, text: "x" }], /block of text/],
  ["arguments without a call", [start, { type: "tool-delta", index: 0, arguments: "" }], /begins with its start/],
  ["a call without a name", [start, { type: "tool-start", index: 0, id: "a", name: "" }], /an id and a name/],
  ["something behind the end", [start, end, { type: "ping" }], /nothing follows/],
])("the rules of events: %s", (_name, events, rule) => {
  if (rule) expect(brokenRule(events)).toMatch(rule);
  else expect(brokenRule(events)).toBeUndefined();
});

test("events put together, sound in pieces included", () => {
  const piece = (text: string): CanonicalEvent => ({ type: "audio-delta", index: 0, base64: Buffer.from(text).toString("base64"), transcript: text });
  const { candidates } = aggregate([start, piece("a"), piece("bc"), { type: "image", index: 1, mime: "image/png", base64: "x", partial: true }, { type: "image", index: 1, mime: "image/png", base64: "y", partial: false }, end]);
  expect(candidates[0]!.blocks).toMatchObject([{ type: "audio", base64: Buffer.from("abc").toString("base64"), transcript: "abc" }, { type: "image", base64: "y" }]);
});

test("free text is unwrapped; what was not wrapped stays", () => {
  expect([unwrapInput('{"input":"a\\n\\"b\\""}'), unwrapInput("{broken"), unwrapInput('{"other":1}')]).toEqual(['a\n"b"', "{broken", '{"other":1}']);
});

test.each([["seed_dropped", "seed"], ["unknown:odd", "odd"], ["max_tokens_clamped", "max_tokens"], ["schema_soft", "response_format"]] as const)("strictness says what %s is about", (code, param) => {
  expect(() => strictWarn(code)).toThrow(expect.objectContaining({ code: "unsupported_parameter", options: expect.objectContaining({ param }) as object }));
});
