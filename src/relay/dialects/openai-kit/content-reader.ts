/** What a key of a delta or message means for counting. */
const DESCEND = 1;
const TEXT = 2;
const REASONING = 3;
/** Media: it is content, but its bytes are no text. */
const MEDIA = 4;

/**
 * Keys by length, first and last letter, so that no string is made to look one up. What isn't named here
 * is skipped; `reasoning_details` too, as it repeats what `reasoning` says.
 */
const KINDS: ReadonlyMap<number, number> = new Map(
  ([
    ["content", TEXT], ["text", TEXT], ["refusal", TEXT], ["arguments", TEXT], ["name", TEXT], ["input", TEXT],
    ["thinking", TEXT], ["transcript", TEXT], ["reasoning_content", REASONING], ["reasoning", REASONING], ["reasoning_text", REASONING],
    ["delta", DESCEND], ["message", DESCEND], ["tool_calls", DESCEND], ["function_call", DESCEND], ["function", DESCEND],
    ["custom", DESCEND], ["audio", DESCEND], ["images", DESCEND], ["image_url", DESCEND], ["data", MEDIA], ["url", MEDIA],
  ] as const).map(([key, kind]) => [keyCode(key.length, key.charCodeAt(0), key.charCodeAt(key.length - 1)), kind]),
);

function keyCode(length: number, first: number, last: number): number {
  return (length << 16) | (first << 8) | last;
}

const KEPT_BYTES_MAX = 64 * 1024;
const KEPT_BYTES_START = 256;

/** 0 plain, 1 first byte of a CJK character, 2 quote, 3 backslash. */
const CLASS = new Uint8Array(256);
CLASS.fill(1, 0xe3, 0xee);
CLASS[34] = 2;
CLASS[92] = 3;

/**
 * Counts the text that a reply delivers while its bytes pass, and keeps at most 64 KiB of it for the
 * tokenizer. Works on the JSON bytes themselves; what is broken is left uncounted, never thrown about.
 */
export class ContentReader {
  bytes = 0;
  cjk = 0;
  seen = false;
  truncated = false;
  /** Strings counted so far, and where the last of them stood in its buffer, quotes left out. */
  strings = 0;
  lastStart = 0;
  lastEnd = 0;
  private kept: Buffer | undefined;
  private keptBytes = 0;
  private reasoningKey = 0;

  /** What was kept, decoded now. */
  get text(): string[] {
    return this.keptBytes === 0 ? [] : [this.kept!.toString("utf8", 0, this.keptBytes)];
  }

  get texts(): number {
    return this.keptBytes === 0 ? 0 : 1;
  }

  /** Reads the JSON value (an object or array) at `at`. */
  read(buffer: Buffer, at: number, end: number): void {
    this.reasoningKey = 0;
    this.value(buffer, blank(buffer, at, end), end, DESCEND);
  }

  private value(buffer: Buffer, at: number, end: number, kind: number): number {
    switch (buffer[at]) {
      case 123:
        return this.object(buffer, at + 1, end);
      case 91:
        return this.array(buffer, at + 1, end, kind);
      case 34:
        if (kind === TEXT || kind === REASONING) return this.string(buffer, at + 1, end);
        if (kind === MEDIA && buffer[at + 1] !== 34) this.seen = true;
        return skipString(buffer, at + 1, end);
      default:
        return skipScalar(buffer, at, end);
    }
  }

  private array(buffer: Buffer, at: number, end: number, kind: number): number {
    at = blank(buffer, at, end);
    while (at < end && buffer[at] !== 93) {
      at = blank(buffer, this.value(buffer, at, end, kind), end);
      if (buffer[at] === 44) at = blank(buffer, at + 1, end);
      else if (buffer[at] !== 93) return end;
    }
    return at + 1;
  }

  private object(buffer: Buffer, at: number, end: number): number {
    at = blank(buffer, at, end);
    while (at < end && buffer[at] === 34) {
      const keyStart = at + 1;
      at = skipString(buffer, keyStart, end);
      const length = at - 1 - keyStart;
      let kind = length > 0 ? (KINDS.get(keyCode(length, buffer[keyStart]!, buffer[at - 2]!)) ?? 0) : 0;
      at = blank(buffer, at, end);
      if (buffer[at] !== 58) return end;
      at = blank(buffer, at + 1, end);
      if (kind === REASONING && buffer[at] === 34 && buffer[at + 1] !== 34) {
        // Some vendors send the same thought under both names: the first name seen is the one counted.
        if (this.reasoningKey === 0) this.reasoningKey = length;
        else if (this.reasoningKey !== length) kind = 0;
      }
      at = blank(buffer, kind === 0 ? skipValue(buffer, at, end) : this.value(buffer, at, end, kind), end);
      if (buffer[at] === 44) at = blank(buffer, at + 1, end);
    }
    return at + 1;
  }

  /** Counts the string whose text begins at `at`. @returns behind its closing quote */
  string(buffer: Buffer, at: number, end: number): number {
    const start = at;
    let cjk = 0;
    let saved = 0;
    for (; at < end; at++) {
      const kind = CLASS[buffer[at]!]!;
      if (kind === 0) continue;
      if (kind === 1) cjk++;
      else if (kind === 3) {
        const isUnit = buffer[at + 1] === 117;
        const unit = isUnit ? Number.parseInt(buffer.toString("latin1", at + 2, at + 6), 16) : 0;
        if (unit >= 0x3000 && unit < 0xd800) cjk++;
        saved += isUnit ? 6 - unitBytes(unit) : 1;
        at += isUnit ? 5 : 1;
      } else break;
    }
    this.strings += 1;
    this.lastStart = start;
    this.lastEnd = at;
    if (at > start) {
      this.seen = true;
      this.bytes += at - start - saved;
      this.cjk += cjk;
      this.keep(buffer, start, at, saved > 0);
    }
    return at + 1;
  }

  private keep(buffer: Buffer, start: number, end: number, escaped: boolean): void {
    if (this.truncated) return;
    const source = escaped ? decoded(buffer, start, end) : buffer;
    const from = escaped ? 0 : start;
    const to = escaped ? source.length : end;
    const room = KEPT_BYTES_MAX - this.keptBytes;
    const length = Math.min(to - from, room);
    if (length < to - from) this.truncated = true;
    this.grow(this.keptBytes + length);
    source.copy(this.kept!, this.keptBytes, from, from + length);
    this.keptBytes += length;
  }

  private grow(needed: number): void {
    const size = this.kept?.length ?? 0;
    if (needed <= size) return;
    const larger = Buffer.allocUnsafe(Math.min(KEPT_BYTES_MAX, Math.max(needed, size * 2, KEPT_BYTES_START)));
    this.kept?.copy(larger, 0, 0, this.keptBytes);
    this.kept = larger;
  }
}

function decoded(buffer: Buffer, start: number, end: number): Buffer {
  try {
    return Buffer.from(JSON.parse(`"${buffer.toString("utf8", start, end)}"`) as string);
  } catch {
    return buffer.subarray(start, end); // a broken escape: the raw bytes are near enough for a count
  }
}

const unitBytes = (unit: number): number => {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
};

/** First position from `at` on that is no JSON white space. */
export function blank(buffer: Buffer, at: number, end: number): number {
  while (at < end) {
    const byte = buffer[at]!;
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
    at++;
  }
  return at;
}

/** @param at behind the opening quote @returns behind the closing one */
export function skipString(buffer: Buffer, at: number, end: number): number {
  while (at < end) {
    const byte = buffer[at]!;
    if (byte === 34) return at + 1;
    at += byte === 92 ? 2 : 1;
  }
  return end;
}

function skipScalar(buffer: Buffer, at: number, end: number): number {
  const start = at;
  while (at < end) {
    const byte = buffer[at]!;
    if (byte === 44 || byte === 125 || byte === 93 || byte <= 32) break;
    at++;
  }
  return at === start ? end : at; // no progress means it isn't JSON: give the rest up
}

function skipValue(buffer: Buffer, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    const byte = buffer[at]!;
    if (byte === 34) at = skipString(buffer, at + 1, end);
    else if (byte === 123 || byte === 91) {
      depth++;
      at++;
    } else if (byte === 125 || byte === 93) {
      depth--;
      at++;
    } else if (depth === 0) return skipScalar(buffer, at, end);
    else at++;
    if (depth === 0) return at;
  }
  return end;
}

export type Range = readonly [start: number, end: number];

/** Where the value of an object's member stands, of the last one by that name. @param buffer one object, of good JSON */
export function memberRange(buffer: Buffer, name: string): Range | undefined {
  const end = buffer.length;
  let found: Range | undefined;
  let at = blank(buffer, blank(buffer, 0, end) + 1, end);
  while (at < end && buffer[at] === 34) {
    const key = at + 1;
    const keyEnd = skipString(buffer, key, end) - 1;
    const start = blank(buffer, blank(buffer, keyEnd + 1, end) + 1, end);
    const stop = skipValue(buffer, start, end);
    if (isNamed(buffer, key, keyEnd, name)) found = [start, stop];
    at = blank(buffer, stop, end);
    if (buffer[at] === 44) at = blank(buffer, at + 1, end);
  }
  return found;
}

function isNamed(buffer: Buffer, at: number, end: number, name: string): boolean {
  for (let i = at; i < end; i++) {
    const byte = buffer[i]!;
    if (byte === 92) return JSON.parse(buffer.toString("utf8", at - 1, end + 1)) === name;
    if (byte !== name.charCodeAt(i - at)) return false;
  }
  return end - at === name.length;
}
