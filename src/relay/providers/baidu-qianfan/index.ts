import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Baidu Qianfan.
 * - key 'token|appid' adds header appid
 * - usage: OpenAI usage; inclusive; send include_usage
 */
export const baiduQianfan = openaiShaped({
  id: "baidu-qianfan",
  name: "Baidu Qianfan",
  baseUrl: "https://qianfan.baidubce.com/v2",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", images: "/images/generations", "image-edits": "/images/edits", rerank: "/rerank" },
  errorClasses: [
    { match: "17", class: "quota" },
    { match: "18", class: "rate" },
    { match: "19", class: "quota" },
    { match: "110", class: "auth" },
    { match: "111", class: "auth" },
    { match: "336003", class: "client" },
    { match: "336501", class: "rate" },
    { match: "336502", class: "rate" },
    { match: "336104", class: "client" },
    { match: "coding quota", class: "quota" },
  ],
  docs: "https://cloud.baidu.com/doc/qianfan-api",
});
