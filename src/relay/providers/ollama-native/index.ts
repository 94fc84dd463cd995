import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Ollama by its own interface, which knows how many tokens a prompt had and takes its own options.
 * - one JSON object a line, the last with `done`; calls of tools have no ids and objects for arguments
 * - no key needed
 */
export const ollamaNative: Provider = {
  id: "ollama-native",
  name: "Ollama (own interface)",
  baseUrl: "http://localhost:11434",
  paths: { chat: { dialect: "ollama", path: "/api/chat" }, embeddings: { dialect: "ollama-embeddings", path: "/api/embed" } },
  authorize: bearer,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", stopsBillingOnAbort: true, firstByteMs: 300_000 },
  keyless: true,
  docs: "https://github.com/ollama/ollama/blob/main/docs/api.md",
};
