import { RelayError } from "#relay/errors.ts";

const LF = 10;
const CR = 13;

/** One event, or its unfinished rest, may be this long: images travel as base64 in one data line. */
export const SSE_EVENT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Cuts a byte stream into server-sent events without decoding it.
 *
 * `push` a chunk; when it returns true, `buffer` holds the bytes of one or more complete events and
 * `ends` where each of them stops (blank line included; the next begins there). While no event is
 * unfinished, `buffer` is the pushed chunk itself. A line ends with LF, CRLF or CR, also when CR and LF
 * come in different chunks: the LF is then an event of its own, of one byte and without data.
 * Unfinished bytes are kept as a list and joined once, so a long event costs two copies at most.
 *
 * @see HTML Standard, "Parsing an event stream"
 */
export class SseSplitter {
  buffer: Buffer = EMPTY;
  readonly ends: number[] = [];
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private lineEmpty = true;
  private afterCr = false;

  /** @throws RelayError bad_upstream_response when an event passes {@link SSE_EVENT_BYTES_MAX} */
  push(chunk: Buffer): boolean {
    this.ends.length = 0;
    if (chunk.length === 0) return false;
    this.scan(chunk, this.tailBytes);
    const last = this.ends.at(-1);
    if (last === undefined) {
      this.keep(chunk);
      return false;
    }
    this.buffer = this.tailBytes === 0 ? chunk : Buffer.concat([...this.tail, chunk], this.tailBytes + chunk.length);
    this.tail = [];
    this.tailBytes = 0;
    if (last < this.buffer.length) this.keep(this.buffer.subarray(last));
    return true;
  }

  /** The stream has ended: an event without its blank line, if there is one, becomes the only event. */
  flush(): boolean {
    this.ends.length = 0;
    if (this.tailBytes === 0) return false;
    this.buffer = this.tail.length === 1 ? this.tail[0]! : Buffer.concat(this.tail, this.tailBytes);
    this.ends.push(this.tailBytes);
    this.tail = [];
    this.tailBytes = 0;
    this.lineEmpty = true;
    this.afterCr = false;
    return true;
  }

  private keep(bytes: Buffer): void {
    this.tail.push(bytes);
    this.tailBytes += bytes.length;
    if (this.tailBytes > SSE_EVENT_BYTES_MAX) {
      throw new RelayError("bad_upstream_response", "The upstream sent an event that is too large.");
    }
  }

  private scan(chunk: Buffer, offset: number): void {
    // A raw CR cannot stand inside JSON, so nearly every vendor's chunk is found free of it at once.
    if (this.afterCr || chunk.includes(CR)) this.scanAnyBreak(chunk, offset);
    else this.scanLf(chunk, offset);
  }

  private scanLf(chunk: Buffer, offset: number): void {
    let at = 0;
    for (;;) {
      const lf = chunk.indexOf(LF, at);
      if (lf < 0) {
        if (at < chunk.length) this.lineEmpty = false;
        return;
      }
      if (lf === at && this.lineEmpty) this.ends.push(offset + lf + 1);
      this.lineEmpty = true;
      at = lf + 1;
    }
  }

  private scanAnyBreak(chunk: Buffer, offset: number): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF && this.afterCr) {
        this.afterCr = false;
        // The CR before it has ended an event already, or only a line; the LF belongs to neither's data.
        if (this.ends.at(-1) === offset + at) this.ends[this.ends.length - 1] = offset + at + 1;
        else if (offset + at === 0) this.ends.push(1);
        continue;
      }
      this.afterCr = byte === CR;
      if (byte !== LF && byte !== CR) {
        this.lineEmpty = false;
        continue;
      }
      if (this.lineEmpty) this.ends.push(offset + at + 1);
      this.lineEmpty = true;
    }
  }
}

const EMPTY = Buffer.alloc(0);

/**
 * The `data` of the event in `buffer[start, end)`, its lines joined by LF; undefined when it has none
 * (comments, `event:` or `id:` alone). A view of the same memory where the event has one data line.
 */
export function eventData(buffer: Buffer, start: number, end: number): Buffer | undefined {
  let found: Buffer | undefined;
  let at = start;
  if (buffer[at] === 0xef && buffer[at + 1] === 0xbb && buffer[at + 2] === 0xbf) at += 3;
  while (at < end) {
    let stop = at;
    while (stop < end && buffer[stop] !== LF && buffer[stop] !== CR) stop++;
    const value = dataOfLine(buffer, at, stop);
    if (value) found = found === undefined ? value : Buffer.concat([found, NEWLINE, value]);
    at = stop + 1;
  }
  return found;
}

const NEWLINE = Buffer.from("\n");

function dataOfLine(buffer: Buffer, start: number, stop: number): Buffer | undefined {
  // Letter by letter: a call into the runtime for four bytes takes longer.
  if (stop - start < 4 || buffer[start] !== 0x64 || buffer[start + 1] !== 0x61 || buffer[start + 2] !== 0x74 || buffer[start + 3] !== 0x61) return undefined;
  if (stop - start === 4) return EMPTY;
  if (buffer[start + 4] !== 58) return undefined;
  const from = buffer[start + 5] === 32 ? start + 6 : start + 5;
  return buffer.subarray(Math.min(from, stop), stop);
}

/** Does a body that should have been JSON begin like a stream of events? */
export const looksLikeEvents = (body: Buffer): boolean => /^(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)?:/.test(body.toString("latin1", 0, 64));
