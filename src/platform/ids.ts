import { randomFillSync } from "node:crypto";

/** Crockford's base32: no I, L, O, U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));
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
  return (nowMs = Date.now()) => {
    if (used === pool.length) {
      fill(pool);
      used = 0;
    }
    const random = pool.subarray(used, (used += RANDOM_BYTES));
    const wanted = Math.floor(nowMs);
    if (wanted > lastMs || wanted < lastMs - STEP_BACK_MAX_MS) {
      lastMs = wanted;
      sequence = ((random[8]! & 0x07) << 8) | random[9]!;
    } else if (sequence < SEQUENCE_MAX) {
      sequence += 1;
    } else {
      lastMs += 1;
      sequence = ((random[8]! & 0x07) << 8) | random[9]!;
    }
    return format(lastMs, sequence, random);
  };
}

/**
 * A new UUIDv7, growing within this process.
 * @param nowMs the instant it carries; default: this machine's clock
 */
export const uuidv7 = createIds();

function format(ms: number, sequence: number, random: Uint8Array): string {
  const time = ms.toString(16).padStart(12, "0");
  const variant = HEX[(random[0]! & 0x3f) | 0x80]! + HEX[random[1]!]!;
  const tail = HEX[random[2]!]! + HEX[random[3]!]! + HEX[random[4]!]! + HEX[random[5]!]! + HEX[random[6]!]! + HEX[random[7]!]!;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, "0")}-${variant}-${tail}`;
}

/** The millisecond in a UUIDv7. */
export const uuidMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** Whether a text is a UUID at all, before it is given to the database. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** `req_` and a ULID of the same 128 bits: what customers see of a request's id. */
export function requestIdText(uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  let text = "req_";
  let pending = 0;
  let bits = 2; // 26 letters hold 130 bits: the first two are zero.
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
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
