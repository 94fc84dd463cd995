import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * StepFun.
 * - usage: OpenAI usage in the last chunk
 */
export const stepfun = openaiShaped({
  id: "stepfun",
  name: "StepFun",
  baseUrl: "https://api.stepfun.com/v1",
  paths: { chat: "/chat/completions", images: "/images/generations", speech: "/audio/speech", transcriptions: "/audio/transcriptions" },
  flags: { streamOptions: "unasked" },
  docs: "https://platform.stepfun.com/docs",
});
