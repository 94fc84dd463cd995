import { expect, test } from "vitest";
import { applyPreset, presetMembers } from "#relay/policy/preset.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { providers } from "#relay/providers/index.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { ModelPreset } from "#snapshot/snapshot.ts";

const PRESET: ModelPreset = { model: "base", reasoning: "high", maxTokens: 900, temperature: 0.5, topP: 0.9 };

test.each<[WireFormat, string, string, Tree, Tree]>([
  ["openai-chat", "vllm", "qwen", { temperature: 1 }, { temperature: 1, reasoning_effort: "high", max_tokens: 900, top_p: 0.9 }],
  ["openai-chat", "dashscope", "qwen-plus", {}, { temperature: 0.5, enable_thinking: true, max_tokens: 900, top_p: 0.9 }],
  ["openai-responses", "openai", "gpt-4.1", { max_output_tokens: 5 }, { max_output_tokens: 5, temperature: 0.5, top_p: 0.9 }],
  ["gemini", "gemini", "gemini-2.5-flash", { generationConfig: { temperature: 0, stopSequences: ["x"] } }, { generationConfig: { temperature: 0, stopSequences: ["x"], maxOutputTokens: 900, topP: 0.9, thinkingConfig: expect.any(Object) as Tree } }],
])("in %s of %s (%s)", (protocol, provider, upstreamModel, before, after) => {
  const body = structuredClone(before);
  applyPreset(body, presetMembers(PRESET, protocol, { upstreamModel, flags: providers.get(provider)!.flags }, undefined));
  expect(body).toEqual(protocol === "openai-responses" ? expect.objectContaining(after) as Tree : after);
});

test("the client's own words stay, but for how hard the model thinks", () => {
  const body: Tree = { reasoning_effort: "low", max_tokens: 3, temperature: 0 };
  applyPreset(body, presetMembers({ model: "b", reasoning: "none", maxTokens: 900, temperature: 1 }, "openai-chat", { upstreamModel: "gpt-5.1", flags: providers.get("vllm")!.flags }, 3));
  expect(body).toMatchObject({ reasoning_effort: "none", max_tokens: 3, temperature: 0 });
});
