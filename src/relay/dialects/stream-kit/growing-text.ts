/** A text of this length and variety, told again at the head of a longer one, twice, is no chance. */
const TELLING = { length: 6, letters: 4, growths: 2 } as const;

/**
 * One text of a stream whose vendor may send all that was said so far in place of the next piece. What comes is taken
 * for pieces as soon as one does not begin with the one before: the second, as a rule. Until it is plain which is meant,
 * nothing is told that would be wrong under either reading, and nothing is told twice.
 */
export class GrowingText {
  readonly #isObject: boolean;
  #reading: "open" | "pieces" | "whole" = "open";
  /** While it is open the first that came, after that the whole text as it was sent last. */
  #told = "";
  #last = "";
  #held = "";
  #growths = 0;

  /** @param isObject JSON of an object, such as a tool's arguments: none begins with its own beginning twice */
  constructor(isObject = false) {
    this.#isObject = isObject;
  }

  /** What is new in it. */
  take(text: string): string {
    if (this.#reading === "pieces") return text;
    if (this.#reading === "whole") return this.#beyond(text);
    if (this.#told === "" || (this.#isObject && this.#told.trim() === "")) {
      this.#told = this.#last = text;
      return text;
    }
    const before = this.#last;
    this.#held += text;
    if (!text.startsWith(before)) return this.#asPieces();
    this.#last = text;
    if (text.length > before.length) this.#growths++;
    return this.#tells(before) ? this.#asWhole() : "";
  }

  /** What was held back, when nothing or something else follows. Whoever has said the same again has not gone on. */
  settle(): string {
    return this.#held === "" ? "" : this.#asWhole();
  }

  #tells(before: string): boolean {
    return this.#isObject || (this.#growths >= TELLING.growths && before.length >= TELLING.length && new Set(before).size >= TELLING.letters);
  }

  #asPieces(): string {
    const held = this.#held;
    this.#reading = "pieces";
    this.#told = this.#last = this.#held = "";
    return held;
  }

  #asWhole(): string {
    const whole = this.#last;
    this.#reading = "whole";
    this.#last = this.#held = "";
    return this.#beyond(whole);
  }

  /** A text that was changed behind the teller's back goes on where it differs: nothing can be taken back. */
  #beyond(text: string): string {
    const told = this.#told;
    if (told.startsWith(text)) return "";
    this.#told = text;
    if (text.startsWith(told)) return text.slice(told.length);
    let same = 0;
    while (text[same] === told[same]) same++;
    return text.slice(same);
  }
}
