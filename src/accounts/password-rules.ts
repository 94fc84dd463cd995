import { isCommonPassword } from "#accounts/common-passwords.ts";
import { isStaff, type Role } from "#accounts/permissions.ts";

/** Staff sit before other people's money. */
export const passwordLengthMin = (role: Role): number => (isStaff(role) ? 14 : 10);
export const PASSWORD_LENGTH_MAX = 128;

export type PasswordProblem = "short" | "long" | "common" | "personal";

/**
 * What is wrong with a new password; undefined = nothing. No rules about kinds of characters: they make passwords that
 * people write down, not better ones.
 */
export function passwordProblem(password: string, who: Readonly<{ role: Role; email: string; shopName: string }>): PasswordProblem | undefined {
  const text = password.normalize("NFC");
  const length = [...text].length;
  if (length < passwordLengthMin(who.role)) return "short";
  if (length > PASSWORD_LENGTH_MAX) return "long";
  const plain = text.toLowerCase();
  if (isCommonPassword(plain) || isRepetition(plain) || isRun(plain)) return "common";
  const [local = ""] = who.email.toLowerCase().split("@");
  const own = [who.email.toLowerCase(), local, who.shopName.toLowerCase().replaceAll(" ", "")].filter((word) => word.length > 3);
  // What is left beside one's own name must still be something.
  return own.some((word) => plain.includes(word) && plain.length - word.length < 6) ? "personal" : undefined;
}

/** `aaaaaaaaaa`, `abcabcabcabc`: a short piece over and over. */
const isRepetition = (text: string): boolean => /^(.{1,4}?)\1+.?$/su.test(text);

const ROWS = ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

/** A stretch of the alphabet, the digits or the keyboard, either way. */
function isRun(text: string): boolean {
  const backwards = [...text].reverse().join("");
  return ROWS.some((row) => row.includes(text) || row.includes(backwards));
}
