import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Upstage Solar.
 * - usage: OpenAI usage; send include_usage
 */
export const upstage = openaiShaped({
  id: "upstage",
  name: "Upstage Solar",
  baseUrl: "https://api.upstage.ai/v1/solar",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://api.upstage.ai",
});
