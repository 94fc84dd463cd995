import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Jina AI.
 * - DeepSearch chat on a host of its own
 * - usage: usage.total_tokens (and prompt_tokens) in the reply
 */
export const jina = openaiShaped({
  id: "jina",
  name: "Jina AI",
  baseUrl: "https://deepsearch.jina.ai/v1",
  paths: { chat: "/chat/completions" },
  own: {
    embeddings: { dialect: "jina-embeddings", path: "/embeddings", baseUrl: "https://api.jina.ai/v1" },
    rerank: { dialect: "rerank", path: "/rerank", baseUrl: "https://api.jina.ai/v1" },
  },
  unconfirmed: true,
  docs: "https://jina.ai/api",
});
