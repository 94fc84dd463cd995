/** 0 too easy … 4 strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** The same letter counts this often; more of it is no harder to guess. */
const COUNTED = 3;

/**
 * A rough guess at how hard a password is to guess, for the bar below the field; the server decides what it takes.
 * A letter that only repeats or continues the one before adds nothing, every other one what its alphabet gives.
 */
export function passwordStrength(password: string): Strength {
  const letters = [...password];
  const seen = new Map<string, number>();
  const fresh = letters.filter((letter, i) => {
    const times = (seen.get(letter) ?? 0) + 1;
    seen.set(letter, times);
    return times <= COUNTED && !continues(letters[i - 1], letter);
  });
  const bits = fresh.length * Math.log2(alphabetOf(password));
  if (bits < 20) return 0;
  if (bits < 45 || letters.length < 10 || seen.size < 5) return 1;
  if (bits < 60) return 2;
  return bits < 80 ? 3 : 4;
}

const continues = (before: string | undefined, letter: string): boolean =>
  before !== undefined && Math.abs(letter.codePointAt(0)! - before.codePointAt(0)!) <= 1;

const ALPHABETS: readonly (readonly [RegExp, number])[] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[^A-Za-z\d]/, 30]];
const alphabetOf = (text: string): number => ALPHABETS.reduce((sum, [kind, size]) => sum + (kind.test(text) ? size : 0), 0) || 1;
