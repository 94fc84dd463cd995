import { withRoom } from "#platform/with-room.ts";

const FIRST_BYTES = 64 * 1024, LEAST_BYTES = 64;
/** Signature, flags, length of the extension; then each row. Of PostgreSQL's documentation, "COPY", "Binary Format". */
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** In front of it stands the protocol's own: the kind of message, and its length without the kind. */
const MESSAGE_HEAD = 5, COPY_DATA = 0x64;
/** Where the database's clock begins: 2000-01-01, in ms since 1970. */
const EPOCH_MS = 946_684_800_000;
/** Digits of a `numeric` have four decimal ones each. */
const DIGIT = 10_000;
const NEGATIVE = 0x4000;
const DASH = 0x2d;

/** The column cannot hold it. */
export class UnwritableValue extends Error {
  override readonly name = "UnwritableValue";
}

/**
 * Rows in the form that `COPY … FROM STDIN (FORMAT binary)` reads. Of a row of thirty columns the database's own work is
 * the rest of what an `INSERT` from arrays costs: no value has to be read from text, and a page's rows are one record of
 * its log.
 *
 * Every method but `row` writes the next column; `undefined` is NULL.
 *
 * @throws UnwritableValue by each of them; the rows are of no further use
 */
export class CopyRows {
  #bytes: Buffer;
  #at = MESSAGE_HEAD + HEADER.length;
  /** The row before's UUIDs, one after the other, and where their bytes stand: most rows name the same things. */
  #ids: { value: string; at: number }[] = [];
  #idsInRow = 0;

  constructor(bytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(bytes, LEAST_BYTES));
    HEADER.copy(this.#bytes, MESSAGE_HEAD);
  }

  /** Begins a row. */
  row(columns: number): this {
    this.#room(2);
    this.#int16(columns);
    this.#idsInRow = 0;
    return this;
  }

  uuid(value: string | undefined): this {
    if (value === undefined) return this.null();
    this.#room(20);
    this.#int32(16);
    const before = this.#ids[this.#idsInRow];
    if (before?.value === value) this.#repeat(before.at, 16);
    else {
      this.#ids[this.#idsInRow] = { value, at: this.#at };
      this.#hexadecimal(value);
    }
    this.#idsInRow += 1;
    return this;
  }

  bool(value: boolean): this {
    this.#room(5);
    this.#int32(1);
    this.#bytes[this.#at++] = value ? 1 : 0;
    return this;
  }

  int2(value: number | undefined): this {
    if (value === undefined) return this.null();
    if ((value << 16) >> 16 !== value) throw new UnwritableValue(`${value} is no smallint`);
    this.#room(6);
    this.#int32(2);
    this.#int16(value);
    return this;
  }

  int4(value: number | undefined): this {
    if (value === undefined) return this.null();
    if ((value | 0) !== value) throw new UnwritableValue(`${value} is no integer`);
    this.#room(8);
    this.#int32(4);
    this.#int32(value);
    return this;
  }

  int8(value: number | bigint): this {
    this.#room(12);
    this.#int32(8);
    this.#int64(value);
    return this;
  }

  /** Whole numbers of a column without digits behind the point. */
  numeric(value: bigint): this {
    const digits = digitsOf(value < 0n ? -value : value);
    this.#room(12 + 2 * digits.length);
    this.#int32(8 + 2 * digits.length);
    this.#int16(digits.length);
    this.#int16(Math.max(0, digits.length - 1));
    this.#int16(value < 0n ? NEGATIVE : 0);
    this.#int16(0);
    for (let i = digits.length - 1; i >= 0; i--) this.#int16(digits[i]!);
    return this;
  }

  /** A `timestamptz`. @param ms since 1970, whole */
  instant(ms: number): this {
    return this.int8((ms - EPOCH_MS) * 1_000);
  }

  /** What PostgreSQL cannot hold (NUL, half surrogate pairs) becomes U+FFFD. */
  text(value: string | undefined): this {
    return value === undefined ? this.null() : this.#text(value, 0);
  }

  /** JSON text of a `jsonb` column. */
  jsonb(json: string): this {
    return this.#text(json, 1);
  }

  null(): this {
    this.#room(4);
    this.#int32(-1);
    return this;
  }

  /** All rows, closed, as one CopyData message. Nothing may be added afterwards. */
  take(): Buffer {
    this.#room(2);
    this.#int16(-1);
    const length = this.#at;
    this.#bytes[0] = COPY_DATA;
    this.#bytes.writeUInt32BE(length - 1, 1);
    return this.#bytes.subarray(0, length);
  }

  #repeat(from: number, length: number): void {
    const bytes = this.#bytes, at = this.#at;
    for (let i = 0; i < length; i++) bytes[at + i] = bytes[from + i]!;
    this.#at = at + length;
  }

  #hexadecimal(uuid: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < uuid.length;) {
      if (uuid.charCodeAt(i) === DASH) {
        i += 1;
        continue;
      }
      bytes[at++] = (hex(uuid.charCodeAt(i)) << 4) | hex(uuid.charCodeAt(i + 1));
      i += 2;
    }
    if (at - this.#at !== 16) throw new UnwritableValue(`"${uuid}" is no UUID`);
    this.#at = at;
  }

  /** @param version of the form, as `jsonb` has it in front; 0 = none */
  #text(value: string, version: number): this {
    const { length } = value;
    const front = version === 0 ? 4 : 5;
    this.#room(front + length);
    const bytes = this.#bytes, from = this.#at + front;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      // Whatever is no letter of ASCII is the runtime's business.
      if (code === 0 || code > 0x7f) return this.#encoded(value, version);
      bytes[from + i] = code;
    }
    this.#int32(front - 4 + length);
    if (version !== 0) bytes[this.#at] = version;
    this.#at = from + length;
    return this;
  }

  #encoded(value: string, version: number): this {
    const text = value.toWellFormed().replaceAll("\0", "\uFFFD");
    const front = version === 0 ? 4 : 5;
    this.#room(front + 3 * text.length);
    const length = this.#bytes.write(text, this.#at + front, "utf8");
    this.#int32(front - 4 + length);
    if (version !== 0) this.#bytes[this.#at++] = version;
    this.#at += length;
    return this;
  }

  #int16(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at] = value >> 8;
    bytes[this.#at + 1] = value;
    this.#at += 2;
  }

  #int32(value: number): void {
    const bytes = this.#bytes, at = this.#at;
    bytes[at] = value >> 24;
    bytes[at + 1] = value >> 16;
    bytes[at + 2] = value >> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  #int64(value: number | bigint): void {
    const small = Number(value);
    if (!Number.isSafeInteger(small)) {
      if (typeof value === "number" || BigInt.asIntN(64, value) !== value) throw new UnwritableValue(`${value} is no bigint`);
      this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
      return;
    }
    const high = Math.floor(small / 0x1_0000_0000);
    this.#int32(high);
    this.#int32(small - high * 0x1_0000_0000);
  }

  #room(bytes: number): void {
    this.#bytes = withRoom(this.#bytes, this.#at, bytes);
  }
}

/** The lowest first. */
function digitsOf(value: bigint): readonly number[] {
  const digits: number[] = [];
  let large = value;
  for (; large > Number.MAX_SAFE_INTEGER; large /= BigInt(DIGIT)) digits.push(Number(large % BigInt(DIGIT)));
  for (let left = Number(large); left > 0; left = Math.floor(left / DIGIT)) digits.push(left % DIGIT);
  return digits;
}

function hex(code: number): number {
  const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
  if (digit < 0) throw new UnwritableValue("a UUID has a letter that is no hexadecimal digit");
  return digit;
}
