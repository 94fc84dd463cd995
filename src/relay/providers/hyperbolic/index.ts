import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Hyperbolic.
 * - image path is singular and the reply holds images[].image base64
 * - usage: OpenAI usage
 */
export const hyperbolic = openaiShaped({
  id: "hyperbolic",
  name: "Hyperbolic",
  baseUrl: "https://api.hyperbolic.xyz/v1",
  paths: { chat: "/chat/completions" },
  flags: { stopsBillingOnAbort: true },
  docs: "https://docs.hyperbolic.xyz",
});
