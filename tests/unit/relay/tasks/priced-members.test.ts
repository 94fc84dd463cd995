import { expect, test } from "vitest";
import { refusePriced } from "#relay/tasks/priced-members.ts";
import { secondsOf } from "#relay/tasks/task-form.ts";

test.each([
  ["durationSeconds", "metadata.durationSeconds", "seconds"], ["sampleCount", "metadata.sampleCount", "n"], ["resolution", "metadata.resolution", "resolution"],
  ["model_name", "metadata.model_name", "model"], ["frames", "metadata.frames", "seconds"], ["mode", "metadata.mode", "resolution"],
])("what a price goes by cannot be said among the vendor's own parameters: %s", (name, place, word) => {
  expect(() => refusePriced({ [name]: 8 })).toThrow(`'${place}' cannot be given here, as the price goes by it. Send '${word}' beside 'metadata' instead.`);
});

test("nor one level deeper, where some vendors have theirs", () => {
  expect(() => refusePriced({ parameters: { duration: 10 } })).toThrow("metadata.parameters.duration");
  expect(() => refusePriced({ input: { model: "dearer" } })).toThrow("metadata.input.model");
});

test("all else passes", () => {
  refusePriced({ negative_prompt: "rain", camera: { duration: 1 }, parameters: { watermark: false }, input: ["size"], toString: "x" });
});

test("two lengths that differ are refused", () => {
  expect(secondsOf({ seconds: "8", duration: 8 }, "seconds", "duration")).toBe(8);
  expect(secondsOf({ duration: 4 }, "seconds", "duration")).toBe(4);
  expect(() => secondsOf({ seconds: 4, duration: 20 }, "seconds", "duration")).toThrow("duration");
});
