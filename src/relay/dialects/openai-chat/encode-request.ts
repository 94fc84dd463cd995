import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import { effortOf } from "#relay/canonical/effort.ts";
import type { ChatRequest, Json, JsonObject, OutputFormat } from "#relay/canonical/request.ts";
import { encodeMessages } from "#relay/dialects/openai-chat/encode-messages.ts";
import { encodeReasoning } from "#relay/dialects/openai-chat/encode-reasoning.ts";
import { encodeTools } from "#relay/dialects/openai-chat/encode-tools.ts";
import { createNames } from "#relay/dialects/openai-chat/names.ts";
import { capName, isReasoningModel } from "#relay/dialects/openai-kit/pass-request.ts";
import { RelayError } from "#relay/errors.ts";

const STOPS_MAX = 4;
/** OpenAI's own members that other dialects have no place for but may carry along. */
const SHARED: ReadonlySet<string> = new Set(["verbosity", "prediction"]);

/** @throws RelayError unsupported_parameter, invalid_value */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const { flags, upstreamModel } = target;
  const names = createNames(request, flags);
  const cap = encodeCap(request, target);
  const body: Record<string, Json | undefined> = {
    model: upstreamModel,
    messages: encodeMessages(request, target, names),
    ...(request.stream && { stream: true, ...(flags.streamOptions !== "none" && { stream_options: { include_usage: true } }) }),
    ...encodeTools(request, target, names),
    response_format: encodeOutput(request.output),
    ...encodeModalities(request, target),
    ...encodeReasoning(request, target),
    ...encodeSampling(request, target),
    ...(cap !== undefined && { [capName(flags, upstreamModel)]: cap }),
    n: request.candidates > 1 ? request.candidates : undefined,
    ...(isOpenAi(target) && request.cache.key !== undefined && { prompt_cache_key: request.cache.key }),
    ...encodeExtra(request, target),
  };
  for (const name in body) if (body[name] === undefined) delete body[name];
  return { body: body as JsonObject, restore: names.restore };
}

/** OpenAI itself, or a host of the very same interface: what its copies lack can be used. */
export const isOpenAi = ({ flags }: Target): boolean => flags.maxTokensName === "by_model";

function encodeCap({ maxOutputTokens }: ChatRequest, target: Target): number | undefined {
  const wanted = target.capTokens ?? maxOutputTokens;
  if (wanted === undefined || target.maxOutputTokens === undefined || wanted <= target.maxOutputTokens) return wanted;
  target.warn("max_tokens_clamped");
  return target.maxOutputTokens;
}

function encodeOutput(output: OutputFormat): JsonObject | undefined {
  if (output.format !== "json-schema") return output.format === "json" ? { type: "json_object" } : undefined;
  const { name, schema, strict, description } = output;
  return { type: "json_schema", json_schema: { name: name.replaceAll(/[^\w-]/g, "_").slice(0, 64), schema, ...(strict !== undefined && { strict }), ...(description !== undefined && { description }) } };
}

function encodeModalities({ modalities, audioOut, imageOut }: ChatRequest, target: Target): Readonly<Record<string, Json>> {
  if (modalities.every((one) => one === "text")) return {};
  // Hosts of the copies draw, OpenAI's own chat does not.
  if (modalities.includes("image") && isOpenAi(target)) throw new RelayError("unsupported_parameter", "The model does not put out images here.", { param: "modalities" });
  if (modalities.includes("audio") && !audioOut) throw new RelayError("unsupported_parameter", "Audio cannot be put out without a voice and a format.", { param: "modalities" });
  if (imageOut) target.warn("image_config_dropped");
  return { modalities: [...modalities], ...(audioOut && { audio: { voice: audioOut.voice, format: audioOut.format } }) };
}

/** Reasoning models of OpenAI refuse these outright. */
const REFUSED = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs"] as const;
/** Known to hosts of open models only. */
const BEYOND = ["top_k", "min_p", "repetition_penalty"] as const;

function encodeSampling({ sampling, reasoning }: ChatRequest, target: Target): Readonly<Record<string, Json | undefined>> {
  const { stop } = sampling;
  if (stop && stop.length > STOPS_MAX) throw new RelayError("unsupported_parameter", `The model takes at most ${STOPS_MAX} stop sequences.`, { param: "stop" });
  const wire: Record<string, Json | undefined> = {
    temperature: sampling.temperature, top_p: sampling.topP, stop: stop && [...stop], seed: sampling.seed,
    presence_penalty: sampling.presencePenalty, frequency_penalty: sampling.frequencyPenalty, logit_bias: sampling.logitBias,
    logprobs: sampling.logprobs, top_logprobs: sampling.topLogprobs,
  };
  const beyond = { top_k: sampling.topK, min_p: sampling.minP, repetition_penalty: sampling.repetitionPenalty };
  if (target.flags.topK) Object.assign(wire, beyond);
  else for (const name of BEYOND) if (beyond[name] !== undefined) target.warn(`${name}_dropped`);
  if (!isOpenAi(target) || !isReasoningModel(target.upstreamModel) || isIdle(target.upstreamModel, reasoning)) return wire;
  for (const name of REFUSED) {
    if (wire[name] === undefined) continue;
    target.warn(`${name}_dropped`);
    delete wire[name];
  }
  return wire;
}

/** From GPT-5.1 on models think only when they are told to, and take what others refuse while they do not. */
const isIdle = (model: string, reasoning: ChatRequest["reasoning"]): boolean =>
  /^gpt-5\.[1-9](?!.*-(?:codex|pro))/.test(model) && (reasoning === undefined || effortOf(reasoning, undefined) === "none");

/** What only the client's own format knows has no meaning here; the few words that this format shares with it have. */
function encodeExtra({ extra, origin }: ChatRequest, target: Target): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(extra)) {
    if (value === null) continue;
    if (isOpenAi(target) && origin === "openai-responses" && SHARED.has(name)) kept[name] = value;
    else target.warn(`unknown:${name}`);
  }
  return kept;
}
