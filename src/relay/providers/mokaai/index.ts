import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Moka AI.
 * - usage: OpenAI usage; send include_usage
 */
export const mokaai = openaiShaped({
  id: "mokaai",
  name: "Moka AI",
  baseUrl: "https://api.moka.ai/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://api.moka.ai",
});
