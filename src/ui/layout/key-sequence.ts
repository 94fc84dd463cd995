/** `g` then a letter: what was pressed, and until when the second key counts. */
export type Sequence = Readonly<{ until: number }> | undefined;
export type Pressed = Readonly<{ next: Sequence; go?: string }>;

export const SEQUENCE_MS = 1_500;

/** @param letters where each second letter leads */
export function press(before: Sequence, key: string, now: number, letters: ReadonlyMap<string, string>): Pressed {
  const letter = key.toLowerCase();
  if (before && now < before.until) {
    const go = letters.get(letter);
    return go === undefined ? { next: undefined } : { next: undefined, go };
  }
  return { next: letter === "g" ? { until: now + SEQUENCE_MS } : undefined };
}
