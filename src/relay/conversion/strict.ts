import { lossParam, type Loss } from "#relay/canonical/losses.ts";
import { RelayError } from "#relay/errors.ts";

/**
 * What would be dropped with a warning is refused instead, where the caller said so.
 * @throws RelayError unsupported_parameter, always
 */
export function strictWarn(loss: Loss): never {
  throw new RelayError("unsupported_parameter", `The model's provider cannot carry all of this request (${loss}), and the request asks for strictness.`, { param: lossParam(loss) });
}
