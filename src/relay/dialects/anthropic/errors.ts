import type { RelayError, RelayErrorCode } from "#relay/errors.ts";

type ErrorType =
  | "invalid_request_error" | "authentication_error" | "billing_error" | "permission_error" | "not_found_error"
  | "request_too_large" | "rate_limit_error" | "timeout_error" | "api_error" | "overloaded_error";

/** What SDKs look at, written out per error, never derived from our own names. */
const TYPES: Readonly<Record<RelayErrorCode, ErrorType>> = {
  invalid_json: "invalid_request_error",
  invalid_value: "invalid_request_error",
  missing_required_parameter: "invalid_request_error",
  unsupported_parameter: "invalid_request_error",
  unsupported_format: "invalid_request_error",
  context_length_exceeded: "invalid_request_error",
  content_policy_violation: "invalid_request_error",
  key_missing: "authentication_error",
  key_invalid: "authentication_error",
  key_disabled: "authentication_error",
  key_expired: "authentication_error",
  ambiguous_credentials: "authentication_error",
  insufficient_quota: "billing_error",
  account_debt: "billing_error",
  budget_exceeded: "billing_error",
  low_balance_concurrency: "rate_limit_error",
  ip_not_allowed: "permission_error",
  endpoint_not_allowed: "permission_error",
  model_not_allowed: "permission_error",
  account_disabled: "permission_error",
  model_not_found: "not_found_error",
  no_endpoint_matches: "not_found_error",
  unsupported_endpoint: "not_found_error",
  not_found: "not_found_error",
  previous_response_not_found: "invalid_request_error",
  not_ready: "not_found_error",
  method_not_allowed: "invalid_request_error",
  request_timeout: "timeout_error",
  idempotency_conflict: "invalid_request_error",
  idempotency_in_progress: "invalid_request_error",
  idempotency_replay_unavailable: "invalid_request_error",
  request_too_large: "request_too_large",
  unsupported_media_type: "invalid_request_error",
  upgrade_required: "invalid_request_error",
  rate_limit_requests: "rate_limit_error",
  rate_limit_tokens: "rate_limit_error",
  concurrency_limit_exceeded: "rate_limit_error",
  too_many_unknown_keys: "rate_limit_error",
  upstream_rate_limited: "rate_limit_error",
  upstream_request_rejected: "invalid_request_error",
  upstream_unavailable: "api_error",
  bad_upstream_response: "api_error",
  no_available_channel: "overloaded_error",
  upstream_timeout: "timeout_error",
  loop_detected: "api_error",
  server_overloaded: "overloaded_error",
  billing_unavailable: "overloaded_error",
  billing_backlog: "overloaded_error",
  internal_error: "api_error",
};

/** Where the vendor's own fault kept its status, the type must go with it. */
const REJECTED_TYPES: Readonly<Record<number, ErrorType>> = { 404: "not_found_error", 413: "request_too_large" };

const OVERLOADED_STATUS = 529;
/** Coding clients look for these words to compact their conversation. */
const TOO_LONG = "prompt is too long";

type ErrorBody = Readonly<{ type: "error"; error: Readonly<{ type: ErrorType; message: string }>; request_id: string }>;

function typeOf({ code, status }: RelayError): ErrorType {
  return (code === "upstream_request_rejected" ? REJECTED_TYPES[status] : undefined) ?? TYPES[code];
}

/** HTTP status in this form: an overloaded server has a number of its own here. */
export const errorStatus = (error: RelayError): number => (typeOf(error) === "overloaded_error" ? OVERLOADED_STATUS : error.status);

/** The error body of the Anthropic form. */
export function encodeError(error: RelayError, requestId: string): ErrorBody {
  const { message } = error;
  const isUnsaid = error.code === "context_length_exceeded" && !message.toLowerCase().includes(TOO_LONG);
  return { type: "error", error: { type: typeOf(error), message: isUnsaid ? `${TOO_LONG}: ${message}` : message }, request_id: requestId };
}

/** An error inside a stream that has begun; no `message_stop` follows it. */
export const encodeStreamError = (error: RelayError, requestId: string): string =>
  `event: error\ndata: ${JSON.stringify(encodeError(error, requestId))}\n\n`;
