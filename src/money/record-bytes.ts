import { crc32 } from "node:zlib";
import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 64 * 1024;
/** A rush's memory is given back. */
const KEPT_BYTES = 1024 * 1024;
/** CRC-32 in 8 hex digits, and a blank. */
const SUM_BYTES = 9;
/** Up to here letter by letter is quicker than a call into the runtime. */
const LETTERS_MAX = 20;
const QUOTE = 0x22, BACKSLASH = 0x5c, NEWLINE = 0x0a, BLANK = 0x20;

/**
 * Lines of JSON in bytes, each with its check sum in front. Letters go one by one into memory that is there already: built
 * as texts, a turn's records are some hundred pieces that are joined, copied and thrown away.
 */
export class RecordBytes {
  #bytes: Buffer;
  #at = 0;
  /** Where lines begin. */
  #starts: number[] = [];

  constructor(bytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get empty(): boolean {
    return this.#at === 0;
  }

  /** Adds a line that `write` fills; none when it throws. */
  line<Record>(write: (out: this, record: Record) => void, record: Record): void {
    const start = this.#at;
    try {
      this.#room(SUM_BYTES);
      this.#at += SUM_BYTES;
      write(this, record);
      this.#room(1);
      this.#bytes[this.#at++] = NEWLINE;
      this.#starts.push(start);
    } catch (error) {
      this.#at = start;
      throw error;
    }
  }

  /** As it stands: JSON, or a part of it. */
  raw(text: string): this {
    const { length } = text;
    if (length > LETTERS_MAX) return this.#encoded(text);
    this.#room(length);
    const bytes = this.#bytes, from = this.#at;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      all |= code;
      bytes[from + i] = code;
    }
    if (all > 0x7f) return this.#encoded(text);
    this.#at = from + length;
    return this;
  }

  /** As a JSON string. */
  text(value: string): this {
    const { length } = value;
    this.#room(length + 2);
    const bytes = this.#bytes, from = this.#at;
    bytes[from] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      // Whatever needs a thought has it thought by JSON itself.
      if (code < BLANK || code > 0x7e || code === QUOTE || code === BACKSLASH) return this.raw(JSON.stringify(value));
      bytes[from + 1 + i] = code;
    }
    bytes[from + length + 1] = QUOTE;
    this.#at = from + length + 2;
    return this;
  }

  /** The text of a record that stands in no line. */
  toString(): string {
    return this.#bytes.toString("utf8", 0, this.#at);
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

  #encoded(text: string): this {
    this.#room(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
    return this;
  }

  #room(bytes: number): void {
    this.#bytes = withRoom(this.#bytes, this.#at, bytes);
  }
}
