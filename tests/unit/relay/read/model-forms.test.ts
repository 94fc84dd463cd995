import { expect, test } from "vitest";
import { compilePrice } from "#money/price.ts";
import { modelList } from "#relay/read/model-forms.ts";
import type { Model } from "#snapshot/snapshot.ts";

const price = compilePrice({ versionId: 1n, document: { items: { input: "1000000", output: "2000000" } }, multipliers: [] });
const listed = (abilities?: Model["abilities"]) => {
  const model: Model = { id: "1", name: "a-model", endpoints: new Set(), createdAtMs: 1_700_000_000_000, limits: {}, ...(abilities && { abilities }) };
  const { data } = modelList("openai", [{ model, price, nowMs: 0 }], new URLSearchParams()) as { data: readonly Record<string, unknown>[] };
  return data[0]!;
};

test("a model says what it takes, gives and can do, in the words that clients' menus go by", () => {
  expect(listed({ input: ["text", "image", "pdf"], output: ["text"], can: ["tools", "reasoning", "a-word-of-tomorrow"] })).toMatchObject({
    architecture: { modality: "text+image+file->text", input_modalities: ["text", "image", "file"], output_modalities: ["text"] },
    supported_parameters: ["max_tokens", "tools", "tool_choice", "reasoning", "reasoning_effort", "include_reasoning"],
  });
  expect(listed({ input: ["text"], output: ["image"], can: [] })).toMatchObject({ architecture: { modality: "text->image" }, supported_parameters: [] });
});

test("a model of which nothing is known says nothing", () => {
  expect(Object.keys(listed())).toEqual(["id", "object", "created", "owned_by", "pricing"]);
});
