import { expect, test } from "vitest";
import { dialects } from "#relay/dialects/index.ts";
import { RELAY_ERRORS, RelayError, type RelayErrorCode } from "#relay/errors.ts";

/** status, type, code: what SDKs look at. A change here is a change for customers. */
const GOLDEN: Readonly<Record<RelayErrorCode, readonly [status: number, type: string, code: string]>> = {
  invalid_json: [400, "invalid_request_error", "invalid_json"],
  invalid_value: [400, "invalid_request_error", "invalid_value"],
  missing_required_parameter: [400, "invalid_request_error", "missing_required_parameter"],
  unsupported_parameter: [400, "invalid_request_error", "unsupported_parameter"],
  unsupported_format: [400, "invalid_request_error", "unsupported_format"],
  context_length_exceeded: [400, "invalid_request_error", "context_length_exceeded"],
  content_policy_violation: [400, "invalid_request_error", "content_policy_violation"],
  key_missing: [401, "invalid_request_error", "invalid_api_key"],
  key_invalid: [401, "invalid_request_error", "invalid_api_key"],
  key_disabled: [401, "invalid_request_error", "invalid_api_key"],
  key_expired: [401, "invalid_request_error", "invalid_api_key"],
  ambiguous_credentials: [401, "invalid_request_error", "ambiguous_credentials"],
  insufficient_quota: [402, "insufficient_quota", "insufficient_quota"],
  account_debt: [402, "insufficient_quota", "account_debt"],
  budget_exceeded: [402, "insufficient_quota", "budget_exceeded"],
  low_balance_concurrency: [429, "requests", "low_balance_concurrency"],
  ip_not_allowed: [403, "permission_error", "ip_not_allowed"],
  endpoint_not_allowed: [403, "permission_error", "endpoint_not_allowed"],
  model_not_allowed: [403, "permission_error", "model_not_allowed"],
  account_disabled: [403, "permission_error", "account_disabled"],
  model_not_found: [404, "invalid_request_error", "model_not_found"],
  no_endpoint_matches: [404, "invalid_request_error", "no_endpoint_matches"],
  unsupported_endpoint: [404, "invalid_request_error", "unsupported_endpoint"],
  not_found: [404, "invalid_request_error", "not_found"],
  previous_response_not_found: [400, "invalid_request_error", "previous_response_not_found"],
  not_ready: [404, "invalid_request_error", "not_ready"],
  method_not_allowed: [405, "invalid_request_error", "method_not_allowed"],
  request_timeout: [408, "invalid_request_error", "request_timeout"],
  idempotency_conflict: [409, "invalid_request_error", "idempotency_conflict"],
  idempotency_in_progress: [409, "invalid_request_error", "idempotency_in_progress"],
  idempotency_replay_unavailable: [409, "invalid_request_error", "idempotency_replay_unavailable"],
  request_too_large: [413, "invalid_request_error", "request_too_large"],
  unsupported_media_type: [415, "invalid_request_error", "unsupported_media_type"],
  upgrade_required: [426, "invalid_request_error", "upgrade_required"],
  rate_limit_requests: [429, "requests", "rate_limit_exceeded"],
  rate_limit_tokens: [429, "tokens", "rate_limit_exceeded"],
  concurrency_limit_exceeded: [429, "requests", "concurrency_limit_exceeded"],
  too_many_unknown_keys: [429, "requests", "rate_limit_exceeded"],
  upstream_rate_limited: [429, "requests", "upstream_rate_limited"],
  upstream_request_rejected: [400, "invalid_request_error", "invalid_value"],
  upstream_unavailable: [502, "upstream_error", "upstream_unavailable"],
  bad_upstream_response: [502, "upstream_error", "bad_upstream_response"],
  no_available_channel: [503, "upstream_error", "no_available_channel"],
  upstream_timeout: [504, "upstream_error", "upstream_timeout"],
  loop_detected: [502, "upstream_error", "loop_detected"],
  server_overloaded: [503, "server_error", "server_overloaded"],
  billing_unavailable: [503, "server_error", "billing_unavailable"],
  billing_backlog: [503, "server_error", "billing_backlog"],
  internal_error: [500, "server_error", "internal_error"],
};
const CODES = Object.keys(RELAY_ERRORS) as RelayErrorCode[];
const SECRET = "sk-upstream-secret";

/** Streams of these end with `[DONE]`. */
const DONE_ENDED = [dialects["openai-chat"], dialects["openai-completions"], dialects["openai-embeddings"]];

test.each(CODES.flatMap((code) => DONE_ENDED.map((dialect) => [code, dialect.id, dialect] as const)))("%s in %s", (code, _id, dialect) => {
  const [status, type, wireCode] = GOLDEN[code];
  const error = new RelayError(code, "A sentence.", { cause: new Error(SECRET) });
  expect(error.status).toBe(status);
  expect(dialect.encodeError(error, "req_1")).toEqual({ error: { message: "A sentence. (request id: req_1)", type, param: null, code: wireCode } });
  const event = dialect.encodeStreamError(error, "req_1", "reply-1");
  expect(event.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
  expect(event).not.toContain(SECRET);
});

test("an in-band error has the form of a chunk", () => {
  const event = dialects["openai-chat"].encodeStreamError(new RelayError("upstream_timeout", "Late."), "req_1", "chatcmpl-9");
  expect(JSON.parse(event.slice("data: ".length, event.indexOf("\n\n")))).toEqual({
    id: "chatcmpl-9",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: {}, finish_reason: "error" }],
    error: { message: "Late. (request id: req_1)", type: "upstream_error", code: "upstream_timeout" },
  });
});

test("a refusal of the vendor's keeps its status, param and code; money says what is missing", () => {
  const rejected = new RelayError("upstream_request_rejected", "Bad.", { status: 422, param: "messages[0]", upstreamCode: "unsupported_value" });
  expect(rejected.status).toBe(422);
  expect(dialects["openai-chat"].encodeError(rejected, "r")).toMatchObject({ error: { param: "messages[0]", code: "unsupported_value" } });
  const broke = new RelayError("insufficient_quota", "No credit.", { extra: { needed_usd: "0.5" } });
  expect(dialects["openai-chat"].encodeError(broke, "r")).toMatchObject({ error: { code: "insufficient_quota", needed_usd: "0.5" } });
});
