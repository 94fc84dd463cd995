/** Every error of the management REST, with its status. */
export const MANAGEMENT_ERRORS = {
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_request: 400,
  request_too_large: 413,
  insufficient_balance: 409,
  idempotency_conflict: 409,
  already_exists: 409,
  code_not_found: 404,
  code_disabled: 409,
  code_expired: 409,
  code_used: 409,
  code_used_by_user: 409,
  not_refundable: 409,
  provider_refused: 502,
  unavailable: 503,
  internal_error: 500,
} as const satisfies Readonly<Record<string, number>>;

export type ManagementErrorCode = keyof typeof MANAGEMENT_ERRORS;

/** @param details machine-readable, shown to the caller: no secrets, no stack */
export class ManagementError extends Error {
  override readonly name = "ManagementError";
  readonly code: ManagementErrorCode;
  readonly details: unknown;
  /** Sent with the answer. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: ManagementErrorCode, message: string, details?: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.headers = headers;
    this.code = code;
    this.details = details;
  }
  get status(): number {
    return MANAGEMENT_ERRORS[this.code];
  }
}
