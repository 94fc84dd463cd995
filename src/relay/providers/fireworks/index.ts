import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Fireworks AI.
 * - model ids accounts/fireworks/models/{name}
 * - perf_metrics_in_response adds timing
 * - usage also in response headers fireworks-*
 * - usage: usage in the last chunk without asking; cached in prompt_tokens_details
 */
export const fireworks = openaiShaped({
  id: "fireworks",
  name: "Fireworks AI",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", rerank: "/rerank" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ bearer: true })],
  flags: { topK: true, streamOptions: "unasked", stopsBillingOnAbort: true },
  docs: "https://docs.fireworks.ai/api-reference",
});
