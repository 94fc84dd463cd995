import type { DecoderOptions, StreamDecoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { ReplyReader } from "#relay/dialects/openai-responses/reply-reader.ts";
import { parseWire, type Wire } from "#relay/dialects/openai-responses/wire.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, looksLikeEvents, SseSplitter } from "#relay/http/sse.ts";

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const NOTHING: readonly CanonicalEvent[] = [];
const BLANKS: ReadonlySet<number> = new Set([32, 9, 10, 13, 0xef, 0xbb, 0xbf]);

/** Reads a stream of response events; a whole response in its place is read as one. */
export class ResponsesStreamDecoder implements StreamDecoder {
  readonly #reader: ReplyReader;
  readonly #splitter = new SseSplitter();
  #framing: "unknown" | "events" | "body" = "unknown";
  #body: Buffer[] = [];
  #bytes = 0;

  constructor(options: DecoderOptions) {
    this.#reader = new ReplyReader(options);
  }

  push(chunk: Buffer): readonly CanonicalEvent[] {
    if (this.#framing === "unknown") this.#framing = framingOf(chunk);
    if (this.#framing === "events") {
      if (this.#splitter.push(chunk)) this.#read(false);
      return this.#reader.drain();
    }
    this.#body.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > BODY_BYTES_MAX) throw bad("The upstream's reply is too large.");
    return NOTHING;
  }

  end(): readonly CanonicalEvent[] {
    if (this.#framing === "events") {
      if (this.#splitter.flush()) this.#read(true);
    } else if (this.#framing === "body" && !this.#reader.over) readWhole(this.#reader, Buffer.concat(this.#body, this.#bytes));
    return this.#reader.drain();
  }

  #read(unfinished: boolean): void {
    readEvents(this.#reader, this.#splitter, unfinished);
  }
}

/** @param unfinished the stream was cut inside the event: it counts if it is whole nevertheless */
function readEvents(reader: ReplyReader, { buffer, ends }: SseSplitter, unfinished: boolean): void {
  let start = 0;
  for (const end of ends) {
    readEvent(reader, eventData(buffer, start, end), unfinished);
    start = end;
  }
}

function readEvent(reader: ReplyReader, data: Buffer | undefined, lenient: boolean): void {
  if (data === undefined || data.length === 0 || reader.over) return;
  const values = eventValues(data);
  if (!values && !lenient) throw bad("The upstream sent an event that is not JSON.");
  for (const wire of objectsOf<Wire>(values ?? [])) reader.take(wire);
}

/** A whole reply as events. @throws RelayError bad_upstream_response */
export function decodeReply(body: Buffer, options: DecoderOptions): readonly CanonicalEvent[] {
  const reader = new ReplyReader(options);
  if (looksLikeEvents(body)) {
    const splitter = new SseSplitter();
    if (splitter.push(body)) readEvents(reader, splitter, false);
    if (splitter.flush()) readEvents(reader, splitter, true);
    if (!reader.over) throw bad("The upstream's reply has no end.");
  } else readWhole(reader, body);
  return reader.drain();
}

function readWhole(reader: ReplyReader, body: Buffer): void {
  const wire = parseWire(body);
  if (!wire) throw bad("The upstream's reply is not JSON.");
  reader.takeWhole(wire);
  if (!reader.over || !(Array.isArray(wire.output) || reader.failed)) throw bad("The upstream's reply holds no answer.");
}

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

function framingOf(chunk: Buffer): "unknown" | "events" | "body" {
  const byte = chunk.find((value) => !BLANKS.has(value));
  if (byte === undefined) return "unknown";
  if (byte === 60) throw bad("The upstream answered with a page.");
  return byte === 123 || byte === 91 ? "body" : "events";
}
