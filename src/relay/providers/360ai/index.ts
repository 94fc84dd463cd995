import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * 360 Zhinao.
 * - usage: OpenAI usage; send include_usage
 */
export const ai360 = openaiShaped({
  id: "360ai",
  name: "360 Zhinao",
  baseUrl: "https://api.360.cn/v1",
  paths: { chat: "/chat/completions" },
  docs: "https://api.360.cn",
});
