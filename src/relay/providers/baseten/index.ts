import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Baseten.
 * - usage: OpenAI usage; send include_usage
 */
export const baseten = openaiShaped({
  id: "baseten",
  name: "Baseten",
  baseUrl: "https://inference.baseten.co/v1",
  paths: { chat: "/chat/completions" },
  docs: "https://inference.baseten.co",
});
