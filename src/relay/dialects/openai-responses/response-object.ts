import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { encodeFormat, encodeTool, encodeToolChoice } from "#relay/dialects/openai-responses/encode-tools.ts";
import { isJsonObject } from "#relay/dialects/openai-responses/wire.ts";

export type ResponseStatus = "in_progress" | "completed" | "incomplete" | "failed";

const same = (name: string): string => name;

/** The ULID of our request, without the prefix: what names of the reply are made of. */
export const idStem = (requestId: string): string => requestId.replace(/^[a-z]+_/i, "").toLowerCase();

/**
 * A response object as it stands at the beginning: every top-level member there is, those of the request as they were
 * asked for or by default.
 */
export function newResponse(options: ReplyOptions, id: string, createdAt: number): JsonObject {
  const { request, model } = options;
  const { system, sampling, reasoning, extra, tools, state, cache } = request;
  const isOwn = request.origin === "openai-responses";
  return {
    id,
    object: "response",
    created_at: createdAt,
    completed_at: null,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: system[0]?.text ?? null,
    max_output_tokens: request.maxOutputTokens ?? null,
    max_tool_calls: extra.max_tool_calls ?? null,
    model,
    output: [],
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: state?.previousId ?? null,
    prompt_cache_key: cache.key ?? null,
    prompt_cache_retention: cache.retention === "24h" ? "24h" : null,
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summaryStyle ?? null },
    safety_identifier: null,
    service_tier: request.serviceTier === undefined || request.serviceTier === "auto" ? "default" : request.serviceTier,
    store: state?.store ?? true,
    temperature: sampling.temperature ?? 1,
    top_p: sampling.topP ?? 1,
    presence_penalty: sampling.presencePenalty ?? 0,
    frequency_penalty: sampling.frequencyPenalty ?? 0,
    top_logprobs: sampling.topLogprobs ?? 0,
    text: { format: encodeFormat(request.output), verbosity: extra.verbosity ?? "medium" },
    tool_choice: request.toolChoice ? encodeToolChoice(request.toolChoice, tools, same) : "auto",
    tools: tools.map((tool) => (tool.type === "builtin" && isJsonObject(tool.raw) ? tool.raw : encodeTool(tool, same, isOwn))),
    truncation: extra.truncation ?? "disabled",
    usage: null,
    user: isOwn ? (request.endUser ?? null) : null,
    metadata: request.metadata,
  };
}
