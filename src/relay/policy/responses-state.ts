import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

const PARAM = "previous_response_id";

/**
 * No response is kept, so none can be gone on from.
 * @throws RelayError previous_response_not_found
 */
export function checkState({ dialect, ranges }: ScannedRequest, body: Buffer): void {
  const range = dialect === "openai-responses" ? ranges.get(PARAM) : undefined;
  if (!range || body.toString("latin1", ...range) === "null") return;
  throw new RelayError("previous_response_not_found", `The response that '${PARAM}' names was not found. Send the whole conversation as 'input'.`, { param: PARAM });
}
