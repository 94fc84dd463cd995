import { RelayError, type RelayErrorCode } from "#relay/errors.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import { scrubMessage } from "#relay/providers/kit/scrub.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/** What a customer hears of each class of upstream failure. Faults of our own keys are never told as his. */
const TOLD: Readonly<Record<ErrorClass, readonly [code: RelayErrorCode, sentence: string]>> = {
  client: ["upstream_request_rejected", "The model refused the request as invalid."],
  quirk: ["upstream_request_rejected", "The model refused the request as invalid."],
  context: ["context_length_exceeded", "The request is longer than the model's context."],
  policy: ["content_policy_violation", "The request was refused by a content policy."],
  rate: ["upstream_rate_limited", "The model is receiving too many requests. Try again shortly."],
  auth: ["upstream_unavailable", "The model is not available at the moment."],
  quota: ["upstream_unavailable", "The model is not available at the moment."],
  config: ["upstream_unavailable", "The model is not available at the moment."],
  connect: ["bad_upstream_response", "The model's server could not be reached."],
  transient: ["bad_upstream_response", "The model's server failed. Try again."],
  server: ["bad_upstream_response", "The model's server failed. Try again."],
  overload: ["bad_upstream_response", "The model's server is overloaded. Try again shortly."],
  bad_body: ["bad_upstream_response", "The model's server sent an unreadable answer."],
  slow: ["upstream_timeout", "The model took too long to answer."],
  aborted: ["upstream_timeout", "The call was given up."],
};

/** The client's own fault keeps the vendor's status where SDKs know it. */
const KEPT_STATUS = new Set([400, 404, 413, 422]);
/** Which of several failed attempts tells the customer most, best first. */
const RANK: readonly ErrorClass[] = [
  "client", "quirk", "policy", "context", "rate", "slow", "aborted", "server", "overload", "bad_body", "transient", "connect", "config", "quota", "auth",
];

/**
 * The error that a customer gets for a vendor's failure.
 *
 * @param names what the vendor's text must not name (channel, upstream model, host)
 */
export function customerError(
  errorClass: ErrorClass,
  fault: UpstreamFault | undefined,
  options: Readonly<{ names?: readonly string[]; retryAfterMs?: number; cause?: unknown }> = {},
): RelayError {
  const [code, sentence] = TOLD[errorClass];
  const isOwnFault = errorClass === "client" || errorClass === "quirk" || errorClass === "context" || errorClass === "policy";
  const message = isOwnFault ? (scrubMessage(fault?.message, options.names) ?? sentence) : sentence;
  const status = errorClass === "client" && fault && KEPT_STATUS.has(fault.status) ? fault.status : undefined;
  return new RelayError(code, message, {
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    ...(isOwnFault && fault?.param !== undefined ? { param: fault.param } : {}),
    ...(isOwnFault && fault?.code !== undefined && /^[a-z_]{3,60}$/.test(fault.code) ? { upstreamCode: fault.code } : {}),
    ...(status === undefined ? {} : { status }),
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  });
}

/** The most useful of several failures: a fault of the client's before policy, context, rate, time, server, our keys. */
export function mostUseful<Failure extends Readonly<{ class: ErrorClass }>>(failures: readonly Failure[]): Failure | undefined {
  return failures.toSorted((a, b) => RANK.indexOf(a.class) - RANK.indexOf(b.class))[0];
}
