import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Cohere.
 * - OpenAI skin
 * - usage: usage.tokens.{input,output}_tokens are real counts; usage.billed_units is what Cohere invoices
 *   (search_units for rerank): store both, cost from billed_units. In message-end only.
 */
export const cohere = openaiShaped({
  id: "cohere",
  name: "Cohere",
  baseUrl: "https://api.cohere.ai/compatibility/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  flags: { stopsBillingOnAbort: true },
  unconfirmed: true,
  docs: "https://docs.cohere.com/reference",
});
