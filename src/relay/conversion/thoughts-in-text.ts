import type { CanonicalEvent } from "#relay/canonical/events.ts";

const OPEN = "<think>\n";
const CLOSE = "\n</think>\n\n";

/**
 * Turns thoughts into text between marks, for clients that show nothing but text. A block of thoughts becomes one of
 * text; one that only holds what cannot be read falls away, and those behind it move up.
 */
export class ThoughtsInText {
  /** Blocks of thoughts by whether anything of them has been told. */
  readonly #thoughts = new Map<number, boolean>();
  #gone: number[] = [];

  take(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    return events.flatMap((event) => this.#turn(event));
  }

  #turn(event: CanonicalEvent): readonly CanonicalEvent[] {
    switch (event.type) {
      case "reasoning-delta": {
        if (event.text === "") return [];
        const begun = this.#thoughts.get(event.index) === true;
        this.#thoughts.set(event.index, true);
        return [{ type: "text-delta", index: this.#place(event.index), text: begun ? event.text : OPEN + event.text }];
      }
      case "reasoning-proof":
        if (!this.#thoughts.has(event.index)) this.#thoughts.set(event.index, false);
        return [];
      case "block-end": {
        const told = this.#thoughts.get(event.index);
        const index = this.#place(event.index);
        if (told === undefined) return [{ ...event, index }];
        this.#thoughts.delete(event.index);
        if (told) return [{ type: "text-delta", index, text: CLOSE }, { type: "block-end", index }];
        this.#gone.push(event.index);
        return [];
      }
      case "candidate":
        this.#thoughts.clear();
        this.#gone = [];
        return [event];
      default:
        return "index" in event ? [{ ...event, index: this.#place(event.index) }] : [event];
    }
  }

  #place(index: number): number {
    let place = index;
    for (const gone of this.#gone) if (gone < index) place--;
    return place;
  }
}
