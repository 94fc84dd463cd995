import { RelayError } from "#relay/errors.ts";
import { SSE_EVENT_BYTES_MAX } from "#relay/http/sse.ts";

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Cuts a JSON array that comes in pieces into its elements, objects all of them: the form in which a stream comes when
 * events were not asked for. Also takes objects that merely follow one another. Nothing is decoded; a cut may stand
 * inside a letter or an escape.
 */
export class ArraySplitter {
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /**
   * The elements that are whole with this chunk.
   * @throws RelayError bad_upstream_response for an element that is too large, or bytes that are no such array
   */
  push(chunk: Buffer): readonly Buffer[] {
    const found: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
        continue;
      }
      if (this.#depth === 0) {
        if (byte === 123) {
          start = at;
          this.#depth = 1;
        } else if (!isBetween(byte)) throw new RelayError("bad_upstream_response", "The upstream sent what is no stream of objects.");
        continue;
      }
      if (byte === QUOTE) this.#inString = true;
      else if (byte === 123 || byte === 91) this.#depth++;
      else if (byte === 125 || byte === 93) {
        if (--this.#depth > 0) continue;
        found.push(this.#joined(chunk.subarray(start, at + 1)));
      }
    }
    if (this.#depth > 0) this.#keep(chunk.subarray(start));
    return found;
  }

  /** An element has begun and not ended. */
  get unfinished(): boolean {
    return this.#depth > 0;
  }

  #joined(end: Buffer): Buffer {
    if (this.#tailBytes === 0) return end;
    const whole = Buffer.concat([...this.#tail, end], this.#tailBytes + end.length);
    this.#tail = [];
    this.#tailBytes = 0;
    return whole;
  }

  #keep(bytes: Buffer): void {
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    if (this.#tailBytes > SSE_EVENT_BYTES_MAX) throw new RelayError("bad_upstream_response", "The upstream sent an event that is too large.");
  }
}

/** Blanks, commas and the array's own brackets. */
const isBetween = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9 || byte === 44 || byte === 91 || byte === 93;
