import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * Tencent Hunyuan.
 * - enable_enhancement (search) defaults vary by model
 * - usage: Usage.PromptTokens / CompletionTokens in each frame: keep the last
 */
export const tencentHunyuan = openaiShaped({
  id: "tencent-hunyuan",
  name: "Tencent Hunyuan",
  baseUrl: "https://api.hunyuan.cloud.tencent.com/v1",
  paths: { chat: "/chat/completions", embeddings: "/embeddings" },
  errorClasses: [
    { match: /^AuthFailure.*$/, class: "auth" },
    { match: "RequestLimitExceeded", class: "rate" },
    { match: /^LimitExceeded.*$/, class: "rate" },
    { match: "FailedOperation.ResourcePackExhausted", class: "quota" },
    { match: /^ResourceInsufficient.*$/, class: "quota" },
    { match: /^OperationDenied\..*$/, class: "policy" },
    { match: /^InvalidParameter.*$/, class: "client" },
  ],
  docs: "https://cloud.tencent.com/document/product/1729",
});
