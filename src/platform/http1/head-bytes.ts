import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 4 * 1024;
const TAB = 0x09, BLANK = 0x20, DELETE = 0x7f;

/**
 * Where heads of HTTP/1.1 messages are written, one after the other, letter by letter into memory that is there already:
 * joined from texts, each is some hundred pieces that are put together, copied and thrown away.
 */
export class HeadBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;

  begin(): void {
    this.#at = 0;
  }

  /** What we have written ourselves. */
  add(text: string): void {
    const { length } = text, from = this.#room(length), bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[from + i] = text.charCodeAt(i);
  }

  /**
   * One header. In its value nothing may stand that another parser could take for the value's end (RFC 9110, 5.5).
   * @throws TypeError
   */
  header(name: string, value: string): void {
    this.add(name);
    const { length } = value, from = this.#room(length + 4) + 2, bytes = this.#bytes;
    bytes[from - 2] = 0x3a;
    bytes[from - 1] = BLANK;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if ((code < BLANK && code !== TAB) || code === DELETE || code > 0xff) throw new TypeError(`The header ${name} has a value that cannot be sent.`);
      bytes[from + i] = code;
    }
    bytes[from + length] = 0x0d;
    bytes[from + length + 1] = 0x0a;
  }

  /** What has been written: the next head overwrites it. */
  end(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(length: number): number {
    this.#bytes = withRoom(this.#bytes, this.#at, length);
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
