import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * OVHcloud AI Endpoints.
 * - usage: OpenAI usage; send include_usage
 */
export const ovhcloud = openaiShaped({
  id: "ovhcloud",
  name: "OVHcloud AI Endpoints",
  baseUrl: "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  docs: "https://oai.endpoints.kepler.ai.cloud.ovh.net",
});
