import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * AI21.
 * - usage: usage in the last chunk; inclusive
 */
export const ai21 = openaiShaped({
  id: "ai21",
  name: "AI21",
  baseUrl: "https://api.ai21.com/studio/v1",
  paths: { chat: "/chat/completions" },
  flags: { streamOptions: "none", stopsBillingOnAbort: false },
  docs: "https://docs.ai21.com/reference",
});
