import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Moonshot / Kimi.
 * - China host https://api.moonshot.cn/v1 has separate accounts
 * - builtin tool $web_search: echo arguments back as tool result
 * - thinking models need reasoning_content echoed in history with tools
 * - temperature above 1 refused on some models
 * - other hosts: https://api.moonshot.cn/v1 (cn), https://api.kimi.com/coding/v1 (coding plan)
 * - usage: cached_tokens at top level of usage, or prompt_tokens_details; some models put usage in
 *   choices[0].usage of the last chunk; inclusive; send include_usage
 */
export const moonshot = openaiShaped({
  id: "moonshot",
  name: "Moonshot / Kimi",
  baseUrl: "https://api.moonshot.ai/v1",
  paths: { chat: "/chat/completions" },
  also: [messagesEndpoint({ basePath: "/anthropic" })],
  flags: { reasoningParam: "thinking", reasoningEcho: true },
  errorClasses: [
    { match: "exceeded_current_quota_error", class: "quota" },
    { match: "engine_overloaded_error", class: "overload" },
    { match: "rate_limit_reached_error", class: "rate" },
    { match: "content_filter", class: "policy" },
    { match: "invalid_authentication_error", class: "auth" },
  ],
  docs: "https://platform.moonshot.ai/docs",
});
