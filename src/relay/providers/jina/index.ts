import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Jina AI.
 * - DeepSearch chat
 * - usage: usage.total_tokens (and prompt_tokens) in the reply
 */
export const jina = openaiShaped({
  id: "jina",
  name: "Jina AI",
  baseUrl: "https://deepsearch.jina.ai/v1",
  paths: { chat: "/chat/completions" },
  unconfirmed: true,
  docs: "https://jina.ai/api",
});
