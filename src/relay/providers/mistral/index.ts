import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Mistral AI.
 * - unknown body fields are refused with 422: send only known ones (no stream_options, no user, no logit_bias)
 * - tool call ids must match [A-Za-z0-9]{9}: remap ids of foreign history
 * - finish_reason model_length -> length
 * - content may be an array of parts with type thinking
 * - response_format and tools in one call need recent models
 * - usage: usage in the last chunk without asking; cached in num_cached_tokens,
 *   prompt_tokens_details.cached_tokens or prompt_token_details.cached_tokens; inclusive.
 */
export const mistral = openaiShaped({
  id: "mistral",
  name: "Mistral AI",
  baseUrl: "https://api.mistral.ai/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", completions: "/fim/completions", transcriptions: "/audio/transcriptions" },
  own: { moderations: { dialect: "mistral-moderations", path: "/moderations" }, speech: { dialect: "mistral-speech", path: "/audio/speech" } },
  flags: { reasoningParam: "none", shortCallIds: true, streamOptions: "none", stopsBillingOnAbort: false },
  errorClasses: [
    { match: "422", class: "client" },
    { match: "429", class: "rate" },
    { match: "401", class: "auth" },
  ],
  docs: "https://docs.mistral.ai/api",
});
