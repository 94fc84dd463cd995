import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * DeepInfra.
 * - Gemini/Gemma models: completion_tokens without reasoning_tokens; when reasoning > completion add them
 * - usage.estimated_cost in USD
 * - usage: inclusive save the Gemini/Gemma quirk
 */
export const deepinfra = openaiShaped({
  id: "deepinfra",
  name: "DeepInfra",
  baseUrl: "https://api.deepinfra.com/v1/openai",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings" },
  own: { rerank: { dialect: "deepinfra-rerank", basePath: "/v1", path: "/inference/{model}" } },
  also: [messagesEndpoint({ basePath: "/anthropic" })],
  flags: { topK: true, reasoning: "auto", stopsBillingOnAbort: true },
  docs: "https://deepinfra.com/docs",
});
