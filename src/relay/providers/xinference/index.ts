import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Xinference.
 * - model = model uid chosen at launch
 * - usage: rerank usage under meta.tokens; may be absent
 */
export const xinference = openaiShaped({
  id: "xinference",
  name: "Xinference",
  baseUrl: "http://localhost:9997/v1",
  paths: {
    chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings",
    images: "/images/generations", speech: "/audio/speech", transcriptions: "/audio/transcriptions", rerank: "/rerank",
  },
  flags: { firstByteMs: 300_000 },
  keyless: true,
  docs: "https://inference.readthedocs.io",
});
