/** Faults that a run of many rounds came upon, each place once. */
export class Findings {
  readonly #found = new Map<string, string>();

  /** Runs it and notes what it throws. @param what tells which round it was */
  try(act: () => void, what: () => string): void {
    try {
      act();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const place = text.split("\n").slice(0, 4).join("\n").replaceAll(/\(.*\/src\//g, "(src/").replaceAll(/\d{3,}/g, "N");
      if (!this.#found.has(place)) this.#found.set(place, what().slice(0, 2_000));
    }
  }

  get list(): readonly (readonly [place: string, round: string])[] {
    return [...this.#found];
  }
}
