import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 4 * 1024;
/** Stands for the value where a piece is no header; none can be this. */
const NO_VALUE = "\n";
const TAB = 0x09, BLANK = 0x20, DELETE = 0x7f, COLON = 0x3a, CR = 0x0d, LF = 0x0a;

/**
 * Where heads of HTTP/1.1 messages are written, one after the other into the same memory. Most of a head is what the one
 * before it said, and stands there already: only what differs is written. Joined from texts, each head would be some
 * hundred pieces that are checked, put together, copied and thrown away.
 */
export class HeadBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** What stands in the bytes: name and value of each header, text and `NO_VALUE` of what is none. */
  readonly #pieces: string[] = [];
  #end = 0;
  /** How much of it the present head has said again. */
  #said = 0;
  #at = 0;

  begin(): void {
    this.#said = 0;
    this.#at = 0;
  }

  /** What we have written ourselves. */
  add(text: string): void {
    const { length } = text;
    if (this.#pieces[this.#said] !== text || this.#pieces[this.#said + 1] !== NO_VALUE) {
      this.#forgetRest();
      this.#room(length);
      const bytes = this.#bytes, from = this.#at;
      for (let i = 0; i < length; i++) bytes[from + i] = text.charCodeAt(i);
      this.#end = from + length;
      this.#pieces.push(text, NO_VALUE);
    }
    this.#said += 2;
    this.#at += length;
  }

  /**
   * One header. In its value nothing may stand that another parser could take for the value's end (RFC 9110, 5.5).
   * @throws TypeError
   */
  header(name: string, value: string): void {
    const pieces = this.#pieces, said = this.#said, was = pieces[said + 1], at = this.#at + name.length + 2;
    if (pieces[said] !== name || was === NO_VALUE) this.#newHeader(name, value, at);
    else if (was !== value) this.#newValue(name, value, at);
    this.#said = said + 2;
    this.#at = at + value.length + 2;
  }

  /** What has been written: the next head overwrites it. */
  end(): Buffer {
    this.#forgetRest();
    return this.#bytes.subarray(0, this.#at);
  }

  #newHeader(name: string, value: string, at: number): void {
    this.#forgetRest();
    this.#room(name.length + value.length + 4);
    const bytes = this.#bytes, from = this.#at;
    for (let i = 0; i < name.length; i++) bytes[from + i] = name.charCodeAt(i);
    bytes[at - 2] = COLON;
    bytes[at - 1] = BLANK;
    this.#value(name, value, at);
    bytes[at + value.length] = CR;
    bytes[at + value.length + 1] = LF;
    this.#end = at + value.length + 2;
    this.#pieces.push(name, value);
  }

  /** In the place of the one before, which what follows makes room for. */
  #newValue(name: string, value: string, at: number): void {
    const was = this.#pieces[this.#said + 1]!.length, more = value.length - was;
    if (more !== 0) {
      this.#bytes = withRoom(this.#bytes, this.#end, Math.max(0, more));
      this.#bytes.copyWithin(at + value.length, at + was, this.#end);
      this.#end += more;
    }
    this.#value(name, value, at);
    this.#pieces[this.#said + 1] = value;
  }

  #value(name: string, value: string, at: number): void {
    const bytes = this.#bytes;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if ((code < BLANK && code !== TAB) || code === DELETE || code > 0xff) {
        this.#forgetRest();
        throw new TypeError(`The header ${name} has a value that cannot be sent.`);
      }
      bytes[at + i] = code;
    }
  }

  /** From here on the head says other things than the one before. */
  #forgetRest(): void {
    this.#pieces.length = this.#said;
    this.#end = this.#at;
  }

  #room(length: number): void {
    this.#bytes = withRoom(this.#bytes, this.#at, length);
  }
}
