import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * llama.cpp server.
 * - 503 with Loading model while starting
 * - timings block; cache_prompt
 * - usage: last chunk has usage with include_usage and timings
 */
export const llamaCpp = openaiShaped({
  id: "llama-cpp",
  name: "llama.cpp server",
  baseUrl: "http://localhost:8080/v1",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", rerank: "/rerank" },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ onlyIfChosen: true })],
  flags: { topK: true, stopsBillingOnAbort: true, firstByteMs: 300_000 },
  keyless: true,
  docs: "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
});
