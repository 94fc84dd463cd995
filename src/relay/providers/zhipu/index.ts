import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Zhipu / Z.ai (GLM).
 * - top_p and temperature strictly inside (0,1); do_sample=false for 0
 * - thinking:{type:enabled|disabled}
 * - finish_reason sensitive -> content_filter; network_error -> error
 * - tool_stream needed for streamed arguments on some models
 * - numeric error codes such as 1301 (content), 1302/1303 (rate), 1113 (arrears)
 * - other hosts: https://api.z.ai/api/paas/v4 (international), https://api.z.ai/api/anthropic (anthropic
 *   international), https://open.bigmodel.cn/api/coding/paas/v4 (coding plan), https://api.z.ai/api/coding/paas/v4
 *   (coding plan international)
 * - usage: prompt_tokens_details.cached_tokens inclusive; usage in the last chunk without asking
 */
export const zhipu = openaiShaped({
  id: "zhipu",
  name: "Zhipu / Z.ai (GLM)",
  baseUrl: "https://open.bigmodel.cn/api/paas/v4",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", images: "/images/generations", rerank: "/rerank" },
  also: [messagesEndpoint({ basePath: "/api/anthropic" })],
  flags: { reasoningParam: "thinking", streamOptions: "unasked" },
  errorClasses: [
    { match: "1000", class: "auth" },
    { match: "1001", class: "auth" },
    { match: "1002", class: "auth" },
    { match: "1003", class: "auth" },
    { match: "1004", class: "auth" },
    { match: "1113", class: "quota" },
    { match: "1211", class: "config" },
    { match: "1214", class: "client" },
    { match: "1261", class: "client" },
    { match: "1301", class: "policy" },
    { match: "1302", class: "rate" },
    { match: "1303", class: "rate" },
    { match: "1304", class: "quota" },
    { match: "1305", class: "overload" },
  ],
  docs: "https://docs.bigmodel.cn",
});
