/** Tells which of some words stands in bytes without making a string of them, which would cost more than all else about a key. */
export class KnownWords {
  /** By length, first and last letter, which tells most words apart. */
  readonly #words = new Map<number, string[]>();

  /** @param words of ASCII letters */
  constructor(words: Iterable<string>) {
    for (const word of words) {
      const code = codeOf(word.length, word.charCodeAt(0), word.charCodeAt(word.length - 1)), alike = this.#words.get(code);
      if (alike) alike.push(word);
      else this.#words.set(code, [word]);
    }
  }

  /** The word that these bytes are, letter for letter; undefined = none. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (end <= start) return undefined;
    const alike = this.#words.get(codeOf(end - start, bytes[start]!, bytes[end - 1]!));
    if (alike === undefined) return undefined;
    for (const word of alike) if (isWord(bytes, start, word)) return word;
    return undefined;
  }
}

const codeOf = (length: number, first: number, last: number): number => (length << 16) | (first << 8) | last;

function isWord(bytes: Uint8Array, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false;
  return true;
}
