import type { RelayError, RelayErrorCode } from "#relay/errors.ts";

type WireError = Readonly<{ type: string; code: string }>;

const request = (code: string): WireError => ({ type: "invalid_request_error", code });
const upstream = (code: string): WireError => ({ type: "upstream_error", code });
const server = (code: string): WireError => ({ type: "server_error", code });
const forbidden = (code: string): WireError => ({ type: "permission_error", code });
const money = (code: string): WireError => ({ type: "insufficient_quota", code });

/** What SDKs look at, written out per error, never derived from our own names. */
const WIRE: Readonly<Record<RelayErrorCode, WireError>> = {
  invalid_json: request("invalid_json"),
  invalid_value: request("invalid_value"),
  missing_required_parameter: request("missing_required_parameter"),
  unsupported_parameter: request("unsupported_parameter"),
  unsupported_format: request("unsupported_format"),
  context_length_exceeded: request("context_length_exceeded"),
  content_policy_violation: request("content_policy_violation"),
  key_missing: request("invalid_api_key"),
  key_invalid: request("invalid_api_key"),
  key_disabled: request("invalid_api_key"),
  key_expired: request("invalid_api_key"),
  ambiguous_credentials: request("ambiguous_credentials"),
  insufficient_quota: money("insufficient_quota"),
  account_debt: money("account_debt"),
  budget_exceeded: money("budget_exceeded"),
  low_balance_concurrency: { type: "requests", code: "low_balance_concurrency" },
  ip_not_allowed: forbidden("ip_not_allowed"),
  endpoint_not_allowed: forbidden("endpoint_not_allowed"),
  model_not_allowed: forbidden("model_not_allowed"),
  account_disabled: forbidden("account_disabled"),
  model_not_found: request("model_not_found"),
  no_endpoint_matches: request("no_endpoint_matches"),
  unsupported_endpoint: request("unsupported_endpoint"),
  not_found: request("not_found"),
  previous_response_not_found: request("previous_response_not_found"),
  not_ready: request("not_ready"),
  method_not_allowed: request("method_not_allowed"),
  request_timeout: request("request_timeout"),
  idempotency_conflict: request("idempotency_conflict"),
  idempotency_in_progress: request("idempotency_in_progress"),
  idempotency_replay_unavailable: request("idempotency_replay_unavailable"),
  request_too_large: request("request_too_large"),
  unsupported_media_type: request("unsupported_media_type"),
  upgrade_required: request("upgrade_required"),
  rate_limit_requests: { type: "requests", code: "rate_limit_exceeded" },
  rate_limit_tokens: { type: "tokens", code: "rate_limit_exceeded" },
  concurrency_limit_exceeded: { type: "requests", code: "concurrency_limit_exceeded" },
  too_many_unknown_keys: { type: "requests", code: "rate_limit_exceeded" },
  upstream_rate_limited: { type: "requests", code: "upstream_rate_limited" },
  upstream_request_rejected: request("invalid_value"),
  upstream_unavailable: upstream("upstream_unavailable"),
  bad_upstream_response: upstream("bad_upstream_response"),
  no_available_channel: upstream("no_available_channel"),
  upstream_timeout: upstream("upstream_timeout"),
  loop_detected: upstream("loop_detected"),
  server_overloaded: server("server_overloaded"),
  billing_unavailable: server("billing_unavailable"),
  billing_backlog: server("billing_backlog"),
  internal_error: server("internal_error"),
};

type ErrorBody = Readonly<{ error: Readonly<Record<string, unknown>> }>;

/** The error body of all OpenAI-shaped formats. */
export function encodeError(error: RelayError, requestId: string): ErrorBody {
  const { type, code } = WIRE[error.code];
  const { param, upstreamCode, extra } = error.options;
  return {
    error: {
      message: `${error.message} (request id: ${requestId})`,
      type,
      param: param ?? null,
      code: error.code === "upstream_request_rejected" && upstreamCode ? upstreamCode : code,
      ...extra,
    },
  };
}

/** An error inside a stream that has begun, with the end that clients wait for. */
export function encodeErrorEvent(error: RelayError, requestId: string, head: object): string {
  const { message, type, code } = encodeError(error, requestId).error;
  return `data: ${JSON.stringify({ ...head, error: { message, type, code } })}\n\ndata: [DONE]\n\n`;
}
