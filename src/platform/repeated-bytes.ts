import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 2 * 1024;
/** Up to here letter by letter is quicker than a call into the runtime. */
const LETTERS_MAX = 40;

export type RepeatedForm = Readonly<{
  encoding: "latin1" | "utf8";
  /** What stands between a label and its value, and after the value. Default nothing. */
  between?: string;
  after?: string;
  /** Throws where a value may not be written. */
  check?: (label: string, value: string) => void;
}>;

const asItIs = <Value>(value: Value): string => value as string;

/**
 * Writes texts of labels and values, one after the other into the same memory. Most of a text is what the one before it
 * said, and stands there already: only what differs is written. Joined from pieces, each text would be some hundred
 * strings that are put together, copied and thrown away.
 */
export class RepeatedBytes {
  readonly #form: Required<Omit<RepeatedForm, "check">> & Pick<RepeatedForm, "check">;
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** What stands in the bytes, one after the other, and how many bytes each value takes; -1: a text without one. */
  readonly #labels: string[] = [];
  readonly #values: unknown[] = [];
  readonly #sizes: number[] = [];
  #end = 0;
  /** So many of them the present text has said, which take so many bytes. */
  #said = 0;
  #at = 0;

  constructor({ between = "", after = "", ...form }: RepeatedForm) {
    this.#form = { ...form, between, after };
  }

  begin(): void {
    this.#said = 0;
    this.#at = 0;
  }

  /** A text of ASCII letters. */
  text(text: string): this {
    const i = this.#said;
    if (this.#labels[i] !== text || this.#sizes[i] !== -1) {
      this.#forgetRest();
      this.#end = this.#letters(text, this.#at);
      this.#keep(text, "", -1);
    }
    this.#said = i + 1;
    this.#at += text.length;
    return this;
  }

  /**
   * A label of ASCII letters with its value. What a label's values are is always the same kind of thing, encoded alike.
   * @param encode how the value is written; an object that nobody changes is the same as before when it is the same one
   * @throws Error of the check; what was said before stands
   */
  pair(label: string, value: string): this;
  pair<Value>(label: string, value: Value, encode: (value: Value) => string): this;
  pair<Value>(label: string, value: Value, encode: (value: Value) => string = asItIs): this {
    const i = this.#said, size = this.#sizes[i], { between, after } = this.#form;
    const at = this.#at + label.length + between.length;
    if (this.#labels[i] !== label || size === -1) this.#newPair(label, value, encode);
    else if (this.#values[i] !== value) this.#newValue(i, at, value, size!, encode);
    this.#said = i + 1;
    this.#at = at + this.#sizes[i]! + after.length;
    return this;
  }

  /** What has been written: the next text overwrites it. */
  end(): Buffer {
    this.#forgetRest();
    return this.#bytes.subarray(0, this.#at);
  }

  #newPair<Value>(label: string, value: Value, encode: (value: Value) => string): void {
    const { between, after, check } = this.#form;
    this.#forgetRest();
    const text = encode(value);
    check?.(label, text);
    const at = this.#letters(between, this.#letters(label, this.#at)), size = this.#put(text, at, 0);
    this.#end = this.#letters(after, at + size);
    this.#keep(label, value, size);
  }

  /** In the place of the one before, which what follows makes room for. */
  #newValue<Value>(i: number, at: number, value: Value, was: number, encode: (value: Value) => string): void {
    const { check } = this.#form, text = encode(value);
    if (check) {
      try {
        check(this.#labels[i]!, text);
      } catch (error) {
        this.#forgetRest();
        throw error;
      }
    }
    this.#sizes[i] = this.#put(text, at, was);
    this.#values[i] = value;
  }

  /** @param was bytes of what the value replaces @returns bytes that it takes */
  #put(value: string, at: number, was: number): number {
    const { length } = value, { encoding } = this.#form;
    if (length > LETTERS_MAX) return this.#putLong(value, at, was);
    this.#resize(at, was, length);
    const bytes = this.#bytes;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      all |= code;
      bytes[at + i] = code;
    }
    return all < 0x80 || encoding === "latin1" ? length : this.#putLong(value, at, length);
  }

  #putLong(value: string, at: number, was: number): number {
    const { encoding } = this.#form, size = Buffer.byteLength(value, encoding);
    this.#resize(at, was, size);
    this.#bytes.write(value, at, encoding);
    return size;
  }

  #letters(text: string, at: number): number {
    const { length } = text;
    this.#bytes = withRoom(this.#bytes, at, length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    return at + length;
  }

  /** Moves what follows. */
  #resize(at: number, was: number, size: number): void {
    const follows = this.#end - at - was;
    this.#bytes = withRoom(this.#bytes, Math.max(at, this.#end), size);
    if (follows <= 0 || size === was) return;
    this.#bytes.copyWithin(at + size, at + was, this.#end);
    this.#end += size - was;
  }

  #keep(label: string, value: unknown, size: number): void {
    this.#labels.push(label);
    this.#values.push(value);
    this.#sizes.push(size);
  }

  /** From here on the text says other things than the one before. */
  #forgetRest(): void {
    this.#end = this.#at;
    // To shorten an array is a call into the runtime, even by nothing.
    if (this.#labels.length > this.#said) this.#labels.length = this.#values.length = this.#sizes.length = this.#said;
  }
}
