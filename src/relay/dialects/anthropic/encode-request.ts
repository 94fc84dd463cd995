import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, Json, Sampling, TextPart } from "#relay/canonical/request.ts";
import { cacheControl, EncodeContext, unsupported } from "#relay/dialects/anthropic/encode-context.ts";
import { writeMessages, type Turn } from "#relay/dialects/anthropic/encode-messages.ts";
import { writeText } from "#relay/dialects/anthropic/encode-parts.ts";
import { writeThinking, type Thinking } from "#relay/dialects/anthropic/encode-thinking.ts";
import { writeTools } from "#relay/dialects/anthropic/encode-tools.ts";
import { hashedUser } from "#relay/dialects/anthropic/fields.ts";
import { strictSchema } from "#relay/dialects/anthropic/strict-schema.ts";
import { asWire, compact, isWire, listOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

const MAX_TOKENS_PRESET = 4096;
const CACHE_MARKS_MAX = 4;
const TEMPERATURE_MAX = 1;
const TOP_P_WITH_THINKING_MIN = 0.95;

/** Writes a request for a message. @throws RelayError unsupported_parameter, invalid_value */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const context = new EncodeContext(target);
  refuse(request);
  const max_tokens = maxTokensOf(request, context);
  const turns = writeMessages(request, context);
  const thought = writeThinking(request, max_tokens, turns, context);
  const output = writeOutput(request, context, thought);
  const { tools, tool_choice } = writeTools(request, context, output.tool, thought.on);
  const output_config = compact({ effort: thought.effort, format: output.format });
  const system = [...request.system, ...output.system].filter(({ text }) => text !== "").map(writeText);
  const body = compact({
    model: target.upstreamModel, max_tokens,
    system: system.length === 0 ? undefined : system,
    messages: turns.map(({ role, content }): Wire => ({ role, content })),
    tools: tools.length === 0 ? undefined : tools, tool_choice,
    thinking: thought.thinking,
    output_config: Object.keys(output_config).length === 0 ? undefined : output_config,
    ...writeSampling(request.sampling, thought, context),
    stream: request.stream ? true : undefined,
    metadata: request.endUser === undefined ? undefined : { user_id: hashedUser(request.endUser) },
    ...(request.cache.auto === true ? cacheControl({ ttl: request.cache.retention === "5m" || request.cache.retention === undefined ? "5m" : "1h" }) : {}),
    ...writeExtra(request, context),
  });
  const { restore } = context.names;
  const betas = request.origin === "anthropic" ? [...new Set([...request.betas, ...context.betas])] : [...context.betas];
  return {
    body: withFewMarks(body),
    ...(restore ? { restore } : {}),
    ...(betas.length > 0 ? { headers: { "anthropic-beta": betas.join(",") } } : {}),
  };
}

function refuse({ candidates, modalities, audioOut, state }: ChatRequest): void {
  if (candidates > 1) throw unsupported("n", "The model's vendor gives one answer a request.");
  if (modalities.includes("audio") || audioOut !== undefined || modalities.includes("image")) throw unsupported("modalities", "The model's vendor answers in text alone.");
  if (state?.previousId !== undefined) throw unsupported("previous_response_id");
}

function maxTokensOf({ maxOutputTokens }: ChatRequest, { target }: EncodeContext): number {
  const wanted = maxOutputTokens ?? target.capTokens ?? target.maxOutputTokens ?? MAX_TOKENS_PRESET;
  const most = Math.min(target.maxOutputTokens ?? Infinity, target.capTokens ?? Infinity);
  if (maxOutputTokens !== undefined && maxOutputTokens > (target.maxOutputTokens ?? Infinity)) target.warn("max_tokens_clamped");
  return Math.min(wanted, most);
}

type Output = Readonly<{ format?: Json; tool?: Json; system: readonly TextPart[] }>;

/** A schema for the reply: the model's own means, else a tool that it must answer with, else words. */
function writeOutput({ output, tools }: ChatRequest, context: EncodeContext, { on }: Thinking): Output {
  if (output.format !== "json-schema") return { system: output.format === "json" ? [said("Reply with one valid JSON object and nothing else.")] : [] };
  if (context.rules.structuredOutput) return { format: { type: "json_schema", schema: strictSchema(output.schema) }, system: [] };
  const isObject = asWire(output.schema).type === "object" || asWire(output.schema).properties !== undefined;
  if (isObject && !on) return { tool: output.schema, system: tools.length === 0 ? [] : [said("Give the final reply by calling the tool structured_reply.")] };
  context.lose("schema_soft", "response_format");
  return { system: [said(`Reply with JSON that follows this schema and nothing else:\n${JSON.stringify(output.schema)}`)] };
}

const said = (text: string): TextPart => ({ type: "text", text });

/** Members of sampling that this protocol does not have, by the names that clients know them by. */
const LOST = [
  ["seed", "seed", "seed_dropped"], ["presencePenalty", "presence_penalty", "presence_penalty_dropped"],
  ["frequencyPenalty", "frequency_penalty", "frequency_penalty_dropped"], ["repetitionPenalty", "repetition_penalty", "repetition_penalty_dropped"],
  ["minP", "min_p", "min_p_dropped"], ["logitBias", "logit_bias", "logit_bias_dropped"],
] as const;

function writeSampling(sampling: Sampling, { on }: Thinking, context: EncodeContext): Readonly<Record<string, Json | undefined>> {
  for (const [key, param, code] of LOST) {
    const value = sampling[key];
    if (value !== undefined && value !== 0) context.lose(code, param);
  }
  if (sampling.logprobs === true || sampling.topLogprobs !== undefined) context.lose("logprobs_dropped", "logprobs");
  const stop = sampling.stop?.filter((text) => text.trim() !== "");
  return { ...writeChance(sampling, on, context), stop_sequences: stop === undefined || stop.length === 0 ? undefined : stop };
}

function writeChance({ temperature, topP, topK }: Sampling, thinking: boolean, context: EncodeContext): Readonly<Record<string, Json | undefined>> {
  const { sampling } = context.rules;
  const refused = thinking || sampling === "none";
  const keepsTopP = topP !== undefined && !(sampling === "none") && (!thinking || topP >= TOP_P_WITH_THINKING_MIN);
  // 1 is what these are without being named.
  if (refused && temperature !== undefined && temperature !== TEMPERATURE_MAX) context.lose("temperature_dropped", "temperature");
  if (refused && topK !== undefined) context.lose("top_k_dropped", "top_k");
  if (!keepsTopP && topP !== undefined && topP !== 1) context.lose("top_p_dropped", "top_p");
  if (refused) return { top_p: keepsTopP ? topP : undefined };
  const warm = temperature === undefined ? undefined : Math.min(TEMPERATURE_MAX, Math.max(0, temperature));
  if (warm !== temperature) context.lose("temperature_clamped", "temperature");
  const both = warm !== undefined && topP !== undefined && sampling === "one";
  if (both && topP !== 1) context.lose("top_p_dropped", "top_p");
  return { temperature: warm, top_p: both ? undefined : topP, top_k: topK };
}

/** Members of this format's own that are no business of the canonical form; those of other formats mean nothing here. */
function writeExtra({ origin, extra, serviceTier }: ChatRequest, context: EncodeContext): Readonly<Record<string, Json>> {
  if (serviceTier === "flex" || serviceTier === "priority") context.lose("tier_dropped", "service_tier");
  if (origin === "anthropic") return extra;
  for (const name of Object.keys(extra)) context.lose(`unknown:${name}`, name);
  return {};
}

/** The vendor takes four marks; the last ones save the most. */
function withFewMarks(body: Wire): Wire {
  const messages = listOf(body.messages) as readonly (Wire & Turn)[];
  const marked = [...listOf(body.tools), ...listOf(body.system), ...messages.flatMap(({ content }) => content)].filter((block) => isWire(block) && block.cache_control !== undefined);
  const spare = new Set(marked.slice(0, Math.max(0, marked.length + (body.cache_control === undefined ? 0 : 1) - CACHE_MARKS_MAX)));
  if (spare.size === 0) return body;
  const unmark = (block: Json): Json => {
    if (!isWire(block) || !spare.has(block)) return block;
    const { cache_control: _mark, ...rest } = block;
    return rest;
  };
  return compact({
    ...body,
    tools: body.tools === undefined ? undefined : listOf(body.tools).map(unmark),
    system: body.system === undefined ? undefined : listOf(body.system).map(unmark),
    messages: messages.map((message): Wire => ({ ...message, content: message.content.map(unmark) })),
  });
}
