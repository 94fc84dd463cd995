import { aggregate } from "#relay/canonical/aggregate.ts";
import type { Block, Candidate } from "#relay/canonical/aggregate.ts";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { Citation, Json, JsonObject } from "#relay/canonical/request.ts";
import { encodeDetails, encodeOtherProof } from "#relay/dialects/openai-chat/reasoning-details.ts";
import { finishWord } from "#relay/dialects/openai-kit/finish-word.ts";
import { chatUsage } from "#relay/dialects/openai-kit/usage-wire.ts";
import { tierOf } from "#relay/dialects/openai-chat/service-tier.ts";

/** The id that every chunk of an answer, and its error, bears. */
export const replyId = (requestId: string): string => `chatcmpl-${requestId}`;

export function encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): JsonObject {
  const answer = aggregate(events);
  return {
    id: replyId(options.requestId),
    object: "chat.completion",
    created: answer.created ?? options.createdAt,
    model: options.model,
    choices: answer.candidates.toSorted((a, b) => a.number - b.number).map((candidate) => choiceOf(candidate, answer.finish, options)),
    ...(answer.usage && { usage: chatUsage(answer.usage) }),
    ...tierOf(answer.usage),
  };
}

function choiceOf({ number, blocks, finish }: Candidate, otherwise: FinishReason, { request }: ReplyOptions): JsonObject {
  return { index: number, message: messageOf(blocks, request.legacyFunctions === true), logprobs: logprobsOf(blocks), finish_reason: finishWord(finish ?? otherwise, request.legacyFunctions === true) };
}

function messageOf(blocks: readonly Block[], legacy: boolean): JsonObject {
  const of = <Type extends Block["type"]>(type: Type) => blocks.filter((block): block is Extract<Block, { type: Type }> => block.type === type);
  const texts = of("text"), refusals = of("refusal"), tools = of("tool"), reasoning = of("reasoning"), [audio] = of("audio");
  const text = texts.map((block) => block.text).join("");
  const refusal = refusals.map((block) => block.text).join("");
  const thought = reasoning.map((block) => block.text).join("");
  const details = [
    ...reasoning.flatMap(encodeDetails),
    ...texts.flatMap(({ proof, index }) => (proof ? [encodeOtherProof(proof, index)] : [])),
    ...tools.flatMap(({ proof, index, id }) => (proof && proof.family !== "gemini" ? [encodeOtherProof(proof, index, id)] : [])),
  ];
  const annotations = texts.flatMap((block) => block.citations).flatMap(annotationOf);
  const images = of("image").map(({ mime, base64 }) => imageOf(mime, base64));
  return {
    role: "assistant",
    content: text === "" && (tools.length > 0 || refusal !== "" || audio) ? null : text,
    refusal: refusal === "" ? null : refusal,
    ...(thought !== "" && { reasoning_content: thought }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(tools.length > 0 && (legacy ? { function_call: { name: tools[0]!.name, arguments: tools[0]!.arguments } } : { tool_calls: tools.map(callOf) })),
    ...(annotations.length > 0 && { annotations }),
    ...(audio && { audio: { id: audio.id ?? `audio_${audio.index}`, data: audio.base64, expires_at: audio.expiresAt ?? 0, transcript: audio.transcript } }),
    ...(images.length > 0 && { images }),
  };
}

function callOf({ id, name, arguments: written, custom, proof }: Extract<Block, { type: "tool" }>): JsonObject {
  if (custom) return { id, type: "custom", custom: { name, input: written } };
  return { id, type: "function", function: { name, arguments: written }, ...signatureOf(proof) };
}

/** Where Google's own clients of this format look for it. */
export const signatureOf = (proof: Extract<Block, { type: "tool" }>["proof"]): JsonObject =>
  proof?.family === "gemini" ? { extra_content: { google: { thought_signature: proof.value } } } : {};

export const imageOf = (mime: string, base64: string): JsonObject => ({ type: "image_url", image_url: { url: `data:${mime};base64,${base64}` } });

/** Only what has an address can be told in this format. */
export const annotationOf = ({ url, title, start = 0, end = 0 }: Citation): JsonObject[] =>
  url === undefined ? [] : [{ type: "url_citation", url_citation: { url, title: title ?? "", start_index: start, end_index: end } }];

function logprobsOf(blocks: readonly Block[]): Json {
  const content = blocks.flatMap((block) => (block.type === "text" ? block.logprobs.flatMap(tokensOf) : []));
  return content.length === 0 ? null : { content, refusal: null };
}

/** As chat tells them, `{content: […]}`, or as Responses does, the bare list. */
export function tokensOf(raw: Json): readonly Json[] {
  if (Array.isArray(raw)) return raw as readonly Json[];
  const content = typeof raw === "object" && raw !== null ? (raw as JsonObject).content : undefined;
  return Array.isArray(content) ? (content as readonly Json[]) : [];
}
