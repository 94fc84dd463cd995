import type { RelayError, RelayErrorCode } from "#relay/errors.ts";

/** Names of google.rpc.Code. */
type Status =
  | "INVALID_ARGUMENT" | "UNAUTHENTICATED" | "FAILED_PRECONDITION" | "RESOURCE_EXHAUSTED" | "PERMISSION_DENIED" | "NOT_FOUND"
  | "ABORTED" | "UNIMPLEMENTED" | "DEADLINE_EXCEEDED" | "UNAVAILABLE" | "INTERNAL";
type WireError = Readonly<{ status: Status; reason: string }>;

const wire = (status: Status, reason: string): WireError => ({ status, reason });
const argument = (reason: string): WireError => wire("INVALID_ARGUMENT", reason);
const unauthenticated = (reason: string): WireError => wire("UNAUTHENTICATED", reason);
const money = (reason: string): WireError => wire("FAILED_PRECONDITION", reason);
const forbidden = (reason: string): WireError => wire("PERMISSION_DENIED", reason);
const missing = (reason: string): WireError => wire("NOT_FOUND", reason);
const exhausted = (reason: string): WireError => wire("RESOURCE_EXHAUSTED", reason);
const unavailable = (reason: string): WireError => wire("UNAVAILABLE", reason);

/** What SDKs look at, written out per error, never derived from our own names. */
const WIRE: Readonly<Record<RelayErrorCode, WireError>> = {
  invalid_json: argument("invalid_json"),
  invalid_value: argument("invalid_value"),
  missing_required_parameter: argument("missing_required_parameter"),
  unsupported_parameter: argument("unsupported_parameter"),
  unsupported_format: argument("unsupported_format"),
  context_length_exceeded: argument("context_length_exceeded"),
  content_policy_violation: argument("content_policy_violation"),
  key_missing: unauthenticated("invalid_api_key"),
  key_invalid: unauthenticated("invalid_api_key"),
  key_disabled: unauthenticated("invalid_api_key"),
  key_expired: unauthenticated("invalid_api_key"),
  ambiguous_credentials: unauthenticated("ambiguous_credentials"),
  insufficient_quota: money("insufficient_quota"),
  account_debt: money("account_debt"),
  budget_exceeded: money("budget_exceeded"),
  low_balance_concurrency: exhausted("low_balance_concurrency"),
  ip_not_allowed: forbidden("ip_not_allowed"),
  endpoint_not_allowed: forbidden("endpoint_not_allowed"),
  model_not_allowed: forbidden("model_not_allowed"),
  account_disabled: forbidden("account_disabled"),
  model_not_found: missing("model_not_found"),
  no_endpoint_matches: missing("no_endpoint_matches"),
  unsupported_endpoint: missing("unsupported_endpoint"),
  not_found: missing("not_found"),
  previous_response_not_found: argument("previous_response_not_found"),
  not_ready: missing("not_ready"),
  method_not_allowed: wire("UNIMPLEMENTED", "method_not_allowed"),
  request_timeout: wire("DEADLINE_EXCEEDED", "request_timeout"),
  idempotency_conflict: wire("ABORTED", "idempotency_conflict"),
  idempotency_in_progress: wire("ABORTED", "idempotency_in_progress"),
  idempotency_replay_unavailable: wire("ABORTED", "idempotency_replay_unavailable"),
  request_too_large: argument("request_too_large"),
  unsupported_media_type: argument("unsupported_media_type"),
  upgrade_required: wire("UNIMPLEMENTED", "upgrade_required"),
  rate_limit_requests: exhausted("rate_limit_exceeded"),
  rate_limit_tokens: exhausted("rate_limit_exceeded"),
  concurrency_limit_exceeded: exhausted("concurrency_limit_exceeded"),
  too_many_unknown_keys: exhausted("rate_limit_exceeded"),
  upstream_rate_limited: exhausted("upstream_rate_limited"),
  upstream_request_rejected: argument("invalid_value"),
  upstream_unavailable: unavailable("upstream_unavailable"),
  bad_upstream_response: unavailable("bad_upstream_response"),
  no_available_channel: unavailable("no_available_channel"),
  upstream_timeout: wire("DEADLINE_EXCEEDED", "upstream_timeout"),
  loop_detected: unavailable("loop_detected"),
  server_overloaded: unavailable("server_overloaded"),
  billing_unavailable: unavailable("billing_unavailable"),
  billing_backlog: unavailable("billing_backlog"),
  internal_error: wire("INTERNAL", "internal_error"),
};

const TYPE_URL = "type.googleapis.com/google.rpc.";
const OUR_DOMAIN = "modelmart";

export type ErrorBody = Readonly<{ error: Readonly<{ code: number; message: string; status: Status; details: readonly object[] }> }>;

/** The error body of the Gemini form. */
export function encodeError(error: RelayError, requestId: string): ErrorBody {
  const { status, reason } = wireOf(error);
  return { error: { code: error.status, message: error.message, status, details: details(error, reason, requestId) } };
}

/** Where the vendor's refusal kept its status or its word, they stay together. */
function wireOf(error: RelayError): WireError {
  const known = WIRE[error.code];
  if (error.code !== "upstream_request_rejected") return known;
  return wire(error.status === 404 ? "NOT_FOUND" : known.status, error.options.upstreamCode ?? known.reason);
}

function details({ status, message, options }: RelayError, reason: string, requestId: string): object[] {
  const { param, retryAfterMs } = options;
  return [
    { "@type": `${TYPE_URL}ErrorInfo`, reason, domain: OUR_DOMAIN, metadata: { request_id: requestId } },
    ...(param === undefined ? [] : [{ "@type": `${TYPE_URL}BadRequest`, fieldViolations: [{ field: param, description: message }] }]),
    ...(status === 429 ? [{ "@type": `${TYPE_URL}RetryInfo`, retryDelay: durationText(retryAfterMs ?? 1000) }] : []),
  ];
}

/** As protobuf writes durations in JSON: `3s`, `1.500s`. */
function durationText(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms));
  return whole % 1000 === 0 ? `${whole / 1000}s` : `${(whole / 1000).toFixed(3)}s`;
}

/** An error inside a stream of events that has begun. */
export const encodeStreamError = (error: RelayError, requestId: string): string =>
  `data: ${JSON.stringify(encodeError(error, requestId))}\n\n`;
