const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** What an operator may choose as a code. */
export const CODE_PATTERN = /^[A-Za-z0-9-]{4,64}$/;

/**
 * The form under which a code is hashed and looked up: upper case, no blanks and dashes, the letters that are
 * mistaken for digits as those digits. Undefined = cannot be a code.
 */
export function normalCode(text: string): string | undefined {
  if (text.length > 200) return undefined;
  const normal = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return /^[0-9A-Z]{1,64}$/.test(normal) ? normal : undefined;
}

/** How a code is named where it must not be shown: `WE…-5`. Short ones show less. */
export function hintOf(code: string): string {
  const bare = code.replace(/\s/g, "");
  return bare.length < 8 ? `${bare.slice(0, 1)}…` : `${bare.slice(0, 4)}…${bare.slice(-2)}`;
}

/** `XXXX-XXXX-XXXX-XXXX`: 75 random bits and a check letter, in Crockford's base32. */
export function generateCode(random: (count: number) => Uint8Array): string {
  const values = [...random(15)].map((byte) => byte & 31);
  const check = values.reduce((sum, value, index) => sum + (2 * index + 1) * value, 0) & 31; // odd weights: one wrong letter always shows
  return [...values, check].map((value) => CROCKFORD[value]).join("").replace(/(.{4})(?=.)/g, "$1-");
}
