import { ArraySplitter } from "#relay/dialects/gemini/array-splitter.ts";
import { parseJson } from "#relay/dialects/gemini/wire.ts";
import { asEvents, DONE, eventValues } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

/**
 * The objects of a vendor's stream, one by one, with their bytes: `data` is the object's own, `raw` the whole event's
 * (the same where the stream is an array). `data` undefined: a comment or another event without data.
 */
export type StreamPiece = Readonly<{ raw: Buffer; data: Buffer | undefined; value: unknown }>;

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads a stream in either form: events, or a JSON array (a lone object counts as one of one element). */
export class ObjectStream {
  #events: SseSplitter | undefined;
  #array: ArraySplitter | undefined;
  #held: Buffer = EMPTY;

  /** The stream is events, not an array. Undefined until its first byte has come. */
  get isEvents(): boolean | undefined {
    return this.#events ? true : this.#array ? false : undefined;
  }

  /** @throws RelayError bad_upstream_response */
  push(chunk: Buffer): readonly StreamPiece[] {
    if (this.#events) return this.#events.push(chunk) ? this.#pieces(this.#events) : NOTHING;
    if (this.#array) return this.#array.push(chunk).map(pieceOf);
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const start = beginning(all);
    if (start === undefined) {
      this.#held = all;
      return NOTHING;
    }
    this.#held = EMPTY;
    const byte = all[start];
    if (byte === 60) throw new RelayError("bad_upstream_response", "The upstream answered with a page.");
    if (byte === 91 || byte === 123) this.#array = new ArraySplitter();
    else this.#events = new SseSplitter();
    return this.push(all.subarray(start));
  }

  /** The bytes have ended: an event without its blank line counts if it is whole. */
  end(): readonly StreamPiece[] {
    if (!this.#events?.flush()) return NOTHING;
    const { buffer } = this.#events;
    const data = eventData(buffer, 0, buffer.length);
    const values = data && eventValues(data);
    if (values === undefined) return NOTHING;
    return values.length > 1 ? apart(values) : piece(Buffer.concat([buffer, Buffer.from(endsInBreak(buffer) ? "\n" : "\n\n")]), data, values[0]);
  }

  #pieces({ buffer, ends }: SseSplitter): readonly StreamPiece[] {
    let start = 0;
    return ends.flatMap((end) => {
      const raw = buffer.subarray(start, end);
      const data = eventData(buffer, start, end);
      start = end;
      const values = data === undefined || data.length === 0 ? NO_DATA : eventValues(data);
      if (values === undefined) throw notJson();
      return values.length > 1 ? apart(values) : piece(raw, data, values[0]);
    });
  }
}

const EMPTY = Buffer.alloc(0);
const NOTHING: readonly StreamPiece[] = [];

const NO_DATA: readonly unknown[] = [DONE];

/** @param value `[DONE]` is no object of the stream's */
const piece = (raw: Buffer, data: Buffer | undefined, value: unknown): readonly StreamPiece[] =>
  [value === DONE || data === undefined ? { raw, data: undefined, value: undefined } : { raw, data, value }];

/** Several objects that came as one event, as events of their own. */
const apart = (values: readonly unknown[]): readonly StreamPiece[] => values.flatMap((value) => {
  const raw = asEvents([value]);
  return piece(raw, eventData(raw, 0, raw.length), value);
});

const pieceOf = (raw: Buffer): StreamPiece => ({ raw, data: raw, value: parsed(raw) });

function parsed(data: Buffer): unknown {
  const value = parseJson(data.toString("utf8"));
  if (value === undefined) throw notJson();
  return value;
}

const notJson = (): RelayError => new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.");

/** Where the stream's first byte stands behind blanks and a byte order mark; undefined = not yet there. */
function beginning(bytes: Buffer): number | undefined {
  if (bytes.length < BOM.length && BOM.compare(bytes, 0, bytes.length, 0, bytes.length) === 0) return undefined;
  let at = bytes.compare(BOM, 0, BOM.length, 0, Math.min(BOM.length, bytes.length)) === 0 ? BOM.length : 0;
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
  return at < bytes.length ? at : undefined;
}

const endsInBreak = (buffer: Buffer): boolean => buffer.at(-1) === 10 || buffer.at(-1) === 13;
