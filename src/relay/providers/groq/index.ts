import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Groq.
 * - stream usage is in x_groq.usage of the last chunk (also usage with include_usage)
 * - reasoning_format hidden|raw|parsed; field reasoning, not reasoning_content
 * - n must be 1; logprobs, logit_bias refused
 * - usage: inclusive of cached and reasoning
 */
export const groq = openaiShaped({
  id: "groq",
  name: "Groq",
  baseUrl: "https://api.groq.com/openai/v1",
  paths: { chat: "/chat/completions", speech: "/audio/speech", transcriptions: "/audio/transcriptions", translations: "/audio/translations" },
  responses: { onlyIfChosen: true },
  flags: { streamOptions: "unasked", stopsBillingOnAbort: false, verboseWhisper: true },
  docs: "https://console.groq.com/docs/api-reference",
});
