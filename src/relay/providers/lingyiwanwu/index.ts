import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * 01.AI (Yi).
 * - usage: OpenAI usage
 */
export const lingyiwanwu = openaiShaped({
  id: "lingyiwanwu",
  name: "01.AI (Yi)",
  baseUrl: "https://api.lingyiwanwu.com/v1",
  paths: { chat: "/chat/completions" },
  flags: { stopsBillingOnAbort: false },
  docs: "https://platform.lingyiwanwu.com/docs",
});
