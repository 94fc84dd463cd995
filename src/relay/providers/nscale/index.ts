import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Nscale.
 * - usage: OpenAI usage; send include_usage
 */
export const nscale = openaiShaped({
  id: "nscale",
  name: "Nscale",
  baseUrl: "https://inference.api.nscale.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://inference.api.nscale.com",
});
