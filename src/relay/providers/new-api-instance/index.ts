import { header } from "#relay/providers/kit/auth.ts";
import { geminiEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { MEDIA_PATHS, openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Another one-api / new-api shop.
 * - keys sk-...; error message ends with (request id: ...)
 * - model list carries supported_endpoint_types in new-api
 * - prices at /api/pricing and /api/ratio_config (if exposed)
 * - usage: as the native protocol; usage may be an estimate of the other shop
 */
export const newApiInstance = openaiShaped({
  id: "new-api-instance",
  name: "Another one-api / new-api shop",
  basePath: "/v1",
  isShop: true,
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", ...MEDIA_PATHS, rerank: "/rerank" },
  realtime: { path: "/realtime", transcription: "named" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ onlyIfChosen: true }), geminiEndpoint({ onlyIfChosen: true })],
  tasks: [
    { protocol: "video-generations" }, { protocol: "mj-proxy", basePath: "", authorize: header("mj-api-secret") }, { protocol: "suno", basePath: "" }, { protocol: "kling", basePath: "/kling" },
  ],
  errorClasses: [
    { match: "loop_detected", class: "config" },
    { match: "insufficient_user_quota", class: "quota" },
    { match: "pre_consume_token_quota_failed", class: "quota" },
    { match: /无可用渠道|no available channel/, class: "overload" },
    { match: "model_not_found", class: "config" },
    { match: /令牌/, class: "auth" },
  ],
  docs: "https://docs.newapi.pro",
});
