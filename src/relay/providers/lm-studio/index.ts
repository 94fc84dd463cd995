import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * LM Studio.
 * - loads models on demand: first byte may take minutes
 * - usage: include_usage honoured
 */
export const lmStudio = openaiShaped({
  id: "lm-studio",
  name: "LM Studio",
  baseUrl: "http://localhost:1234/v1",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings" },
  responses: { onlyIfChosen: true },
  flags: { stopsBillingOnAbort: true, firstByteMs: 300_000 },
  keyless: true,
  docs: "https://lmstudio.ai/docs",
});
