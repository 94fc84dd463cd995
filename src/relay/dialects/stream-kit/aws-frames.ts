import { crc32 } from "node:zlib";
import { RelayError } from "#relay/errors.ts";

/** Length, length of the headers, checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const FRAME_BYTES_MAX = 24 * 1024 * 1024;

/** `kind` = `:event-type` or `:exception-type`. */
export type AwsFrame = Readonly<{ kind: string; exception: boolean; payload: Buffer }>;

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/** Cuts `application/vnd.amazon.eventstream` into its frames. @see AWS documentation, "Event stream encoding" */
export class AwsFrames {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** @throws RelayError bad_upstream_response when a checksum is wrong or a frame too large */
  push(chunk: Buffer): readonly AwsFrame[] {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    const frames: AwsFrame[] = [];
    let wanted = this.#wanted();
    while (wanted !== undefined && this.#bytes >= wanted) {
      const all = this.#joined();
      frames.push(readFrame(all.subarray(0, wanted)));
      const rest = all.subarray(wanted);
      this.#parts = rest.length > 0 ? [rest] : [];
      this.#bytes = rest.length;
      wanted = this.#wanted();
    }
    return frames;
  }

  /** Bytes of the frame that has begun; undefined = not known yet. */
  #wanted(): number | undefined {
    if (this.#bytes < PRELUDE_BYTES) return undefined;
    const head = this.#parts[0]!.length >= PRELUDE_BYTES ? this.#parts[0]! : this.#joined();
    const length = head.readUInt32BE(0), headers = head.readUInt32BE(4);
    if (crc32(head.subarray(0, 8)) !== head.readUInt32BE(8)) throw bad("The upstream's stream is damaged.");
    if (length > FRAME_BYTES_MAX || length < PRELUDE_BYTES + headers + CHECKSUM_BYTES) throw bad("The upstream sent a frame of a wrong size.");
    return length;
  }

  #joined(): Buffer {
    const all = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [all];
    return all;
  }
}

function readFrame(frame: Buffer): AwsFrame {
  const end = frame.length - CHECKSUM_BYTES;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw bad("The upstream's stream is damaged.");
  const payloadAt = PRELUDE_BYTES + frame.readUInt32BE(4);
  const headers = readHeaders(frame.subarray(PRELUDE_BYTES, payloadAt));
  const exception = headers.get(":exception-type") ?? headers.get(":error-code");
  return { kind: exception ?? headers.get(":event-type") ?? "", exception: exception !== undefined, payload: frame.subarray(payloadAt, end) };
}

/** Bytes of a header's value by its type; those of text and bytes say their length themselves. */
const FIXED: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const TEXT = 7, BYTES = 6;

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  try {
    while (at < bytes.length) {
      const nameEnd = at + 1 + bytes.readUInt8(at);
      const name = bytes.toString("utf8", at + 1, nameEnd);
      const type = bytes.readUInt8(nameEnd);
      if (type === TEXT || type === BYTES) {
        const from = nameEnd + 3, to = from + bytes.readUInt16BE(nameEnd + 1);
        if (type === TEXT) headers.set(name, bytes.toString("utf8", from, to));
        at = to;
      } else {
        const size = FIXED[type];
        if (size === undefined) throw bad("The upstream sent a header of an unknown kind.");
        at = nameEnd + 1 + size;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw bad("The upstream's stream is damaged.");
    throw error;
  }
  return headers;
}
