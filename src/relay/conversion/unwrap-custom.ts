import { customNames, unwrapInput } from "#relay/canonical/custom-tools.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest } from "#relay/canonical/request.ts";

/** Turns calls of functions that stand for free-text tools back into calls of these. */
export class CustomUnwrapper {
  readonly #names: ReadonlySet<string>;
  /** What has been written in calls that are under way: the text is known only when all of it is there. */
  readonly #written = new Map<number, string>();

  constructor(request: ChatRequest) {
    this.#names = customNames(request);
  }

  take(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
    return this.#names.size === 0 ? events : events.flatMap((event) => this.#one(event));
  }

  #one(event: CanonicalEvent): readonly CanonicalEvent[] {
    if (event.type === "tool-start" && !event.custom && this.#names.has(event.name)) {
      this.#written.set(event.index, "");
      return [{ ...event, custom: true }];
    }
    if (event.type !== "tool-delta" && event.type !== "block-end") return [event];
    const written = this.#written.get(event.index);
    if (written === undefined) return [event];
    if (event.type === "tool-delta") {
      this.#written.set(event.index, written + event.arguments);
      return [];
    }
    this.#written.delete(event.index);
    return [{ type: "tool-delta", index: event.index, arguments: unwrapInput(written) }, event];
  }
}
