import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Ollama.
 * - context length is the server's num_ctx: long prompts are cut silently
 * - no key needed
 * - usage: native: prompt_eval_count, eval_count on the done line (prompt_eval_count may be absent when cached);
 *   OpenAI skin: include_usage
 */
export const ollama = openaiShaped({
  id: "ollama",
  name: "Ollama",
  baseUrl: "http://localhost:11434/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  also: [messagesEndpoint({ onlyIfChosen: true })],
  flags: { stopsBillingOnAbort: true, firstByteMs: 300_000 },
  keyless: true,
  docs: "https://github.com/ollama/ollama/blob/main/docs/api.md",
});
