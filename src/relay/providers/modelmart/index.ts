import { geminiEndpoint } from "#relay/providers/kit/gemini-endpoint.ts";
import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { MEDIA_PATHS, openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Another Modelmart.
 * - send X-Modelmart-Hops; refuse at 3 (loop guard)
 * - trust x-modelmart-cost-nano-usd as upstream cost
 * - usage: usage as this document defines; cost in header and body
 */
export const modelmart = openaiShaped({
  id: "modelmart",
  name: "Another Modelmart",
  basePath: "/v1",
  isShop: true,
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", ...MEDIA_PATHS, rerank: "/rerank" },
  realtime: { path: "/realtime", transcription: "named" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint(), geminiEndpoint()],
  errorClasses: [{ match: "loop_detected", class: "config" }],
  tasks: [{ protocol: "openai-videos" }, { protocol: "mj-proxy", basePath: "" }, { protocol: "suno", basePath: "" }, { protocol: "kling", basePath: "/kling" }],
  flags: { reasoningDetails: true, topK: true, stopsBillingOnAbort: true, routingFields: true },
});
