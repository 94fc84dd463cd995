import { bearer } from "#relay/providers/kit/auth.ts";
import { USER } from "#relay/dialects/dify/user.ts";
import { uploading } from "#relay/upstream/uploading.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Dify: one app for each key. The model's name here says what kind it is: `workflow…` runs a workflow, `completion…` an
 * app that completes, anything else one that chats.
 * - one question a call; earlier turns are part of it where the channel is set so
 * - files by address or uploaded before; neither tools nor sampling: they stand in the app
 * - a workflow tells no more than the total of its tokens: such answers are counted here
 */
export const dify: Provider = {
  id: "dify",
  name: "Dify",
  baseUrl: "https://api.dify.ai/v1",
  paths: { chat: { dialect: "dify", path: "/chat-messages" } },
  authorize: bearer,
  carry: ({ transport }) => uploading(transport, { path: (pathname) => pathname.replace(/\/(?:chat-messages|completion-messages|workflows\/run)$/, "/files/upload"), fields: { user: USER }, idOf: ({ id }) => id }),
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", firstByteMs: 120_000 },
  errorClasses: [
    { match: "provider_quota_exceeded", class: "quota" },
    { match: "provider_not_initialize", class: "config" },
    { match: "model_currently_not_support", class: "config" },
    { match: "app_unavailable", class: "config" },
    { match: "not_chat_app", class: "config" },
    { match: "not_workflow_app", class: "config" },
    { match: "not_completion_app", class: "config" },
    // The key may not act for this app, or its plan does not have the call: the app's owner can help, not the customer.
    { match: "forbidden", class: "config" },
    { match: "not_found", class: "config" },
    { match: "conversation_completed", class: "transient" },
    { match: "file_too_large", class: "client" },
    { match: "unsupported_file_type", class: "client" },
    { match: "too_many_files", class: "client" },
    { match: "no_file_uploaded", class: "client" },
    { match: "invalid_param", class: "client" },
    { match: "bad_request", class: "client" },
    { match: "too_many_requests", class: "rate" },
    { match: "rate_limit_error", class: "rate" },
    { match: "unauthorized", class: "auth" },
    { match: "completion_request_error", class: "server" },
    { match: "internal_server_error", class: "server" },
    { match: "workflow_failed", class: "server" },
  ],
  docs: "https://docs.dify.ai/api-reference",
};
