import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";
import type { ProviderEndpoint } from "#relay/providers/provider.ts";

/** Pictures at once; those that are made later are tasks. */
const IMAGES: ProviderEndpoint = { dialect: "dashscope-images", basePath: "/api/v1", path: "/services/aigc/multimodal-generation/generation" };

/**
 * Alibaba Qwen / DashScope.
 * - some models and paths send all that was said so far in each event, in this form, too
 * - enable_thinking must be false (or absent) for non-stream on older thinking models; some models are stream-only
 * - thinking_budget, enable_search as extra body fields
 * - data inspection refusal: code data_inspection_failed (not retryable)
 * - header X-DashScope-DataInspection optional
 * - other hosts: https://dashscope-intl.aliyuncs.com/compatible-mode/v1 (international)
 * - usage: prompt_tokens INCLUDES cached_tokens and cache_creation_input_tokens (both in prompt_tokens_details;
 *   cache_type marks explicit caching); send include_usage
 */
export const dashscope = openaiShaped({
  id: "dashscope",
  name: "Alibaba Qwen / DashScope",
  baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
  paths: { chat: "/chat/completions", completions: "/completions" },
  own: {
    embeddings: { dialect: "dashscope-embeddings", path: "/embeddings" },
    rerank: { dialect: "dashscope-rerank", basePath: "/api/v1", path: "/services/rerank/text-rerank/text-rerank" },
    images: IMAGES, "image-edits": IMAGES,
  },
  responses: { basePath: "/api/v2/apps/protocols/compatible-mode/v1", onlyIfChosen: true },
  also: [messagesEndpoint({ basePath: "/apps/anthropic", bearer: true })],
  tasks: [{ protocol: "dashscope-task", basePath: "/api/v1" }],
  flags: { reasoningParam: "enable_thinking", topK: true, stopsBillingOnAbort: false, repeatsText: true },
  errorClasses: [
    { match: "data_inspection_failed", class: "policy" },
    { match: "DataInspectionFailed", class: "policy" },
    { match: "Arrearage", class: "quota" },
    { match: "InvalidApiKey", class: "auth" },
    { match: "Throttling", class: "rate" },
    { match: "Throttling.RateQuota", class: "rate" },
    { match: "Throttling.AllocationQuota", class: "rate" },
    { match: "AccessDenied.Unpurchased", class: "config" },
    { match: "ModelNotFound", class: "config" },
    { match: "InternalError.Timeout", class: "slow" },
  ],
  docs: "https://help.aliyun.com/zh/model-studio",
});
