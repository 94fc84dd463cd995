import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Nebius AI Studio.
 * - usage: OpenAI usage; send include_usage
 */
export const nebius = openaiShaped({
  id: "nebius",
  name: "Nebius AI Studio",
  baseUrl: "https://api.studio.nebius.ai/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  flags: { stopsBillingOnAbort: false },
  docs: "https://api.studio.nebius.ai",
});
