import type { DecodeFacts } from "#relay/canonical/codec.ts";
import type { ChatRequest, Effort, Json, JsonObject, OutputFormat, Reasoning } from "#relay/canonical/request.ts";
import { decodeMessages } from "#relay/dialects/openai-chat/decode-messages.ts";
import { decodeToolChoice, decodeTools } from "#relay/dialects/openai-chat/decode-tools.ts";
import { decodeMetadata, decodeSampling } from "#relay/dialects/openai-kit/decode-common.ts";
import {
  arrayField, booleanField, countField, invalidField, isObject, neededText, numberField, objectField, textField, wordField,
} from "#relay/dialects/openai-kit/fields.ts";

/** Members that are read; whatever else a request holds travels in `extra`. */
const KNOWN: ReadonlySet<string> = new Set([
  "model", "messages", "stream", "stream_options", "tools", "functions", "tool_choice", "function_call", "parallel_tool_calls",
  "response_format", "modalities", "audio", "image_config", "reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget",
  "include_reasoning", "temperature", "top_p", "top_k", "min_p", "stop", "seed", "presence_penalty", "frequency_penalty", "repetition_penalty",
  "logit_bias", "logprobs", "top_logprobs", "max_tokens", "max_completion_tokens", "n", "prompt_cache_key", "prompt_cache_retention",
  "service_tier", "metadata", "user", "safety_identifier", "store", "web_search_options",
]);
/** The shop's own, which no vendor is told. */
const OWN: ReadonlySet<string> = new Set(["provider", "models", "route", "session_id", "x_modelmart", "transforms", "plugins", "usage"]);

const EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** @throws RelayError invalid_value, missing_required_parameter */
export function decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest {
  const tools = decodeTools(body);
  const reasoning = decodeReasoning(body);
  const toolChoice = decodeToolChoice(body);
  const parallel = booleanField(body.parallel_tool_calls, "parallel_tool_calls");
  const tier = textField(body.service_tier, "service_tier");
  const maxOutputTokens = countField(body.max_completion_tokens, "max_completion_tokens") ?? countField(body.max_tokens, "max_tokens");
  const endUser = textField(body.user, "user") ?? textField(body.safety_identifier, "safety_identifier");
  const store = booleanField(body.store, "store");
  return {
    origin: "openai-chat",
    model: facts.model ?? neededText(body.model, "model"),
    stream: facts.stream ?? booleanField(body.stream, "stream") ?? false,
    ...decodeMessages(body),
    tools,
    ...(toolChoice && { toolChoice }),
    ...(parallel !== undefined && { parallelToolCalls: parallel }),
    output: decodeOutput(body.response_format),
    ...decodeModalities(body),
    ...(reasoning && { reasoning }),
    sampling: decodeSampling(body),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    candidates: countField(body.n, "n", 1) ?? 1,
    includeUsage: objectField(body.stream_options, "stream_options")?.include_usage === true,
    cache: decodeCache(body),
    ...(isTier(tier) && { serviceTier: tier }),
    metadata: decodeMetadata(body.metadata),
    ...(endUser !== undefined && { endUser }),
    ...(store !== undefined && { state: { store } }),
    betas: facts.betas,
    ...(body.functions !== undefined && body.tools === undefined && { legacyFunctions: true }),
    extra: Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== null && !KNOWN.has(name) && !OWN.has(name))),
  };
}

const TIERS = ["auto", "default", "flex", "priority"] as const;
const isTier = (tier: string | undefined): tier is (typeof TIERS)[number] => TIERS.some((known) => known === tier);

function decodeOutput(value: Json | undefined): OutputFormat {
  const format = objectField(value, "response_format");
  if (!format) return { format: "text" };
  switch (format.type) {
    case "text":
      return { format: "text" };
    case "json_object":
      return { format: "json" };
    case "json_schema": {
      const wrapped = objectField(format.json_schema, "response_format.json_schema");
      if (!wrapped) throw invalidField("response_format.json_schema", "an object");
      const strict = booleanField(wrapped.strict, "response_format.json_schema.strict");
      const description = textField(wrapped.description, "response_format.json_schema.description");
      return {
        format: "json-schema",
        name: neededText(wrapped.name, "response_format.json_schema.name"),
        schema: wrapped.schema ?? { type: "object" },
        ...(strict !== undefined && { strict }), ...(description !== undefined && { description }),
      };
    }
    default:
      throw invalidField("response_format.type", "text, json_object or json_schema");
  }
}

function decodeModalities(body: JsonObject): Pick<ChatRequest, "modalities" | "audioOut" | "imageOut"> {
  const modalities = arrayField(body.modalities, "modalities")?.map((one, at) => wordField(one, `modalities[${at}]`, ["text", "image", "audio"] as const)!);
  const audio = objectField(body.audio, "audio"), image = objectField(body.image_config, "image_config");
  const voice = isObject(audio?.voice) ? audio.voice.id : audio?.voice;
  const aspectRatio = textField(image?.aspect_ratio, "image_config.aspect_ratio"), size = textField(image?.image_size, "image_config.image_size");
  return {
    modalities: modalities && modalities.length > 0 ? modalities : ["text"],
    ...(audio && { audioOut: { voice: neededText(voice, "audio.voice"), format: neededText(audio.format, "audio.format") } }),
    ...(image && { imageOut: { ...(aspectRatio !== undefined && { aspectRatio }), ...(size !== undefined && { size }) } }),
  };
}

/** OpenAI's own word first, then those of vendors that copied its format, as far as clients are known to send them. */
function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const effort = wordField(body.reasoning_effort, "reasoning_effort", EFFORTS);
  const hidden = isObject(body.reasoning) ? body.reasoning.exclude === true : body.include_reasoning === false;
  const expose = hidden ? "none" : "full";
  if (effort !== undefined) return { effort, expose };
  const reasoning = objectField(body.reasoning, "reasoning");
  if (reasoning) {
    const told = wordField(reasoning.effort, "reasoning.effort", EFFORTS) ?? (reasoning.enabled === false ? "none" : undefined);
    const budget = countField(reasoning.max_tokens, "reasoning.max_tokens");
    return { ...(told !== undefined && { effort: told }), ...(budget !== undefined && { budget }), ...(told === undefined && budget === undefined && { adaptive: true }), expose };
  }
  const thinking = objectField(body.thinking, "thinking");
  if (thinking) return switched(thinking.type !== "disabled", countField(thinking.budget_tokens, "thinking.budget_tokens"), expose);
  const enabled = booleanField(body.enable_thinking, "enable_thinking"), budget = countField(body.thinking_budget, "thinking_budget");
  if (enabled !== undefined || budget !== undefined) return switched(enabled !== false, budget, expose);
  return decodeGoogleThinking(body.extra_body);
}

const switched = (on: boolean, budget: number | undefined, expose: Reasoning["expose"]): Reasoning =>
  on ? { ...(budget === undefined ? { adaptive: true } : { budget }), expose } : { effort: "none", expose };

function decodeGoogleThinking(extra: Json | undefined): Reasoning | undefined {
  const google = isObject(extra) && isObject(extra.google) ? extra.google : undefined;
  const config = google && isObject(google.thinking_config) ? google.thinking_config : undefined;
  if (!config) return undefined;
  const budget = numberField(config.thinking_budget, "extra_body.google.thinking_config.thinking_budget");
  const level = textField(config.thinking_level, "extra_body.google.thinking_config.thinking_level")?.toLowerCase();
  const effort = EFFORTS.find((known) => known === level);
  return { ...(effort !== undefined && { effort }), ...(budget !== undefined && { budget }), expose: config.include_thoughts === true ? "full" : "none" };
}

function decodeCache(body: JsonObject): ChatRequest["cache"] {
  const key = textField(body.prompt_cache_key, "prompt_cache_key");
  return { ...(key !== undefined && { key }), ...(body.prompt_cache_retention === "24h" && { retention: "24h" as const }) };
}
