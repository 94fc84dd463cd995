import { countMessages } from "#relay/providers/kit/count-endpoints.ts";
import { messagesKey } from "#relay/providers/kit/messages-endpoint.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Anthropic.
 * - max_tokens is required; temperature within 0..1, and several models refuse it beside top_p
 * - from Opus 4.7 and Sonnet 5 on: no sampling, thinking adaptive; from 4.6 on: output_config.effort, no prefill
 * - 529 overloaded_error may be tried again; an error event may come after 200
 * - signatures of thoughts are bound to the model: they are dropped when the vendor or the family changes
 * - usage: input_tokens leaves cache reads and writes out; message_start tells the input, message_delta the output;
 *   values replace, never add. Thinking is within output_tokens.
 */
export const anthropic: Provider = {
  id: "anthropic",
  name: "Anthropic",
  baseUrl: "https://api.anthropic.com",
  paths: { chat: { dialect: "anthropic", path: "/v1/messages", count: countMessages } },
  authorize: messagesKey,
  flags: { streamOptions: "none", cached: "out", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", stopsBillingOnAbort: true },
  errorClasses: [
    { match: /^400 .*(?:invalid beta flag|anthropic[-_]beta)/i, class: "quirk" },
    { match: /^400 .*credit balance is too low/i, class: "quota" },
    { match: "billing_error", class: "quota" },
    { match: "enforced_spend_limit_reached", class: "quota" },
    { match: "authentication_error", class: "auth" },
    { match: "permission_error", class: "config" },
    { match: "not_found_error", class: "config" },
    { match: "rate_limit_error", class: "rate" },
    { match: "overloaded_error", class: "overload" },
    { match: "timeout_error", class: "slow" },
    { match: /^400 .*prompt is too long/i, class: "context" },
    { match: /^400 .*(?:signature|thinking block)/i, class: "quirk" },
    { match: "request_too_large", class: "client" },
    { match: "api_error", class: "server" },
  ],
  docs: "https://docs.anthropic.com/en/api",
};
