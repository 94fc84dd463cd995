import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import type { RelayError } from "#relay/errors.ts";
import type { Tried } from "#relay/upstream/tried.ts";

/**
 * How a request ended, as far as the charge is concerned.
 * - `complete`, `empty`: the vendor finished; with and without content
 * - `failed`: nothing usable came
 * - `left-before`, `left-stream`, `left-body`: the client left before the vendor's first byte, in mid-stream,
 *   while a whole answer was on its way
 * - `broken`: the vendor, or this node, broke a stream that had begun
 * - `cut`: the money was used up
 */
export type How = "complete" | "empty" | "failed" | "left-before" | "left-stream" | "left-body" | "broken" | "cut";

/** What the client was given of the answer's text. */
export type Delivered = Readonly<{ bytes: number; cjk: number; texts: number; truncated: boolean }>;

export const NOTHING_DELIVERED: Delivered = { bytes: 0, cjk: 0, texts: 0, truncated: false };

export type Ending = Readonly<{
  how: How;
  /** The try that answered, or that was under way. */
  tried?: Tried;
  facts?: ReplyFacts;
  delivered: Delivered;
  /** The vendor was stopped before it could say what it used. */
  stopped: boolean;
  /** The vendor may bill us for something that nobody pays. */
  possibleCost: boolean;
  /** What the client is told, when he is still there. */
  error?: RelayError;
}>;

export const deliveredSoFar = (facts: ReplyFacts): Delivered =>
  ({ bytes: facts.contentBytes, cjk: facts.contentCjk, texts: facts.texts ?? facts.text.length, truncated: facts.textTruncated });

/** Of an answer that is there as a whole: counted when somebody asks. */
export const deliveredWhole = (facts: ReplyFacts): Delivered => new WholeText(facts);

class WholeText implements Delivered {
  readonly #facts: ReplyFacts;

  constructor(facts: ReplyFacts) {
    this.#facts = facts;
  }

  get bytes(): number {
    return this.#facts.contentBytes;
  }
  get cjk(): number {
    return this.#facts.contentCjk;
  }
  get texts(): number {
    return this.#facts.texts ?? this.#facts.text.length;
  }
  get truncated(): boolean {
    return this.#facts.textTruncated;
  }
}
