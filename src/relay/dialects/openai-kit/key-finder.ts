import { blank } from "#relay/dialects/openai-kit/content-reader.ts";

/**
 * Finds where keys stand in the bytes of several events of one buffer. Each key's next hit is remembered,
 * so a buffer is searched once per key however many events it holds.
 */
export class KeyFinder {
  /**
   * Keys without their opening quote, which is looked at afterwards: the search stops at every first letter of what it
   * seeks, and quotes are everywhere. As bytes: a string would be turned into bytes again at every search.
   */
  private readonly needles: readonly Buffer[];
  private readonly next: number[];
  private buffer: Buffer = Buffer.alloc(0);

  /** @param keys names without quotes; later given by their index */
  constructor(keys: readonly string[]) {
    this.needles = keys.map((key) => Buffer.from(`${key}"`, "latin1"));
    this.next = keys.map(() => -1);
  }

  reset(buffer: Buffer): void {
    this.buffer = buffer;
    this.next.fill(-1);
  }

  /**
   * Start of the first value in [from, end) whose key is `keys[index]`, or -1. The same letters as a string
   * value (no colon follows) or inside a string (its quotes are escaped there) are no hit.
   */
  value(index: number, from: number, end: number): number {
    const needle = this.needles[index]!;
    for (;;) {
      const hit = this.hit(index, from);
      if (hit >= end) return -1;
      const colon = blank(this.buffer, hit + needle.length, end);
      if (this.buffer[colon] === 58) return blank(this.buffer, colon + 1, end);
      from = hit + needle.length;
    }
  }

  private hit(index: number, from: number): number {
    const known = this.next[index]!;
    if (known >= from) return known;
    const needle = this.needles[index]!;
    let found = this.buffer.indexOf(needle, from);
    while (found > 0 && this.buffer[found - 1] !== 34) found = this.buffer.indexOf(needle, found + 1);
    const hit = found <= 0 ? Number.POSITIVE_INFINITY : found;
    this.next[index] = hit;
    return hit;
  }
}
