import { ArraySplitter } from "#relay/dialects/gemini/array-splitter.ts";
import { parseJson } from "#relay/dialects/gemini/wire.ts";
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
    const value = data && parseJson(data.toString("utf8"));
    if (value === undefined) return NOTHING;
    return [{ raw: Buffer.concat([buffer, Buffer.from(endsInBreak(buffer) ? "\n" : "\n\n")]), data, value }];
  }

  #pieces({ buffer, ends }: SseSplitter): readonly StreamPiece[] {
    let start = 0;
    return ends.map((end) => {
      const raw = buffer.subarray(start, end);
      const data = eventData(buffer, start, end);
      start = end;
      if (data === undefined || data.length === 0 || data.toString("latin1", 0, 6) === "[DONE]") return { raw, data: undefined, value: undefined };
      return { raw, data, value: parsed(data) };
    });
  }
}

const EMPTY = Buffer.alloc(0);
const NOTHING: readonly StreamPiece[] = [];

const pieceOf = (raw: Buffer): StreamPiece => ({ raw, data: raw, value: parsed(raw) });

function parsed(data: Buffer): unknown {
  const value = parseJson(data.toString("utf8"));
  if (value === undefined) throw new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.");
  return value;
}

/** Where the stream's first byte stands behind blanks and a byte order mark; undefined = not yet there. */
function beginning(bytes: Buffer): number | undefined {
  if (bytes.length < BOM.length && BOM.compare(bytes, 0, bytes.length, 0, bytes.length) === 0) return undefined;
  let at = bytes.compare(BOM, 0, BOM.length, 0, Math.min(BOM.length, bytes.length)) === 0 ? BOM.length : 0;
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
  return at < bytes.length ? at : undefined;
}

const endsInBreak = (buffer: Buffer): boolean => buffer.at(-1) === 10 || buffer.at(-1) === 13;
