import { randomFillSync } from "node:crypto";

/** Crockford's base32: no I, L, O, U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const DIGITS = Buffer.from("0123456789abcdef");
const LETTERS = Buffer.from(ALPHABET);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Clock steps back up to this long do not turn the order of ids; longer ones are a corrected clock, which is followed. */
const STEP_BACK_MAX_MS = 10_000;

/** Random bytes of one id, and ids that one call to the generator serves: asking for each id takes three times as long. */
const RANDOM_BYTES = 10;
const RANDOM_IDS = 256;

/** Sequence numbers within one millisecond: 12 bits, begun in the lower half so that there is room to count on. */
const SEQUENCE_MAX = 0xfff;

/**
 * Makes a source of UUIDv7 (RFC 9562) whose ids always grow: within a millisecond the 12 bits after the version count
 * up (method 1 of section 6.2); past the end of them the millisecond is lent from the future.
 *
 * @param fill fills a buffer with random bytes
 */
export function createIds(fill: (bytes: Uint8Array) => void = randomFillSync): (nowMs?: number) => string {
  const pool = new Uint8Array(RANDOM_BYTES * RANDOM_IDS);
  let used = pool.length;
  let lastMs = 0;
  let sequence = 0;
  // Written in place and made a string in one go: put together from pieces it would be a tree of them, made flat when it is first read.
  const text = Buffer.from("00000000-0000-7000-0000-000000000000");
  let timeMs = -1; // whose text stands there: many ids share a millisecond
  return (nowMs = Date.now()) => {
    if (used === pool.length) {
      fill(pool);
      used = 0;
    }
    const at = used;
    used += RANDOM_BYTES;
    const wanted = Math.floor(nowMs);
    if (wanted > lastMs || wanted < lastMs - STEP_BACK_MAX_MS) {
      lastMs = wanted;
      sequence = ((pool[at + 8]! & 0x07) << 8) | pool[at + 9]!;
    } else if (sequence < SEQUENCE_MAX) {
      sequence += 1;
    } else {
      lastMs += 1;
      sequence = ((pool[at + 8]! & 0x07) << 8) | pool[at + 9]!;
    }
    if (timeMs !== lastMs) {
      timeMs = lastMs;
      writeTime(text, lastMs);
    }
    writeRest(text, pool, at, sequence);
    return text.toString("latin1");
  };
}

/**
 * A new UUIDv7, growing within this process.
 * @param nowMs the instant it carries; default: this machine's clock
 */
export const uuidv7 = createIds();

function writeTime(text: Buffer, ms: number): void {
  const digits = ms.toString(16).padStart(12, "0");
  text.write(digits.slice(0, 8), 0, "latin1");
  text.write(digits.slice(8), 9, "latin1");
}

/** What follows the version's digit. */
function writeRest(text: Buffer, random: Uint8Array, at: number, sequence: number): void {
  text[15] = DIGITS[sequence >>> 8]!;
  writeByte(text, 16, sequence & 0xff);
  writeByte(text, 19, (random[at]! & 0x3f) | 0x80);
  writeByte(text, 21, random[at + 1]!);
  for (let i = 0; i < 6; i++) writeByte(text, 24 + 2 * i, random[at + 2 + i]!);
}

function writeByte(text: Buffer, at: number, byte: number): void {
  text[at] = DIGITS[byte >>> 4]!;
  text[at + 1] = DIGITS[byte & 15]!;
}

/** The millisecond in a UUIDv7. */
export const uuidMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** Whether a text is a UUID at all, before it is given to the database. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Positions of the 32 hex digits in a UUID's text. */
const DIGIT_AT = Array.from({ length: 36 }, (_, at) => at).filter((at) => at !== 8 && at !== 13 && at !== 18 && at !== 23);

/** Where request ids are written, one after the other. */
const REQUEST_ID = Buffer.from("req_".padEnd(30));

/** `req_` and a ULID of the same 128 bits: what customers see of a request's id. */
export function requestIdText(uuid: string): string {
  let at = 4;
  let pending = 0;
  let bits = 2; // 26 letters hold 130 bits: the first two are zero.
  for (let i = 0; i < 32; i++) {
    const code = uuid.charCodeAt(DIGIT_AT[i]!);
    pending = (pending << 4) | (code <= 57 ? code - 48 : (code | 32) - 87);
    bits += 4;
    if (bits >= 5) {
      bits -= 5;
      REQUEST_ID[at++] = LETTERS[pending >>> bits]!;
      pending &= (1 << bits) - 1;
    }
  }
  return REQUEST_ID.toString("latin1");
}

/** The UUID of a request id as shown to customers, in either case of letters; undefined when it is none. */
export function parseRequestId(text: string): string | undefined {
  if (!/^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(text)) return undefined;
  let hex = "";
  let pending = 0;
  let bits = -2;
  for (const letter of text.slice(4).toUpperCase()) {
    pending = (pending << 5) | VALUES.get(letter)!;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      hex += HEX[(pending >>> bits) & 0xff];
      pending &= (1 << bits) - 1;
    }
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
