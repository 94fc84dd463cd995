import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * FastGPT.
 * - importer only
 * - usage: OpenAI usage
 */
export const fastgpt = openaiShaped({
  id: "fastgpt",
  name: "FastGPT",
  baseUrl: "https://fastgpt.run/api/openapi/v1",
  paths: { chat: "/chat/completions" },
  docs: "https://fastgpt.run",
});
