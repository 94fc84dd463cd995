import { isUtf8 } from "node:buffer";
import type { DecoderOptions, StreamDecoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { EventReader } from "#relay/dialects/anthropic/event-reader.ts";
import { messageEvents } from "#relay/dialects/anthropic/message-events.ts";
import { readVendorError } from "#relay/dialects/anthropic/vendor-error.ts";
import { parseWire, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, looksLikeEvents, SSE_EVENT_BYTES_MAX, SseSplitter } from "#relay/http/sse.ts";

const NOTHING: readonly CanonicalEvent[] = [];
const BODY_BYTES_MAX = 2 * SSE_EVENT_BYTES_MAX;
const LETTERS = /[^\s\ufeff]/;

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/** A stream of events; a whole message in its place is taken as well. */
export class AnthropicStreamDecoder implements StreamDecoder {
  private readonly reader: EventReader;
  private readonly options: DecoderOptions;
  private readonly splitter = new SseSplitter();
  private framing: "unknown" | "events" | "body" = "unknown";
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(options: DecoderOptions) {
    this.options = options;
    this.reader = new EventReader(options);
  }

  push(chunk: Buffer): readonly CanonicalEvent[] {
    if (this.framing === "events") return this.splitter.push(chunk) ? this.events() : NOTHING;
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.framing === "unknown") this.framing = framingOf(chunk);
    if (this.framing === "events") {
      const all = Buffer.concat(this.held, this.heldBytes);
      this.held = [];
      return this.splitter.push(all) ? this.events() : NOTHING;
    }
    if (this.heldBytes > BODY_BYTES_MAX) throw bad("The upstream's reply is too large.");
    return NOTHING;
  }

  end(): readonly CanonicalEvent[] {
    if (this.framing === "body") return readMessage(Buffer.concat(this.held, this.heldBytes), this.reader);
    const last = this.splitter.flush() ? this.events(true) : NOTHING;
    return [...last, ...this.reader.finish(this.options.flags.eofIsEnd)];
  }

  /** @param cut the connection ended within the event: it counts if it is whole */
  private events(cut = false): readonly CanonicalEvent[] {
    const { buffer, ends } = this.splitter;
    const out: CanonicalEvent[] = [];
    let start = 0;
    for (const end of ends) {
      for (const wire of parseEvent(eventData(buffer, start, end), cut)) out.push(...this.reader.take(wire));
      start = end;
    }
    return out;
  }
}

function framingOf(chunk: Buffer): "unknown" | "events" | "body" {
  const first = LETTERS.exec(chunk.toString("utf8", 0, 1024))?.[0];
  if (first === undefined) return "unknown";
  if (first === "<") throw bad("The upstream answered with a page.");
  return first === "{" || first === "[" ? "body" : "events";
}

/** @throws RelayError bad_upstream_response */
function parseEvent(data: Buffer | undefined, cut: boolean): readonly Wire[] {
  if (data === undefined || data.length === 0) return [];
  const values = eventValues(data);
  if (values === undefined && !cut) throw bad("The upstream sent an event that is not JSON.");
  return objectsOf<Wire>(values ?? []);
}

/** A whole reply as the events of a stream. @throws RelayError bad_upstream_response when it is none */
export function decodeReply(body: Buffer, options: DecoderOptions): readonly CanonicalEvent[] {
  if (!looksLikeEvents(body)) return readMessage(body, new EventReader(options));
  const decoder = new AnthropicStreamDecoder(options);
  return [...decoder.push(body), ...decoder.end()];
}

function readMessage(body: Buffer, reader: EventReader): readonly CanonicalEvent[] {
  const message = isUtf8(body) ? parseWire(body.toString("utf8").replace(/^\ufeff/, "")) : undefined;
  if (message === undefined) throw bad("The upstream's reply is not JSON.");
  if (readVendorError(message)) return reader.take(message);
  if (!Array.isArray(message.content)) throw bad("The upstream's reply holds no answer.");
  return messageEvents(message).flatMap((event) => reader.take(event));
}
