import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Submodel.
 * - usage: OpenAI usage; send include_usage
 */
export const submodel = openaiShaped({
  id: "submodel",
  name: "Submodel",
  baseUrl: "https://llm.submodel.ai/v1",
  paths: { chat: "/chat/completions" },
  docs: "https://llm.submodel.ai",
});
