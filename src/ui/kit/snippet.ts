/** k keyword, s string, c comment, f function, n constant, "" plain. */
export type Tone = "" | "k" | "s" | "c" | "f" | "n";
/** Text cut into coloured pieces. */
export type Part = readonly [tone: Tone, text: string];
/** Code with the name of its tab. */
export type Snippet = Readonly<{ name: string; parts: readonly Part[] }>;

export const textOf = (parts: readonly Part[]): string => parts.map(([, text]) => text).join("");

/**
 * The same code with other words in the places of some: how a key that was just made gets into code that was coloured
 * on the server. A word must lie within one piece.
 */
export function fillParts(parts: readonly Part[], words: Readonly<Record<string, string>>): Part[] {
  return parts.map(([tone, text]) => [tone, Object.entries(words).reduce((filled, [word, value]) => filled.replaceAll(word, () => value), text)]);
}
