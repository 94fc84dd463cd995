import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Together AI.
 * - finish_reason eos -> stop
 * - error bodies sometimes {error:{message,type,param,code}} and sometimes plain text
 * - usage: usage in the last chunk; inclusive
 */
export const together = openaiShaped({
  id: "together",
  name: "Together AI",
  baseUrl: "https://api.together.xyz/v1",
  paths: {
    chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings",
    images: "/images/generations", speech: "/audio/speech", transcriptions: "/audio/transcriptions", rerank: "/rerank",
  },
  flags: { topK: true, streamOptions: "unasked", stopsBillingOnAbort: true },
  docs: "https://docs.together.ai",
});
