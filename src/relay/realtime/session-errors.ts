import type { RelayState, RequestContext } from "#relay/context.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import type { RelayError } from "#relay/errors.ts";
import { textFrame, type Frame } from "#relay/realtime/frame-socket.ts";
import { object, text, type Json } from "#relay/realtime/vendor-frames.ts";
import { classifyFault, type UpstreamFault } from "#relay/providers/kit/classify.ts";
import { scrubMessage } from "#relay/providers/kit/scrub.ts";
import { note } from "#relay/routing/failover.ts";
import type { Choice } from "#relay/routing/router.ts";

/** An error in the words of the conversation. @param clientEvent id of the event that is at fault, where it had one */
export function errorEvent(error: RelayError, requestId: string, clientEvent?: string): Frame {
  const told = encodeError(error, requestId).error;
  return textFrame({ type: "error", event_id: `event_${requestId.slice("req_".length)}`, error: { ...told, event_id: clientEvent ?? null } });
}

const GENERAL = "The model's server reported an error.";
/** Faults of our account with the vendor, which are nothing to the client but matter to the next. */
const OUR_FAULTS = new Set(["auth", "quota", "rate"]);

/** What the vendor says of itself, as far as a customer may hear it. */
export class VendorWords {
  readonly #choice: Choice;
  readonly #names: readonly string[];

  constructor(choice: Choice, names: readonly string[]) {
    this.#choice = choice;
    this.#names = names;
  }

  /** The same object when there was nothing to hide. */
  scrubbed(error: Json): Json {
    const message = text(error.message);
    if (message === undefined) return error;
    const heard = scrubMessage(message, this.#names);
    return heard === message.trim() ? error : { ...error, message: heard ?? GENERAL };
  }

  /** The frame of an ended answer as the client sees it; a failed one is told to routing, too. */
  told(response: Json, frame: Frame, { state, context }: Readonly<{ state: RelayState; context: RequestContext }>): Frame {
    const details = object(response.status_details), error = object(details.error);
    if (response.status !== "failed" || Object.keys(error).length === 0) return frame;
    const code = text(error.code), type = text(error.type), message = text(error.message);
    const fault: UpstreamFault = { status: 200, ...(code !== undefined && { code }), ...(type !== undefined && { type }), ...(message !== undefined && { message }) };
    const errorClass = classifyFault(fault, this.#choice.offer.provider.errorClasses);
    if (OUR_FAULTS.has(errorClass)) note({ state, context, operation: "realtime" }, this.#choice, this.#choice.offer.circuits[0], { class: errorClass, fault });
    const heard = this.scrubbed(error);
    if (heard === error) return frame;
    const event = object(JSON.parse(frame.data.toString("utf8")));
    return textFrame({ ...event, response: { ...response, status_details: { ...details, error: heard } } });
  }
}
