import { crc32 } from "node:zlib";
import { RepeatedBytes } from "#platform/repeated-bytes.ts";
import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 64 * 1024;
/** A rush's memory is given back. */
const KEPT_BYTES = 1024 * 1024;
/** CRC-32 in 8 hex digits, and a blank. */
const SUM_BYTES = 9;
const NEWLINE = 0x0a, BLANK = 0x20;

/** Lines of JSON in bytes, each with its check sum in front. */
export class RecordBytes {
  #bytes: Buffer;
  #at = 0;
  /** By who writes with it: one line is much like the one before of its kind. */
  readonly #forms = new Map<unknown, RepeatedBytes>();
  /** Where lines begin. */
  #starts: number[] = [];

  constructor(bytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get empty(): boolean {
    return this.#at === 0;
  }

  /** Adds a line that `write` fills; none when it throws. Each `write` has a way of its own to put things. */
  line<Record>(write: (out: RepeatedBytes, record: Record) => void, record: Record): void {
    const written = this.#written(write, record), start = this.#at;
    this.#bytes = withRoom(this.#bytes, start, SUM_BYTES + written.length + 1);
    this.#at = start + SUM_BYTES + written.length;
    written.copy(this.#bytes, start + SUM_BYTES);
    this.#bytes[this.#at++] = NEWLINE;
    this.#starts.push(start);
  }

  /** All lines with their sums. The memory is this object's own: to be written before the next line is begun. */
  take(): Buffer {
    const end = this.#at;
    this.#starts.forEach((start, i) => this.#sum(start, this.#starts[i + 1] ?? end));
    const taken = this.#bytes.subarray(0, end);
    this.#starts = [];
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    return taken;
  }

  #written<Record>(write: (out: RepeatedBytes, record: Record) => void, record: Record): Buffer {
    let out = this.#forms.get(write);
    if (!out) this.#forms.set(write, (out = new RepeatedBytes({ encoding: "utf8" })));
    out.begin();
    write(out, record);
    return out.end();
  }

  #sum(start: number, end: number): void {
    const bytes = this.#bytes;
    let sum = crc32(bytes.subarray(start + SUM_BYTES, end - 1));
    for (let at = start + SUM_BYTES - 2; at >= start; at--) {
      const digit = sum & 15;
      bytes[at] = digit < 10 ? digit + 0x30 : digit + 0x57;
      sum >>>= 4;
    }
    bytes[start + SUM_BYTES - 1] = BLANK;
  }
}
