import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Vercel AI Gateway.
 * - usage: OpenAI usage; send include_usage
 */
export const vercelGateway = openaiShaped({
  id: "vercel-gateway",
  name: "Vercel AI Gateway",
  baseUrl: "https://ai-gateway.vercel.sh/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://ai-gateway.vercel.sh",
});
