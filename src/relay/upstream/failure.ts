import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import { customerError, mostUseful } from "#relay/providers/kit/customer-error.ts";
import { notKept } from "#relay/stored/pinned.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/**
 * Of several failures the one that tells most. That one vendor lacks a model says little as long as another may have it.
 */
export const mostTelling = (failures: readonly Failure[]): Failure | undefined =>
  mostUseful(failures.filter(({ unknownModel }) => unknownModel === undefined)) ?? failures[0];

/** Why one attempt gave no answer. */
export type Failure = Readonly<{
  class: ErrorClass;
  /** The request could not be put into this vendor's words: nothing was sent, and the vendor is not to blame. */
  unfit?: RelayError;
  /** The vendor has no model of the name that the customer chose below a wildcard. */
  unknownModel?: string;
  /** What the vendor said. */
  fault?: UpstreamFault;
  /** The betas that were sent. */
  betas?: string;
  /** What the vendor's words must not name before a customer. */
  names?: readonly string[];
  retryAfterMs?: number;
  /** The vendor may have done the work and billed it. */
  possibleCost?: boolean;
  /** Not a byte came in time. */
  silent?: boolean;
  /** The prompt was refused in an answer of status 200: what the vendor reported of it. */
  blocked?: ReplyFacts;
  cause?: unknown;
}>;

export function toRelayError({ class: errorClass, fault, unfit, unknownModel, ...options }: Failure): RelayError {
  // Said by another shop of the same kind, and of use to whoever joined them.
  if (fault?.code === "loop_detected") return new RelayError("loop_detected", "The call has come round to where it began: a channel leads back to a shop that it came from.");
  // Its own name of that answer is no customer's.
  if (fault?.code === "previous_response_not_found") return notKept();
  if (unknownModel !== undefined) return new RelayError("model_not_found", `The model '${unknownModel}' does not exist or you do not have access to it.`, { param: "model", cause: fault });
  return unfit ?? customerError(errorClass, fault, options);
}
