import type { RelayError } from "#relay/errors.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import { customerError } from "#relay/providers/kit/customer-error.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/** Why one attempt gave no answer. */
export type Failure = Readonly<{
  class: ErrorClass;
  /** The request could not be put into this vendor's words: nothing was sent, and the vendor is not to blame. */
  unfit?: RelayError;
  /** What the vendor said. */
  fault?: UpstreamFault;
  /** What the vendor's words must not name before a customer. */
  names?: readonly string[];
  retryAfterMs?: number;
  /** The vendor may have done the work and billed it. */
  possibleCost?: boolean;
  cause?: unknown;
}>;

export const toRelayError = ({ class: errorClass, fault, unfit, ...options }: Failure): RelayError => unfit ?? customerError(errorClass, fault, options);
