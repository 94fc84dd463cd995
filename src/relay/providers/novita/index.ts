import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Novita AI.
 * - usage: OpenAI usage; send include_usage
 */
export const novita = openaiShaped({
  id: "novita",
  name: "Novita AI",
  baseUrl: "https://api.novita.ai/v3/openai",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  flags: { stopsBillingOnAbort: true },
  docs: "https://novita.ai/docs",
});
