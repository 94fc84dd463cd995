import { findError } from "#relay/dialects/openai-kit/facts.ts";
import { asWire, parseWire } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { StepRefused } from "#relay/upstream/scripted.ts";
import type { StepReply } from "#relay/upstream/scripted.ts";

/** What an error inside a success is read as, where it does not say. */
const SILENT_ERROR_STATUS = 500;

export const badReply = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/**
 * A vendor's reply as JSON.
 * @throws StepRefused where it is an error in the form of a success; RelayError bad_upstream_response where it is no JSON
 */
export function replyOf(reply: StepReply): Wire {
  const wire = parseWire(reply.body.toString("utf8"));
  if (!wire) throw badReply("The upstream's reply is not JSON.");
  const error = findError({ ...wire, data: undefined });
  if (error && saysError(wire)) throw new StepRefused({ ...reply, status: error.status ?? SILENT_ERROR_STATUS });
  return wire;
}

/** A message beside an answer is none; a code or an error without one is. */
function saysError(wire: Wire): boolean {
  const base = asWire(wire.base_resp).status_code;
  return (wire.error !== undefined && wire.error !== null && wire.error !== false) || (typeof base === "number" && base !== 0)
    || (wire.code !== undefined && wire.code !== null && wire.code !== 0 && wire.code !== "" && wire.message !== undefined && wire.output === undefined);
}

/** An error of the vendor's in words that classification knows. */
export const refused = (reply: StepReply, status: number, code: string, message: string): StepRefused =>
  new StepRefused({ ...reply, status, body: Buffer.from(JSON.stringify({ error: { code, message } })) });

export const jsonBody = (body: object): readonly Buffer[] => [Buffer.from(JSON.stringify(body))];
