import { RelayError } from "#relay/errors.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/** Why one attempt gave no answer. `message` is fit for the customer: scrubbed, or absent. */
export type Failure = Readonly<{
  errorClass: ErrorClass;
  /** The vendor's HTTP status, when there was one. */
  status?: number;
  message?: string;
  param?: string;
  upstreamCode?: string;
  retryAfterMs?: number;
  /** The vendor may have done the work and billed it. */
  possibleCost?: boolean;
  cause?: unknown;
}>;

const CLIENT_STATUS = new Set([400, 404, 413, 422]);

/** Our words for a failure: nothing of the vendor's name, address, account or key passes. */
export function toRelayError(failure: Failure): RelayError {
  const { errorClass, message, cause, param, upstreamCode, retryAfterMs } = failure;
  const shared = { cause, ...(param !== undefined && { param }) };
  switch (errorClass) {
    case "client": case "quirk":
      return new RelayError("upstream_request_rejected", message ?? "The model's provider refused the request as invalid.", {
        ...shared,
        status: failure.status !== undefined && CLIENT_STATUS.has(failure.status) ? failure.status : 400,
        ...(upstreamCode !== undefined && { upstreamCode }),
      });
    case "context":
      return new RelayError("context_length_exceeded", message ?? "The prompt is too long for this model.", shared);
    case "policy":
      return new RelayError("content_policy_violation", message ?? "The request was refused by the provider's content policy.", shared);
    case "rate":
      return new RelayError("upstream_rate_limited", "The model is rate-limited at its provider. Try again later.", { cause, retryAfterMs: retryAfterMs ?? 1_000 });
    case "slow":
      return new RelayError("upstream_timeout", "The model's provider did not answer in time.", { cause });
    case "auth": case "quota": case "config": case "connect":
      return new RelayError("upstream_unavailable", "The model is not available at the moment.", { cause });
    case "transient": case "server": case "overload": case "bad_body": case "aborted":
      return new RelayError("bad_upstream_response", "The model's provider failed to answer.", { cause });
  }
}
