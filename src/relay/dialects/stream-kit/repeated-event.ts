const QUOTE = 34, BACKSLASH = 92, BLANK = 32;
/** A vendor whose events are never alike is not compared for ever. */
const MISSES_MAX = 16;

type Around = Readonly<{ before: Buffer; after: Buffer }>;

/**
 * Nearly all events of a stream differ in one string alone. The bytes around it are learnt from an event that has been
 * read; where the next one has the same, its string is all that needs to be read of it.
 */
export class RepeatedEvent {
  #around: Around | undefined;
  #misses = 0;

  /** What came since may mean something else: nothing repeats that. */
  forget(): void {
    this.#around = undefined;
  }

  /**
   * Remembers what stands around the string under one of the keys, if there is one such string and it says `text`.
   *
   * @param keys by name; the first that stands in the event once, with a string, is taken
   */
  learn(buffer: Buffer, start: number, end: number, keys: readonly string[], text: string): void {
    if (this.#misses >= MISSES_MAX) return;
    this.#misses += 1;
    const event = buffer.subarray(start, end);
    for (const key of keys) {
      const from = stringAfter(event, key);
      if (from === undefined) continue;
      const to = stringEnd(event, from);
      this.#around = { before: Buffer.from(event.subarray(0, from)), after: Buffer.from(event.subarray(to)) };
      if (this.text(event, 0, event.length) === text) return;
      this.#around = undefined;
    }
  }

  /** The string of an event that is the learnt one but for it; undefined when it is not, or is no JSON. */
  text(buffer: Buffer, start: number, end: number): string | undefined {
    if (this.#around === undefined) return undefined;
    const { before, after } = this.#around;
    const from = start + before.length, to = end - after.length;
    if (to < from || buffer.compare(before, 0, before.length, start, from) !== 0 || buffer.compare(after, 0, after.length, to, end) !== 0) return undefined;
    let escaped = false, at = from;
    for (; at < to; at++) {
      const byte = buffer[at]!;
      if (byte === QUOTE || byte < BLANK) return undefined;
      if (byte === BACKSLASH) {
        escaped = true;
        at++;
      }
    }
    if (at !== to) return undefined; // the closing quote belongs to an escape
    const raw = buffer.toString("utf8", from, to);
    const text = escaped ? unescaped(raw) : raw;
    if (text !== undefined) this.#misses = 0;
    return text;
  }
}

/** Where the string under a key begins, behind its quote; undefined when the key stands there not once, or with no string. */
function stringAfter(event: Buffer, key: string): number | undefined {
  const name = `"${key}"`;
  const found = event.indexOf(name, 0, "latin1");
  if (found < 0 || event.indexOf(name, found + 1, "latin1") >= 0) return undefined;
  let at = found + name.length;
  while (event[at] === BLANK) at++;
  if (event[at] !== 58) return undefined;
  at++;
  while (event[at] === BLANK) at++;
  return event[at] === QUOTE ? at + 1 : undefined;
}

function stringEnd(event: Buffer, from: number): number {
  let at = from;
  while (at < event.length && event[at] !== QUOTE) at += event[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, event.length);
}

function unescaped(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}
