import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Perplexity.
 * - the path of chat has no /v1, that of embeddings has
 * - roles must alternate user/assistant after system
 * - citations / search_results at top level of reply and chunks
 * - each chunk repeats full message and usage: keep the last usage, use delta
 * - usage: usage.reasoning_tokens top-level inside completion_tokens, but in deep research, where it stands beside
 *   completion_tokens and total_tokens as citation_tokens does; num_search_queries, cost block extra; every chunk
 *   carries usage
 */
export const perplexity = openaiShaped({
  id: "perplexity",
  name: "Perplexity",
  baseUrl: "https://api.perplexity.ai",
  paths: { chat: "/chat/completions", embeddings: "/v1/embeddings" },
  responses: { path: "/v1/responses", onlyIfChosen: true },
  flags: { topK: true, streamOptions: "unasked", stopsBillingOnAbort: false },
  docs: "https://docs.perplexity.ai",
});
