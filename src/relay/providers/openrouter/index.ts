import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * OpenRouter.
 * - comment lines ': OPENROUTER PROCESSING' during waits
 * - usage.cost in USD credits: take as upstream cost
 * - reasoning and reasoning_details fields; send reasoning_details back unchanged
 * - mid-stream error: chunk with top-level error and finish_reason error
 * - optional HTTP-Referer and X-Title (X-OpenRouter-Title) headers
 * - usage: usage always sent; inclusive; cache_write_tokens in prompt_tokens_details; cost and cost_details
 */
export const openrouter = openaiShaped({
  id: "openrouter",
  name: "OpenRouter",
  baseUrl: "https://openrouter.ai/api/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", speech: "/audio/speech", transcriptions: "/audio/transcriptions", rerank: "/rerank" },
  own: { images: { dialect: "openrouter-images", path: "/images" }, "image-edits": { dialect: "openrouter-images", path: "/images" } },
  responses: {},
  also: [messagesEndpoint({ bearer: true })],
  flags: { reasoningParam: "reasoning", reasoningDetails: true, topK: true, streamOptions: "unasked", routingFields: true },
  errorClasses: [
    { match: "402", class: "quota" },
    { match: "403 moderation", class: "policy" },
    { match: "408", class: "slow" },
    { match: "429", class: "rate" },
    { match: "502", class: "server" },
    { match: "503", class: "overload" },
  ],
  docs: "https://openrouter.ai/docs",
});
