import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Featherless.
 * - usage: OpenAI usage; send include_usage
 */
export const featherless = openaiShaped({
  id: "featherless",
  name: "Featherless",
  baseUrl: "https://api.featherless.ai/v1",
  paths: { chat: "/chat/completions" },
  flags: { stopsBillingOnAbort: false },
  docs: "https://api.featherless.ai",
});
