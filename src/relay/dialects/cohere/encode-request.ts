import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import { budgetOf, type BudgetRange } from "#relay/canonical/effort.ts";
import type { ChatRequest, Json, OutputFormat, Sampling } from "#relay/canonical/request.ts";
import { encodeMessages } from "#relay/dialects/cohere/encode-messages.ts";
import { callable, capOf, mustCall, tellLosses } from "#relay/dialects/stream-kit/losses.ts";
import { ToolNames } from "#relay/dialects/stream-kit/tool-names.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topP", "topK", "stop", "seed", "presencePenalty", "frequencyPenalty"]);
const STOPS_MAX = 5;
/** Penalties lie between 0 and 1 here, `p` between 0.01 and 0.99, `k` up to 500. @see Cohere API reference, "Chat" (v2) */
const P_MIN = 0.01, P_MAX = 0.99, K_MAX = 500;
const BUDGET: BudgetRange = { min: 1, max: Infinity, off: true };
const REASONS = /reasoning|command-a-plus|north/i;

/** @throws RelayError unsupported_parameter */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  tellLosses(request, CARRIED, target);
  const { sampling, output, stream } = request;
  if (sampling.stop && sampling.stop.length > STOPS_MAX) throw new RelayError("unsupported_parameter", `The model takes at most ${STOPS_MAX} stop sequences.`, { param: "stop" });
  const names = new ToolNames();
  const tools = callable(request, target);
  const offered = tools.length > 0 && request.toolChoice?.mode !== "none";
  const messages = encodeMessages(request, target, (name) => names.of(name));
  if (messages.length === 0) throw new RelayError("invalid_value", "There is no message to answer.", { param: "messages" });
  const body = compact({
    model: target.upstreamModel,
    stream: stream || undefined,
    messages,
    tools: tools.length === 0 ? undefined : tools.map(({ name, description, schema }): Json => ({ type: "function", function: compact({ name: names.of(name), description, parameters: schema }) })),
    strict_tools: offered && tools.every(({ strict }) => strict === true) ? true : undefined,
    tool_choice: tools.length === 0 ? undefined : request.toolChoice?.mode === "none" ? "NONE" : mustCall(request) ? "REQUIRED" : undefined,
    response_format: encodeOutput(output),
    max_tokens: capOf(request, target),
    temperature: sampling.temperature,
    p: sampling.topP === undefined ? undefined : Math.min(Math.max(sampling.topP, P_MIN), P_MAX),
    k: sampling.topK === undefined ? undefined : Math.min(sampling.topK, K_MAX),
    seed: sampling.seed,
    stop_sequences: sampling.stop && [...sampling.stop],
    presence_penalty: penalty(sampling.presencePenalty, "presence_penalty", target),
    frequency_penalty: penalty(sampling.frequencyPenalty, "frequency_penalty", target),
    thinking: encodeThinking(request, target),
  });
  return { body, restore: names.restore };
}

function encodeOutput(output: OutputFormat): Json | undefined {
  if (output.format === "json-schema") return { type: "json_object", json_schema: output.schema };
  return output.format === "json" ? { type: "json_object" } : undefined;
}

function penalty(value: number | undefined, name: "presence_penalty" | "frequency_penalty", { warn }: Target): number | undefined {
  if (value === undefined || (value >= 0 && value <= 1)) return value;
  warn(`${name}_clamped`);
  return Math.min(Math.max(value, 0), 1);
}

function encodeThinking({ reasoning }: ChatRequest, { upstreamModel, maxOutputTokens, capTokens, warn }: Target): Json | undefined {
  if (!reasoning) return undefined;
  const budget = budgetOf(reasoning, capTokens ?? maxOutputTokens, BUDGET);
  if (!REASONS.test(upstreamModel)) {
    if (budget !== 0) warn("reasoning_dropped");
    return undefined;
  }
  if (budget === 0) return { type: "disabled" };
  return budget < 0 ? { type: "enabled" } : { type: "enabled", token_budget: budget };
}
