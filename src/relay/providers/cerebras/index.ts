import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Cerebras.
 * - frequency_penalty, presence_penalty, logit_bias refused
 * - time_info block in replies
 * - x-ratelimit-*-requests-day and tokens-minute headers
 * - usage: usage in the last chunk
 */
export const cerebras = openaiShaped({
  id: "cerebras",
  name: "Cerebras",
  baseUrl: "https://api.cerebras.ai/v1",
  paths: { chat: "/chat/completions", completions: "/completions" },
  flags: { streamOptions: "unasked" },
  docs: "https://inference-docs.cerebras.ai",
});
