import { countResponses } from "#relay/providers/kit/count-endpoints.ts";
import { MEDIA_PATHS, openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * OpenAI.
 * - o-series and gpt-5 family (not *-chat variants): max_completion_tokens instead of max_tokens; system role
 *   becomes developer; temperature, top_p, logprobs, presence/frequency penalty refused, except gpt-5.1 and later
 *   with reasoning_effort none
 * - stream usage only with stream_options.include_usage: one last chunk with empty choices
 * - optional headers OpenAI-Organization and OpenAI-Project
 * - service_tier flex/priority changes the price; the served tier is echoed in the reply
 * - usage: prompt_tokens includes cached and audio tokens; completion_tokens includes reasoning and audio.
 *   Responses: input_tokens includes cached, output_tokens includes reasoning.
 */
export const openai = openaiShaped({
  id: "openai",
  name: "OpenAI",
  baseUrl: "https://api.openai.com/v1",
  paths: { chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings", ...MEDIA_PATHS },
  realtime: { path: "/realtime", transcription: "intent" },
  responses: { count: countResponses },
  tasks: [{ protocol: "openai-videos" }],
  flags: { stopsBillingOnAbort: true, maxTokensName: "by_model", verboseWhisper: true },
  errorClasses: [
    { match: "429 insufficient_quota", class: "quota" },
    { match: "credit_balance_exhausted", class: "quota" },
    { match: "project_spend_limit_exceeded", class: "quota" },
    { match: "organization_spend_limit_exceeded", class: "quota" },
    { match: "organization_usage_limit_exceeded", class: "quota" },
    { match: "billing_hard_limit_reached", class: "quota" },
    { match: "account_deactivated", class: "auth" },
    { match: "invalid_api_key", class: "auth" },
    { match: "rate_limit_exceeded", class: "rate" },
    { match: "context_length_exceeded", class: "context" },
    { match: "content_policy_violation", class: "policy" },
    { match: "model_not_found", class: "config" },
  ],
  docs: "https://platform.openai.com/docs/api-reference",
});
