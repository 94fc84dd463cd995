import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Baichuan.
 * - usage: OpenAI usage in the last chunk
 */
export const baichuan = openaiShaped({
  id: "baichuan",
  name: "Baichuan",
  baseUrl: "https://api.baichuan-ai.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://platform.baichuan-ai.com/docs/api",
});
