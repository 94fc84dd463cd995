import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Cohere, by its own chat (version 2); the copy of OpenAI's interface where a channel's protocol says so.
 * - usage.tokens are what the model read and wrote, usage.billed_units what Cohere invoices; in the last event only
 * - penalties lie between 0 and 1, `p` below 1
 */
export const cohere: Provider = {
  id: "cohere",
  name: "Cohere",
  baseUrl: "https://api.cohere.com",
  paths: {
    chat: [
      { dialect: "cohere", path: "/v2/chat" },
      { dialect: "openai-chat", basePath: "/compatibility/v1", path: "/chat/completions", onlyIfChosen: true },
    ],
    embeddings: { dialect: "cohere-embeddings", path: "/v2/embed" },
    rerank: { dialect: "cohere-rerank", path: "/v2/rerank" },
    transcriptions: { dialect: "cohere-transcriptions", path: "/v2/audio/transcriptions" },
  },
  authorize: bearer,
  flags: { streamOptions: "required", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", stopsBillingOnAbort: true },
  errorClasses: [
    { match: /invalid api token|no api key/i, class: "auth" },
    { match: /trial key|monthly limit|billing/i, class: "quota" },
    { match: /too many tokens|prompt is too long|context length/i, class: "context" },
  ],
  docs: "https://docs.cohere.com/reference",
};
