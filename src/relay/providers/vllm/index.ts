import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * vLLM.
 * - reasoning or reasoning_content by version and parser
 * - stream_options.continuous_usage_stats sends usage in every chunk
 * - tools need --enable-auto-tool-choice; otherwise 400
 * - usage: include_usage needed; prompt_tokens_details only with --enable-prompt-tokens-details
 */
export const vllm = openaiShaped({
  id: "vllm",
  name: "vLLM",
  baseUrl: "http://localhost:8000/v1",
  paths: {
    chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings",
    transcriptions: "/audio/transcriptions", translations: "/audio/translations", rerank: "/rerank",
  },
  responses: { onlyIfChosen: true },
  also: [messagesEndpoint({ onlyIfChosen: true })],
  flags: { topK: true, stopsBillingOnAbort: true, firstByteMs: 300_000 },
  keyless: true,
  docs: "https://docs.vllm.ai",
});
