import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * SiliconFlow.
 * - enable_thinking, thinking_budget extra fields
 * - images: images[] and batch_size, image_size names
 * - other hosts: https://api.siliconflow.com/v1 (international)
 * - usage: usage in chunks (cumulative): keep the last; limits per account and model
 */
export const siliconflow = openaiShaped({
  id: "siliconflow",
  name: "SiliconFlow",
  baseUrl: "https://api.siliconflow.cn/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", speech: "/audio/speech", transcriptions: "/audio/transcriptions", rerank: "/rerank" },
  own: { images: { dialect: "siliconflow-images", path: "/images/generations" }, "image-edits": { dialect: "siliconflow-images", path: "/images/generations" } },
  also: [messagesEndpoint({ bearer: true })],
  flags: { reasoningParam: "enable_thinking", topK: true, streamOptions: "unasked" },
  errorClasses: [
    { match: "30001", class: "quota" },
    { match: "50505", class: "overload" },
    { match: "429", class: "rate" },
    { match: "403", class: "config" },
    { match: "20012", class: "config" },
  ],
  docs: "https://docs.siliconflow.cn",
});
