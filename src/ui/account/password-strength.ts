/** 0 too easy … 4 strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/**
 * A rough guess at how hard a password is to guess, for the bar below the field; the server decides what it takes.
 * Counts the letters that are no repetition or continuation of the one before, each worth what its kind gives.
 */
export function passwordStrength(password: string): Strength {
  const letters = [...password];
  const fresh = letters.filter((letter, i) => !continues(letters[i - 1], letter) && letters.indexOf(letter) >= i - 3 * new Set(letters).size / 2);
  const bits = fresh.length * Math.log2(alphabetOf(password));
  if (letters.length < 10 || new Set(letters).size < 5) return bits < 20 ? 0 : 1;
  if (bits < 45) return 1;
  if (bits < 60) return 2;
  return bits < 80 ? 3 : 4;
}

const continues = (before: string | undefined, letter: string): boolean =>
  before !== undefined && Math.abs(letter.codePointAt(0)! - before.codePointAt(0)!) <= 1;

function alphabetOf(text: string): number {
  const sizes: readonly (readonly [RegExp, number])[] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[^\w]|_/, 30]];
  return sizes.reduce((sum, [kind, size]) => sum + (kind.test(text) ? size : 0), 0) || 1;
}
