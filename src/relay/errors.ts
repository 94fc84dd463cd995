/**
 * Everything that can go wrong for a caller, by its wire code in the OpenAI form.
 * Adding one makes the table of every dialect incomplete: the compiler lists them.
 */
export type RelayErrorCode =
  | "invalid_json" | "invalid_value" | "missing_required_parameter" | "unsupported_parameter" | "unsupported_format"
  | "context_length_exceeded" | "content_policy_violation"
  | "key_missing" | "key_invalid" | "key_disabled" | "key_expired" | "ambiguous_credentials"
  | "insufficient_quota" | "account_debt" | "budget_exceeded" | "low_balance_concurrency"
  | "ip_not_allowed" | "endpoint_not_allowed" | "model_not_allowed" | "account_disabled"
  | "model_not_found" | "no_endpoint_matches" | "unsupported_endpoint" | "not_found" | "previous_response_not_found" | "not_ready" | "method_not_allowed"
  | "request_timeout" | "request_too_large" | "unsupported_media_type" | "upgrade_required"
  | "idempotency_conflict" | "idempotency_in_progress" | "idempotency_replay_unavailable"
  | "rate_limit_requests" | "rate_limit_tokens" | "concurrency_limit_exceeded" | "too_many_unknown_keys" | "upstream_rate_limited"
  | "upstream_request_rejected"
  | "upstream_unavailable" | "bad_upstream_response" | "no_available_channel" | "upstream_timeout" | "loop_detected"
  | "server_overloaded" | "billing_unavailable" | "billing_backlog" | "internal_error";

/** HTTP status and whether SDKs should try again (`retry: false` is sent as `x-should-retry: false`). */
export const RELAY_ERRORS: Readonly<Record<RelayErrorCode, Readonly<{ status: number; retry: boolean }>>> = {
  invalid_json: { status: 400, retry: false },
  invalid_value: { status: 400, retry: false },
  missing_required_parameter: { status: 400, retry: false },
  unsupported_parameter: { status: 400, retry: false },
  /** A kind of sound or text that the model does not give. */
  unsupported_format: { status: 400, retry: false },
  context_length_exceeded: { status: 400, retry: false },
  content_policy_violation: { status: 400, retry: false },
  key_missing: { status: 401, retry: false },
  key_invalid: { status: 401, retry: false },
  key_disabled: { status: 401, retry: false },
  key_expired: { status: 401, retry: false },
  ambiguous_credentials: { status: 401, retry: false },
  insufficient_quota: { status: 402, retry: false },
  account_debt: { status: 402, retry: false },
  budget_exceeded: { status: 402, retry: false },
  low_balance_concurrency: { status: 429, retry: true },
  ip_not_allowed: { status: 403, retry: false },
  endpoint_not_allowed: { status: 403, retry: false },
  model_not_allowed: { status: 403, retry: false },
  account_disabled: { status: 403, retry: false },
  model_not_found: { status: 404, retry: false },
  /** Nobody who serves the model is as the request wants it. */
  no_endpoint_matches: { status: 404, retry: false },
  unsupported_endpoint: { status: 404, retry: false },
  not_found: { status: 404, retry: false },
  previous_response_not_found: { status: 400, retry: false },
  not_ready: { status: 404, retry: true },
  method_not_allowed: { status: 405, retry: false },
  request_timeout: { status: 408, retry: true },
  /** The key was used for another request. */
  idempotency_conflict: { status: 409, retry: false },
  idempotency_in_progress: { status: 409, retry: true },
  /** Answered and charged once, and not to be repeated: a stream, or too large. */
  idempotency_replay_unavailable: { status: 409, retry: false },
  request_too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  upgrade_required: { status: 426, retry: false },
  rate_limit_requests: { status: 429, retry: true },
  rate_limit_tokens: { status: 429, retry: true },
  concurrency_limit_exceeded: { status: 429, retry: true },
  too_many_unknown_keys: { status: 429, retry: true },
  upstream_rate_limited: { status: 429, retry: true },
  /** The vendor refused the client's own fault; `status` is overridden with the vendor's 400, 404, 413 or 422. */
  upstream_request_rejected: { status: 400, retry: false },
  upstream_unavailable: { status: 502, retry: true },
  bad_upstream_response: { status: 502, retry: true },
  no_available_channel: { status: 503, retry: true },
  upstream_timeout: { status: 504, retry: true },
  /** The call has come round to where it began. */
  loop_detected: { status: 502, retry: false },
  server_overloaded: { status: 503, retry: true },
  billing_unavailable: { status: 503, retry: true },
  billing_backlog: { status: 503, retry: true },
  internal_error: { status: 500, retry: true },
};

export type RelayErrorOptions = Readonly<{
  cause?: unknown;
  /** Field of the request that is at fault. */
  param?: string;
  retryAfterMs?: number;
  /** Overrides the table's status (vendor's 400, 404, 413, 422). */
  status?: number;
  /** Vendor's own code word, for `upstream_request_rejected`. */
  upstreamCode?: string;
  /** Further members of the OpenAI error object (`needed_usd` …). */
  extra?: Readonly<Record<string, unknown>>;
  /** Response headers of this error alone (`allow`). */
  headers?: Readonly<Record<string, string>>;
}>;

/** @param message shown to the caller: no upstream key, URL, or stack; the `cause` stays in the log. */
export class RelayError extends Error {
  override readonly name = "RelayError";
  readonly code: RelayErrorCode;
  readonly options: RelayErrorOptions;
  constructor(code: RelayErrorCode, message: string, options: RelayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.options = options;
  }
  get status(): number {
    return this.options.status ?? RELAY_ERRORS[this.code].status;
  }
}
