import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Inference.net.
 * - usage: OpenAI usage; send include_usage
 */
export const inferenceNet = openaiShaped({
  id: "inference-net",
  name: "Inference.net",
  baseUrl: "https://api.inference.net/v1",
  paths: { chat: "/chat/completions" },
  flags: { stopsBillingOnAbort: false },
  docs: "https://api.inference.net",
});
