/** Rank data as js-tiktoken ships it: a splitting pattern, and lines of `! <first rank> <base64 token> …`. */
export type Ranks = Readonly<{ pat_str: string; bpe_ranks: string }>;

const CACHED_WORD_CHARS_MAX = 64;
const CACHE_ENTRIES_MAX = 100_000;
/** A start position takes 21 bits of a heap key, so a word of 2 MiB would overflow into its rank. */
const WORD_BYTES_MAX = 1024 * 1024;
const START_SPAN = 2 ** 21;

/**
 * Counts byte-level BPE tokens. js-tiktoken's own merge is quadratic in the length of a word: 20 KB of one
 * letter keep it busy for half a minute. This one merges with a heap, n log n, and remembers words.
 * Special tokens are counted as plain text.
 */
export class Bpe {
  private readonly ranks = new Map<string, number>();
  private readonly cache = new Map<string, number>();
  private readonly pattern: RegExp;
  private longest = 0;

  constructor({ pat_str: pattern, bpe_ranks: lines }: Ranks) {
    for (const line of lines.split("\n")) {
      if (line === "") continue;
      const [, first, ...tokens] = line.split(" ");
      let rank = Number(first);
      for (const token of tokens) {
        const bytes = Buffer.from(token, "base64").toString("latin1");
        this.ranks.set(bytes, rank++);
        this.longest = Math.max(this.longest, bytes.length);
      }
    }
    this.pattern = new RegExp(pattern, "ug");
  }

  count(text: string): number {
    let tokens = 0;
    for (const [word] of text.matchAll(this.pattern)) tokens += this.countWord(word);
    return tokens;
  }

  private countWord(word: string): number {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    const bytes = Buffer.from(word, "utf8").toString("latin1");
    let tokens = 0;
    for (let at = 0; at < bytes.length; at += WORD_BYTES_MAX) tokens += this.countBytes(bytes.slice(at, at + WORD_BYTES_MAX));
    if (word.length <= CACHED_WORD_CHARS_MAX) {
      if (this.cache.size >= CACHE_ENTRIES_MAX) this.cache.clear();
      this.cache.set(word, tokens);
    }
    return tokens;
  }

  private countBytes(bytes: string): number {
    return this.ranks.has(bytes) ? 1 : new Merge(bytes, this.ranks, this.longest).run();
  }
}

/** One word being merged: a linked list of parts, and a heap of the pairs that could be joined by rank and place. */
class Merge {
  private readonly bytes: string;
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly longest: number;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly end: Int32Array;
  /** Heap key that stands for the pair at a start, -1 = none: an entry with another key is out of date. */
  private readonly current: Float64Array;
  private readonly heap: number[] = [];

  constructor(bytes: string, ranks: ReadonlyMap<string, number>, longest: number) {
    const length = bytes.length;
    this.bytes = bytes;
    this.ranks = ranks;
    this.longest = longest;
    this.next = new Int32Array(length + 1);
    this.previous = new Int32Array(length + 1);
    this.end = new Int32Array(length);
    for (let at = 0; at < length; at++) {
      this.next[at] = at + 1;
      this.previous[at] = at - 1;
      this.end[at] = at + 1;
    }
    this.current = new Float64Array(length).fill(-1);
  }

  run(): number {
    const length = this.bytes.length;
    for (let start = 0; start < length - 1; start++) this.offer(start);
    let parts = length;
    while (this.heap.length > 0) {
      const key = this.pop();
      const start = key % START_SPAN;
      if (this.current[start] !== key) continue;
      const joined = this.next[start]!;
      this.end[start] = this.end[joined]!;
      this.next[start] = this.next[joined]!;
      if (this.next[start]! < length) this.previous[this.next[start]!] = start;
      this.current[joined] = -1;
      parts--;
      this.offer(start);
      if (this.previous[start]! >= 0) this.offer(this.previous[start]!);
    }
    return parts;
  }

  /** Puts the pair that begins at `start` on the heap if it is a token. */
  private offer(start: number): void {
    const second = this.next[start]!;
    this.current[start] = -1;
    if (second >= this.bytes.length) return;
    const end = this.end[second]!;
    const rank = end - start > this.longest ? undefined : this.ranks.get(this.bytes.slice(start, end));
    if (rank === undefined) return;
    const key = rank * START_SPAN + start;
    this.current[start] = key;
    this.push(key);
  }

  private push(key: number): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= key) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = key;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
