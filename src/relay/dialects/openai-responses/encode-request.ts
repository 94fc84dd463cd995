import { hash } from "node:crypto";
import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import { effortOf, nearestEffort } from "#relay/canonical/effort.ts";
import type { Loss } from "#relay/canonical/losses.ts";
import type { ChatRequest, Json, JsonObject } from "#relay/canonical/request.ts";
import { encodeInput } from "#relay/dialects/openai-responses/encode-input.ts";
import { encodeFormat, encodeTool, encodeToolChoice } from "#relay/dialects/openai-responses/encode-tools.ts";
import { ToolNames } from "#relay/dialects/openai-responses/names.ts";
import { doesReason, knownEfforts, SEALED_REASONING } from "#relay/dialects/openai-responses/reasoning.ts";
import { RelayError } from "#relay/errors.ts";

const LOGPROBS = "message.output_text.logprobs";
/** The least that the vendor takes. */
const OUTPUT_TOKENS_MIN = 16;

/** Members of the request that have no place in canonical form but one in this format. */
const OWN_EXTRA: ReadonlySet<string> = new Set(["max_tool_calls", "truncation", "prompt", "context_management", "prompt_cache_options", "moderation"]);

/** A request to a vendor that speaks Responses. The vendor is told to keep nothing. */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  refuseWhatCannotBe(request);
  const lose = loser(target);
  const names = new ToolNames();
  const nameOf = (name: string): string => names.clean(name);
  const { system, tools, toolChoice, sampling } = request;
  const body: JsonObject = {
    model: target.upstreamModel,
    ...(system.length > 0 && { instructions: system[0]!.text }),
    input: encodeInput(request, target, nameOf),
    stream: request.stream,
    store: false,
    ...outputTokens(request, target),
    ...(sampling.temperature !== undefined && { temperature: sampling.temperature }),
    ...(sampling.topP !== undefined && { top_p: sampling.topP }),
    ...(tools.length > 0 && { tools: tools.map((tool) => encodeTool(tool, nameOf, request.origin === "openai-responses")) }),
    ...(toolChoice && (tools.length > 0 || toolChoice.mode === "none") && { tool_choice: encodeToolChoice(toolChoice, tools, nameOf) }),
    ...(request.parallelToolCalls !== undefined && { parallel_tool_calls: request.parallelToolCalls }),
    ...textSettings(request),
    ...reasoningSettings(request, target),
    ...includes(request, target),
    ...identity(request),
    ...extras(request, lose),
  };
  loseSampling(request, lose);
  const { restore } = names;
  return { body, ...(restore && { restore }) };
}

type Lose = (loss: Loss, param: string) => void;

/** What is left out is told in a header, or refused where the client wants all or nothing. */
function loser({ strict, warn }: Target): Lose {
  return (loss, param) => {
    if (strict) throw new RelayError("unsupported_parameter", `The model does not take '${param}'.`, { param });
    warn(loss);
  };
}

function refuseWhatCannotBe({ candidates, sampling, audioOut, modalities }: ChatRequest): void {
  const refuse = (param: string): never => {
    throw new RelayError("unsupported_parameter", `The model does not take '${param}'.`, { param });
  };
  if (candidates > 1) refuse("n");
  if (sampling.stop && sampling.stop.length > 0) refuse("stop");
  if (audioOut || modalities.includes("audio")) refuse("modalities");
}

function loseSampling({ sampling, serviceTier }: ChatRequest, lose: Lose): void {
  if (sampling.topK !== undefined) lose("top_k_dropped", "top_k");
  if (sampling.minP !== undefined) lose("min_p_dropped", "min_p");
  if (sampling.seed !== undefined) lose("seed_dropped", "seed");
  if (sampling.presencePenalty) lose("presence_penalty_dropped", "presence_penalty");
  if (sampling.frequencyPenalty) lose("frequency_penalty_dropped", "frequency_penalty");
  if (sampling.repetitionPenalty !== undefined) lose("repetition_penalty_dropped", "repetition_penalty");
  if (sampling.logitBias && Object.keys(sampling.logitBias).length > 0) lose("logit_bias_dropped", "logit_bias");
  // A dearer tier would be paid by the shop.
  if (serviceTier !== undefined && serviceTier !== "auto" && serviceTier !== "default") lose("tier_dropped", "service_tier");
}

function outputTokens({ maxOutputTokens }: ChatRequest, { capTokens }: Target): JsonObject {
  const most = capTokens === undefined ? maxOutputTokens : Math.min(capTokens, maxOutputTokens ?? capTokens);
  return most === undefined ? {} : { max_output_tokens: Math.max(most, OUTPUT_TOKENS_MIN) };
}

function textSettings({ output, extra }: ChatRequest): JsonObject {
  const { verbosity } = extra;
  if (output.format === "text" && verbosity === undefined) return {};
  return { text: { format: encodeFormat(output), ...(verbosity !== undefined && { verbosity }) } };
}

function reasoningSettings({ reasoning, maxOutputTokens }: ChatRequest, { upstreamModel, maxOutputTokens: most }: Target): JsonObject {
  if (!reasoning) return {};
  const wanted = effortOf(reasoning, maxOutputTokens ?? most);
  const effort = wanted && nearestEffort(wanted, knownEfforts(upstreamModel));
  const summary = reasoning.expose === "none" || effort === "none" ? undefined : (reasoning.summaryStyle ?? "auto");
  if (effort === undefined && summary === undefined) return {};
  return { reasoning: { ...(effort !== undefined && { effort }), ...(summary !== undefined && { summary }) } };
}

/** Without a state at the vendor's, reasoning lives on only if it is handed out sealed. */
function includes({ extra, reasoning, sampling, messages }: ChatRequest, { upstreamModel }: Target): JsonObject {
  const include = new Set<Json>(Array.isArray(extra.include) ? extra.include : []);
  const hasReasoned = messages.some((entry) => entry.role === "assistant" && entry.parts.some((part) => part.type === "reasoning" && part.proof?.family === "openai"));
  const mayReason = doesReason(upstreamModel) || hasReasoned;
  if (mayReason && reasoning?.effort !== "none") include.add(SEALED_REASONING);
  if (sampling.logprobs === true || sampling.topLogprobs !== undefined) include.add(LOGPROBS);
  return {
    ...(include.size > 0 && { include: [...include] }),
    ...(sampling.topLogprobs !== undefined && { top_logprobs: sampling.topLogprobs }),
  };
}

/** Vendors may tell our users apart, not know them. */
function identity({ metadata, endUser, cache }: ChatRequest): JsonObject {
  return {
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(endUser !== undefined && { safety_identifier: hash("sha256", endUser, "hex") }),
    ...(cache.key !== undefined && { prompt_cache_key: cache.key.slice(0, 64) }),
    ...(cache.retention === "24h" && { prompt_cache_retention: "24h" }),
  };
}

/** Written elsewhere in the body. */
const PLACED: ReadonlySet<string> = new Set(["verbosity", "include"]);

function extras({ origin, extra }: ChatRequest, lose: Lose): JsonObject {
  const isOwn = origin === "openai-responses";
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(extra)) {
    if (PLACED.has(name) || value === null) continue;
    if (isOwn && OWN_EXTRA.has(name)) kept[name] = value;
    else lose(`unknown:${name}`, name);
  }
  return kept;
}
