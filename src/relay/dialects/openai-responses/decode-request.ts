import type { DecodeFacts } from "#relay/canonical/codec.ts";
import type { ChatRequest, Effort, Json, JsonObject, Reasoning } from "#relay/canonical/request.ts";
import { decodeInput } from "#relay/dialects/openai-responses/decode-input.ts";
import { decodeFormat, decodeToolChoice, decodeTools } from "#relay/dialects/openai-responses/decode-tools.ts";
import { proofFamily } from "#relay/dialects/openai-responses/proofs.ts";
import { asList, asNumber, asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Members that canonical form has a place for; all others travel in `extra`. */
const KNOWN: ReadonlySet<string> = new Set([
  "model", "input", "instructions", "stream", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "temperature", "top_p", "top_logprobs",
  "max_output_tokens", "prompt_cache_key", "prompt_cache_retention", "service_tier", "metadata", "user", "safety_identifier", "previous_response_id",
  "store", "background", "conversation", "presence_penalty", "frequency_penalty", "text", "include", "stream_options",
  // said to the shop
  "provider", "models", "session_id",
]);
/** Said for its own sake by some clients: it changes nothing. */
const DEFAULTS: JsonObject = { truncation: "disabled" };
const EFFORTS: ReadonlySet<unknown> = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);
const METADATA_MAX = 16;

/**
 * A body of `POST /v1/responses`.
 * @throws RelayError invalid_value, missing_required_parameter, unsupported_parameter
 */
export function decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest {
  refuse(body);
  const model = facts.model ?? asText(body.model);
  if (model === undefined) throw missing("model");
  if (body.input === undefined && body.prompt === undefined && body.previous_response_id === undefined) throw missing("input");
  const { system, messages } = decodeInput(body.input, proofFamily(model));
  const instructions = asText(body.instructions);
  const toolChoice = decodeToolChoice(body.tool_choice);
  const reasoning = decodeReasoning(body.reasoning);
  const maxOutputTokens = asNumber(body.max_output_tokens);
  const endUser = asText(body.safety_identifier) ?? asText(body.user);
  return {
    origin: "openai-responses",
    model,
    stream: facts.stream ?? body.stream === true,
    system: instructions === undefined ? system : [{ type: "text", text: instructions }, ...system],
    messages,
    tools: [...decodeTools(body.tools), ...lateTools(body.input)],
    ...(toolChoice && { toolChoice }),
    ...(typeof body.parallel_tool_calls === "boolean" && { parallelToolCalls: body.parallel_tool_calls }),
    output: decodeFormat(asObject(body.text).format),
    modalities: ["text"],
    ...(reasoning && { reasoning }),
    sampling: decodeSampling(body),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    candidates: 1,
    includeUsage: true,
    cache: decodeCache(body),
    ...decodeTier(body.service_tier),
    metadata: decodeMetadata(body.metadata),
    ...(endUser !== undefined && { endUser }),
    ...decodeState(body),
    betas: facts.betas,
    extra: extraOf(body),
  };
}

const missing = (param: string): RelayError => new RelayError("missing_required_parameter", `Missing required parameter: '${param}'.`, { param });

/** What would need a state at the vendor's. */
function refuse({ background, conversation }: JsonObject): void {
  if (background === true) throw new RelayError("unsupported_parameter", "Background responses are not offered.", { param: "background" });
  if (conversation !== undefined && conversation !== null) {
    throw new RelayError("unsupported_parameter", "Conversations are not offered; use 'previous_response_id' or send the whole input.", { param: "conversation" });
  }
}

/** Tools that a client of Codex' kind adds in the middle of the input. */
const lateTools = (input: unknown): ReturnType<typeof decodeTools> =>
  asList(input).filter(({ type }) => type === "additional_tools").flatMap(({ tools }) => decodeTools(tools));

function decodeReasoning(given: unknown): Reasoning | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { effort, summary, generate_summary } = given as Wire;
  const style = summary ?? generate_summary;
  const isStyle = style === "auto" || style === "concise" || style === "detailed";
  return {
    ...(EFFORTS.has(effort) && { effort: effort as Effort }),
    expose: isStyle ? "summary" : "none",
    ...(isStyle && { summaryStyle: style }),
  };
}

function decodeSampling(body: JsonObject): ChatRequest["sampling"] {
  const temperature = asNumber(body.temperature);
  const topP = asNumber(body.top_p);
  const topLogprobs = asNumber(body.top_logprobs);
  const presencePenalty = asNumber(body.presence_penalty);
  const frequencyPenalty = asNumber(body.frequency_penalty);
  const logprobs = Array.isArray(body.include) && body.include.includes("message.output_text.logprobs");
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(logprobs && { logprobs }),
    ...(topLogprobs !== undefined && (logprobs || topLogprobs > 0) && { topLogprobs }),
  };
}

function decodeCache(body: JsonObject): ChatRequest["cache"] {
  const key = asText(body.prompt_cache_key);
  return { ...(key !== undefined && { key }), ...(body.prompt_cache_retention === "24h" && { retention: "24h" }) };
}

function decodeTier(tier: Json | undefined): Pick<ChatRequest, "serviceTier"> {
  return tier === "auto" || tier === "default" || tier === "flex" || tier === "priority" ? { serviceTier: tier } : {};
}

function decodeMetadata(given: Json | undefined): Readonly<Record<string, string>> {
  const pairs = Object.entries(asObject(given)).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  if (pairs.length > METADATA_MAX) throw new RelayError("invalid_value", "Too many properties in 'metadata': at most 16 are allowed.", { param: "metadata" });
  return Object.fromEntries(pairs);
}

function decodeState(body: JsonObject): Pick<ChatRequest, "state"> {
  const previousId = asText(body.previous_response_id);
  if (previousId === undefined && typeof body.store !== "boolean") return {};
  return { state: { ...(previousId !== undefined && { previousId }), ...(typeof body.store === "boolean" && { store: body.store }) } };
}

function extraOf(body: JsonObject): JsonObject {
  const extra: Record<string, Json> = {};
  for (const [name, value] of Object.entries(body)) if (!KNOWN.has(name) && value !== null && value !== DEFAULTS[name]) extra[name] = value;
  const { verbosity } = asObject(body.text);
  if (typeof verbosity === "string") extra.verbosity = verbosity;
  const include = Array.isArray(body.include) ? body.include.filter((name) => !INCLUDES.has(name)) : [];
  if (include.length > 0) extra.include = include;
  return extra;
}

/** What a client may ask to see that canonical form has a place for. */
const INCLUDES: ReadonlySet<unknown> = new Set(["reasoning.encrypted_content", "message.output_text.logprobs"]);
