import type { RequestContext } from "#relay/context.ts";

/**
 * The requests under way.
 *
 * Not a `Set`: V8 gives a set whose members come and go a new table every few of them, and lets each old table point at
 * the next. Once one of those tables has grown old, everything that was in a later one outlives its time, and so nearly
 * every request with all that hangs on it would be moved among the old objects before it can be thrown away. That made
 * the collector's pauses several times as long.
 */
export class RunningRequests {
  readonly #slots: (RequestContext | undefined)[] = [];
  /** Slots that nobody has. */
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  /** @returns the place to give back */
  add(context: RequestContext): number {
    const place = this.#free.pop() ?? this.#slots.length;
    this.#slots[place] = context;
    return place;
  }

  /** @param place what `add` returned, once */
  remove(place: number): void {
    this.#slots[place] = undefined;
    this.#free.push(place);
  }

  *[Symbol.iterator](): Iterator<RequestContext> {
    for (const context of this.#slots) if (context) yield context;
  }
}
