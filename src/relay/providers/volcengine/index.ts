import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Volcengine Ark / Doubao.
 * - model may be an endpoint id ep-...; bot-... ids go to /bots
 * - thinking:{type:enabled|disabled|auto}
 * - caching contexts via context/create
 * - other hosts: https://ark.ap-southeast.bytepluses.com/api/v3 (international),
 *   https://ark.cn-beijing.volces.com/api/coding/v3 (coding plan)
 * - usage: prompt_tokens_details.cached_tokens inclusive; completion_tokens_details.reasoning_tokens inclusive;
 *   send include_usage
 */
export const volcengine = openaiShaped({
  id: "volcengine",
  name: "Volcengine Ark / Doubao",
  baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  own: { images: { dialect: "ark-images", path: "/images/generations" }, "image-edits": { dialect: "ark-images", path: "/images/generations" } },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ basePath: "/api/coding", bearer: true, onlyIfChosen: true })],
  flags: { reasoningParam: "thinking" },
  errorClasses: [
    { match: "AccountOverdueError", class: "quota" },
    { match: "AuthenticationError", class: "auth" },
    { match: "ModelNotOpen", class: "config" },
    { match: "InvalidEndpointOrModel.NotFound", class: "config" },
    { match: /^RateLimitExceeded\..*$/, class: "rate" },
    { match: "QuotaExceeded", class: "quota" },
    { match: "ServerOverloaded", class: "overload" },
    { match: /^SensitiveContentDetected.*$/, class: "policy" },
    { match: "InputTextSensitiveContentDetected", class: "policy" },
  ],
  docs: "https://www.volcengine.com/docs/82379",
});
