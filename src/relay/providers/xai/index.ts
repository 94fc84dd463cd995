import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * xAI.
 * - reasoning models refuse presence_penalty, frequency_penalty, stop
 * - deferred completions exist (deferred:true) and are not offered
 * - a policy-violation fee may be charged on a refusal
 * - usage: completion_tokens EXCLUDES reasoning_tokens (add them); cached_tokens is within prompt_tokens unless
 *   cached > prompt, then it is outside; usage can come in every chunk: keep the last.
 */
export const xai = openaiShaped({
  id: "xai",
  name: "xAI",
  baseUrl: "https://api.x.ai/v1",
  paths: { chat: "/chat/completions" },
  own: {
    images: { dialect: "xai-images", path: "/images/generations" }, "image-edits": { dialect: "xai-images", path: "/images/edits" },
    speech: { dialect: "xai-speech", path: "/tts" }, transcriptions: { dialect: "xai-transcriptions", path: "/stt" },
  },
  responses: {},
  also: [messagesEndpoint({ onlyIfChosen: true })],
  flags: { cached: "auto", reasoning: "out", stopsBillingOnAbort: true },
  docs: "https://docs.x.ai/docs/api-reference",
});
