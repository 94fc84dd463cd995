import type { Target } from "#relay/canonical/codec.ts";
import { effortOf, nearestEffort } from "#relay/canonical/effort.ts";
import type { ChatRequest, Effort, JsonObject } from "#relay/canonical/request.ts";
import { isReasoningModel } from "#relay/dialects/openai-kit/pass-request.ts";

const COMMON: readonly Effort[] = ["low", "medium", "high"];

/** How much the model is to think, in the words that this vendor's copy of the format has for it. */
export function encodeReasoning({ reasoning, maxOutputTokens }: ChatRequest, target: Target): JsonObject {
  if (!reasoning) return {};
  const { flags, upstreamModel, warn } = target;
  const limit = maxOutputTokens ?? target.maxOutputTokens;
  const effort = effortOf(reasoning, limit);
  switch (flags.reasoningParam ?? "effort") {
    case "thinking":
      return { thinking: { type: effort === "none" ? "disabled" : "enabled" } };
    case "enable_thinking":
      return { enable_thinking: effort !== "none", ...(reasoning.budget !== undefined && reasoning.budget > 0 && { thinking_budget: reasoning.budget }) };
    case "reasoning":
      return { reasoning: { ...(effort === "none" ? { enabled: false } : reasoning.budget !== undefined && reasoning.budget > 0 ? { max_tokens: reasoning.budget } : effort === undefined ? { enabled: true } : { effort: nearestEffort(effort, ["minimal", ...COMMON])! }), ...(reasoning.expose === "none" && { exclude: true }) } };
    case "none":
      if (effort !== "none") warn("reasoning_dropped");
      return {};
    case "effort":
      break;
  }
  if (effort === undefined) return {};
  if (flags.maxTokensName === "by_model" && !isReasoningModel(upstreamModel)) {
    if (effort !== "none") warn("reasoning_dropped");
    return {};
  }
  return { reasoning_effort: nearestEffort(effort, effortsOf(upstreamModel))! };
}

/** The words that OpenAI's generations know; elsewhere the three that all do. */
function effortsOf(model: string): readonly Effort[] {
  const minor = /(?:^|\/)gpt-5\.(\d+)/.exec(model)?.[1];
  if (minor !== undefined) return [...(Number(minor) >= 2 || /codex-max/.test(model) ? (["xhigh"] as const) : []), "none", ...COMMON];
  return /(?:^|\/)gpt-5(?!\.)/.test(model) ? ["minimal", ...COMMON] : COMMON;
}
