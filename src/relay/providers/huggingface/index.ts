import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Hugging Face router.
 * - model 'org/name:provider' pins a host; ':fastest' / ':cheapest' policies
 * - usage: depends on the host behind; include_usage
 */
export const huggingface = openaiShaped({
  id: "huggingface",
  name: "Hugging Face router",
  baseUrl: "https://router.huggingface.co/v1",
  paths: { chat: "/chat/completions" },
  responses: { onlyIfChosen: true },
  flags: { stopsBillingOnAbort: false },
  docs: "https://huggingface.co/docs/inference-providers",
});
