import { expect, test } from "vitest";
import { errorForms } from "#relay/dialects/error-forms.ts";
import { encodeStreamError as anthropicStreamError } from "#relay/dialects/anthropic/errors.ts";
import { encodeStreamError as geminiStreamError } from "#relay/dialects/gemini/errors.ts";
import { encodeStreamError as responsesStreamError, responseFailure } from "#relay/dialects/openai-responses/errors.ts";
import { RELAY_ERRORS, RelayError, type RelayErrorCode } from "#relay/errors.ts";

type Row = readonly [status: number, anthropic: string, geminiStatus: string, geminiReason: string, anthropicStatus?: number];

/** What SDKs of two vendors look at. A change here is a change for customers. */
const GOLDEN: Readonly<Record<RelayErrorCode, Row>> = {
  invalid_json: [400, "invalid_request_error", "INVALID_ARGUMENT", "invalid_json"],
  invalid_value: [400, "invalid_request_error", "INVALID_ARGUMENT", "invalid_value"],
  missing_required_parameter: [400, "invalid_request_error", "INVALID_ARGUMENT", "missing_required_parameter"],
  unsupported_parameter: [400, "invalid_request_error", "INVALID_ARGUMENT", "unsupported_parameter"],
  unsupported_format: [400, "invalid_request_error", "INVALID_ARGUMENT", "unsupported_format"],
  context_length_exceeded: [400, "invalid_request_error", "INVALID_ARGUMENT", "context_length_exceeded"],
  content_policy_violation: [400, "invalid_request_error", "INVALID_ARGUMENT", "content_policy_violation"],
  key_missing: [401, "authentication_error", "UNAUTHENTICATED", "invalid_api_key"],
  key_invalid: [401, "authentication_error", "UNAUTHENTICATED", "invalid_api_key"],
  key_disabled: [401, "authentication_error", "UNAUTHENTICATED", "invalid_api_key"],
  key_expired: [401, "authentication_error", "UNAUTHENTICATED", "invalid_api_key"],
  ambiguous_credentials: [401, "authentication_error", "UNAUTHENTICATED", "ambiguous_credentials"],
  insufficient_quota: [402, "billing_error", "FAILED_PRECONDITION", "insufficient_quota"],
  account_debt: [402, "billing_error", "FAILED_PRECONDITION", "account_debt"],
  budget_exceeded: [402, "billing_error", "FAILED_PRECONDITION", "budget_exceeded"],
  low_balance_concurrency: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "low_balance_concurrency"],
  ip_not_allowed: [403, "permission_error", "PERMISSION_DENIED", "ip_not_allowed"],
  endpoint_not_allowed: [403, "permission_error", "PERMISSION_DENIED", "endpoint_not_allowed"],
  model_not_allowed: [403, "permission_error", "PERMISSION_DENIED", "model_not_allowed"],
  account_disabled: [403, "permission_error", "PERMISSION_DENIED", "account_disabled"],
  model_not_found: [404, "not_found_error", "NOT_FOUND", "model_not_found"],
  no_endpoint_matches: [404, "not_found_error", "NOT_FOUND", "no_endpoint_matches"],
  unsupported_endpoint: [404, "not_found_error", "NOT_FOUND", "unsupported_endpoint"],
  not_found: [404, "not_found_error", "NOT_FOUND", "not_found"],
  previous_response_not_found: [400, "invalid_request_error", "INVALID_ARGUMENT", "previous_response_not_found"],
  not_ready: [404, "not_found_error", "NOT_FOUND", "not_ready"],
  method_not_allowed: [405, "invalid_request_error", "UNIMPLEMENTED", "method_not_allowed"],
  request_timeout: [408, "timeout_error", "DEADLINE_EXCEEDED", "request_timeout"],
  idempotency_conflict: [409, "invalid_request_error", "ABORTED", "idempotency_conflict"],
  idempotency_in_progress: [409, "invalid_request_error", "ABORTED", "idempotency_in_progress"],
  idempotency_replay_unavailable: [409, "invalid_request_error", "ABORTED", "idempotency_replay_unavailable"],
  request_too_large: [413, "request_too_large", "INVALID_ARGUMENT", "request_too_large"],
  unsupported_media_type: [415, "invalid_request_error", "INVALID_ARGUMENT", "unsupported_media_type"],
  upgrade_required: [426, "invalid_request_error", "UNIMPLEMENTED", "upgrade_required"],
  rate_limit_requests: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "rate_limit_exceeded"],
  rate_limit_tokens: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "rate_limit_exceeded"],
  concurrency_limit_exceeded: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "concurrency_limit_exceeded"],
  too_many_unknown_keys: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "rate_limit_exceeded"],
  upstream_rate_limited: [429, "rate_limit_error", "RESOURCE_EXHAUSTED", "upstream_rate_limited"],
  upstream_request_rejected: [400, "invalid_request_error", "INVALID_ARGUMENT", "invalid_value"],
  upstream_unavailable: [502, "api_error", "UNAVAILABLE", "upstream_unavailable"],
  bad_upstream_response: [502, "api_error", "UNAVAILABLE", "bad_upstream_response"],
  no_available_channel: [503, "overloaded_error", "UNAVAILABLE", "no_available_channel", 529],
  upstream_timeout: [504, "timeout_error", "DEADLINE_EXCEEDED", "upstream_timeout"],
  loop_detected: [502, "api_error", "UNAVAILABLE", "loop_detected"],
  server_overloaded: [503, "overloaded_error", "UNAVAILABLE", "server_overloaded", 529],
  billing_unavailable: [503, "overloaded_error", "UNAVAILABLE", "billing_unavailable", 529],
  billing_backlog: [503, "overloaded_error", "UNAVAILABLE", "billing_backlog", 529],
  internal_error: [500, "api_error", "INTERNAL", "internal_error"],
};
const CODES = Object.keys(RELAY_ERRORS) as RelayErrorCode[];
const { anthropic, gemini } = errorForms;
const detailsOf = (error: RelayError): Record<string, unknown>[] => (gemini.encodeError(error, "req_1") as { error: { details: Record<string, unknown>[] } }).error.details;
const typed = (details: Record<string, unknown>[], name: string) => details.find((detail) => detail["@type"] === `type.googleapis.com/google.rpc.${name}`);

test.each(CODES)("%s", (code) => {
  const [status, type, geminiStatus, reason, anthropicStatus = status] = GOLDEN[code];
  const error = new RelayError(code, "A sentence.", { cause: new Error("sk-upstream-secret") });
  const message = code === "context_length_exceeded" ? "prompt is too long: A sentence." : "A sentence.";
  expect(anthropic.errorStatus(error)).toBe(anthropicStatus);
  expect(anthropic.encodeError(error, "req_1")).toEqual({ type: "error", error: { type, message }, request_id: "req_1" });
  expect(anthropicStreamError(error, "req_1")).toBe(`event: error\ndata: ${JSON.stringify(anthropic.encodeError(error, "req_1"))}\n\n`);
  expect(gemini.errorStatus(error)).toBe(status);
  expect(gemini.encodeError(error, "req_1")).toMatchObject({ error: { code: status, message: "A sentence.", status: geminiStatus } });
  expect(typed(detailsOf(error), "ErrorInfo")).toEqual({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "modelmart", metadata: { request_id: "req_1" } });
  expect(geminiStreamError(error, "req_1")).toBe(`data: ${JSON.stringify(gemini.encodeError(error, "req_1"))}\n\n`);
});

test("Google's clients learn how long to wait, and which field is wrong", () => {
  const wait = (retryAfterMs?: number): unknown => typed(detailsOf(new RelayError("rate_limit_requests", "Slow.", retryAfterMs === undefined ? {} : { retryAfterMs })), "RetryInfo")!["retryDelay"];
  expect([wait(3_000), wait(1_500), wait(0.4), wait()]).toEqual(["3s", "1.500s", "0.001s", "1s"]);
  expect(typed(detailsOf(new RelayError("no_available_channel", "None.", { retryAfterMs: 5 })), "RetryInfo")).toBeUndefined();
  const wrong = new RelayError("invalid_value", "Not so.", { param: "contents" });
  expect(typed(detailsOf(wrong), "BadRequest")).toMatchObject({ fieldViolations: [{ field: "contents", description: "Not so." }] });
});

test("a refusal of the vendor's keeps its status with the word that belongs to it", () => {
  const rejected = (status: number, upstreamCode?: string) => new RelayError("upstream_request_rejected", "No.", { status, ...(upstreamCode && { upstreamCode }) });
  expect(anthropic.encodeError(rejected(404), "r")).toMatchObject({ error: { type: "not_found_error" } });
  expect(anthropic.encodeError(rejected(413), "r")).toMatchObject({ error: { type: "request_too_large" } });
  expect(anthropic.encodeError(rejected(422), "r")).toMatchObject({ error: { type: "invalid_request_error" } });
  expect(gemini.encodeError(rejected(404, "no_such_thing"), "r")).toMatchObject({ error: { code: 404, status: "NOT_FOUND", details: [{ reason: "no_such_thing" }] } });
});

test("words that a coding client looks for are not said twice", () => {
  const error = new RelayError("context_length_exceeded", "Prompt is too long: 210000 tokens > 200000 maximum");
  expect(anthropic.encodeError(error, "r")).toMatchObject({ error: { message: error.message } });
});

test("a Responses stream tells an error as an event of its own, or as the end of its response", () => {
  const error = new RelayError("upstream_timeout", "Late.", { param: "input" });
  expect(JSON.parse(responsesStreamError(error, "req_1", 7).slice("event: error\ndata: ".length))).toEqual({
    type: "error", code: "upstream_timeout", message: "Late. (request id: req_1)", param: "input", sequence_number: 7,
  });
  const codes = (["rate_limit_requests", "invalid_value", "bad_upstream_response"] as const).map((code) => responseFailure(new RelayError(code, "x"), "r").code);
  expect(codes).toEqual(["rate_limit_exceeded", "invalid_prompt", "server_error"]);
});
