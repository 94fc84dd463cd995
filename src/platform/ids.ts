import { randomFillSync } from "node:crypto";

/** Crockford's base32: no I, L, O, U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const DIGITS = "0123456789abcdef";
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
  let time = ""; // the text of `timeMs`: many ids share a millisecond
  let timeMs = -1;
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
      time = timeText(lastMs);
    }
    return time + randomText(pool, at, sequence);
  };
}

/**
 * A new UUIDv7, growing within this process.
 * @param nowMs the instant it carries; default: this machine's clock
 */
export const uuidv7 = createIds();

function timeText(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7`;
}

function randomText(bytes: Uint8Array, at: number, sequence: number): string {
  return HEX[sequence >>> 4]! + DIGITS[sequence & 15]!
    + "-" + HEX[(bytes[at]! & 0x3f) | 0x80]! + HEX[bytes[at + 1]!]!
    + "-" + HEX[bytes[at + 2]!]! + HEX[bytes[at + 3]!]! + HEX[bytes[at + 4]!]! + HEX[bytes[at + 5]!]! + HEX[bytes[at + 6]!]! + HEX[bytes[at + 7]!]!;
}

/** The millisecond in a UUIDv7. */
export const uuidMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** Whether a text is a UUID at all, before it is given to the database. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Positions of the 32 hex digits in a UUID's text. */
const DIGIT_AT = Array.from({ length: 36 }, (_, at) => at).filter((at) => at !== 8 && at !== 13 && at !== 18 && at !== 23);

/** `req_` and a ULID of the same 128 bits: what customers see of a request's id. */
export function requestIdText(uuid: string): string {
  let text = "req_";
  let pending = 0;
  let bits = 2; // 26 letters hold 130 bits: the first two are zero.
  for (let i = 0; i < 32; i++) {
    const code = uuid.charCodeAt(DIGIT_AT[i]!);
    pending = (pending << 4) | (code <= 57 ? code - 48 : (code | 32) - 87);
    bits += 4;
    if (bits >= 5) {
      bits -= 5;
      text += ALPHABET[pending >>> bits];
      pending &= (1 << bits) - 1;
    }
  }
  return text;
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
