import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * 302.AI.
 * - usage: OpenAI usage; send include_usage
 */
export const ai302 = openaiShaped({
  id: "302ai",
  name: "302.AI",
  baseUrl: "https://api.302.ai/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://api.302.ai",
});
