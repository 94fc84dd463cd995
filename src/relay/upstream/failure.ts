import type { RelayError } from "#relay/errors.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import { customerError } from "#relay/providers/kit/customer-error.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/** Why one attempt gave no answer. */
export type Failure = Readonly<{
  class: ErrorClass;
  /** What the vendor said. */
  fault?: UpstreamFault;
  /** What the vendor's words must not name before a customer. */
  names?: readonly string[];
  retryAfterMs?: number;
  /** The vendor may have done the work and billed it. */
  possibleCost?: boolean;
  cause?: unknown;
}>;

export const toRelayError = ({ class: errorClass, fault, ...options }: Failure): RelayError => customerError(errorClass, fault, options);
