import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * SambaNova.
 * - usage: usage in the last chunk with include_usage
 */
export const sambanova = openaiShaped({
  id: "sambanova",
  name: "SambaNova",
  baseUrl: "https://api.sambanova.ai/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  flags: { stopsBillingOnAbort: false },
  docs: "https://docs.sambanova.ai",
});
