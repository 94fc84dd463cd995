import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";

/** Formats that have a place for one answer only. */
const SINGLE: ReadonlySet<WireFormat> = new Set<WireFormat>(["anthropic", "openai-responses"]);

/** Leaves the first of several answers, for clients who could not tell them apart. Blocks behind those of the others move up. */
export class FirstAnswer {
  readonly #isSingle: boolean;
  #current = 0;
  #kept: number | undefined;
  /** While there has been one answer alone, its blocks are those below this. */
  #alone: number | undefined = 0;
  /** Blocks by whether they are the first answer's. */
  readonly #blocks = new Map<number, boolean>();

  constructor(client: WireFormat) {
    this.#isSingle = SINGLE.has(client);
  }

  take(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    if (!this.#isSingle || (this.#alone !== undefined && events.every((event) => this.#isAlone(event)))) return events;
    return events.flatMap((event) => this.#one(event));
  }

  /** Nearly every answer is the only one: nothing of it changes. */
  #isAlone(event: CanonicalEvent): boolean {
    if (event.type === "candidate") {
      for (let block = 0; block < this.#alone!; block++) this.#blocks.set(block, true);
      if (this.#alone! > 0) this.#kept = this.#current;
      this.#alone = undefined;
      return false;
    }
    if ("index" in event && event.index >= this.#alone!) this.#alone = event.index + 1;
    return true;
  }

  #one(event: CanonicalEvent): readonly CanonicalEvent[] {
    if (event.type === "candidate") {
      this.#current = event.number;
      return [];
    }
    if (!("index" in event)) return [event];
    this.#kept ??= this.#current;
    const { index } = event;
    if (!this.#blocks.has(index)) this.#blocks.set(index, this.#current === this.#kept);
    return this.#blocks.get(index) ? [{ ...event, index: index - this.#goneBefore(index) }] : [];
  }

  #goneBefore(index: number): number {
    let gone = 0;
    for (const [block, isKept] of this.#blocks) if (!isKept && block < index) gone += 1;
    return gone;
  }
}
