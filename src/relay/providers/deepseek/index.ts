import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * DeepSeek.
 * - thinking models: reasoning_content in message and delta
 * - with tools in thinking mode the earlier assistant reasoning_content must be sent back; drop it when history is
 *   foreign and thinking is off
 * - keep-alive: SSE comment lines ': keep-alive' and, non-stream, empty lines before the JSON
 * - finish_reason insufficient_system_resource = upstream capacity, treat as error before text, as length after
 * - usage: prompt_tokens = prompt_cache_hit_tokens + prompt_cache_miss_tokens (inclusive); reasoning in
 *   completion_tokens_details.reasoning_tokens, inclusive. Send include_usage.
 */
export const deepseek = openaiShaped({
  id: "deepseek",
  name: "DeepSeek",
  baseUrl: "https://api.deepseek.com",
  paths: { chat: "/chat/completions", completions: "/beta/completions" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ basePath: "/anthropic" })],
  flags: { reasoningParam: "thinking", reasoningEcho: true, stopsBillingOnAbort: true },
  errorClasses: [
    { match: "402", class: "quota" },
    { match: "401", class: "auth" },
    { match: "422", class: "client" },
    { match: "429", class: "rate" },
    { match: "503", class: "overload" },
    { match: "insufficient_system_resource", class: "overload" },
  ],
  docs: "https://api-docs.deepseek.com",
});
