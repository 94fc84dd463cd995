import { crc32 } from "node:zlib";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 34; // 202 bits
const CHECK_LENGTH = 6; // 62^6 > 2^32: every CRC32 fits
const GIVEN_LENGTH_MIN = 32;
const GIVEN_LENGTH_MAX = 256;

/** `sk-mm-`: a customer's API key. `mm-admin-`: a management token. */
export type SecretPrefix = "sk-mm-" | "mm-admin-";

/**
 * Makes a secret: prefix, 34 random base62 characters, 6 of CRC32 over all before.
 * The checksum lets typos and made-up keys be refused without a look-up.
 *
 * @param random gives that many random bytes (`crypto.randomBytes`)
 */
export function generateSecret(prefix: SecretPrefix, random: (count: number) => Uint8Array): string {
  let text: string = prefix;
  const wanted = prefix.length + RANDOM_LENGTH;
  while (text.length < wanted) {
    for (const byte of random(RANDOM_LENGTH)) {
      // 248 = 4 x 62: bytes above would favour the first letters
      if (byte < 248 && text.length < wanted) text += BASE62[byte % 62];
    }
  }
  return text + checksum(text);
}

/** False only for a secret of the generated form whose checksum is wrong: nobody has been given that one. */
export function checksumHolds(secret: string): boolean {
  if (!/^(?:sk-mm-|mm-admin-)[0-9A-Za-z]{40}$/.test(secret)) return true;
  return checksum(secret.slice(0, -CHECK_LENGTH)) === secret.slice(-CHECK_LENGTH);
}

/** Can this text be an API key at all? Says nothing about whether it exists. */
export const isApiKeyForm = (secret: string): boolean =>
  secret.startsWith("sk-") && lengthFits(secret) && printable(secret) && checksumHolds(secret);

/** Can this text be a management token at all? */
export const isManagementTokenForm = (secret: string): boolean =>
  secret.startsWith("mm-admin-") && lengthFits(secret) && printable(secret) && checksumHolds(secret);

/** What is wrong with a key that an operator gives by hand; undefined = it can be taken. */
export function problemOfGivenSecret(secret: string, kind: "api-key" | "management-token"): string | undefined {
  const prefix = kind === "api-key" ? "sk-" : "mm-admin-";
  if (!secret.startsWith(prefix)) return `must begin with ${prefix}`;
  if (!lengthFits(secret)) return `must have ${GIVEN_LENGTH_MIN} to ${GIVEN_LENGTH_MAX} characters`;
  if (!printable(secret)) return "may hold only printable ASCII characters without blanks";
  if (!checksumHolds(secret)) return "has the form of a generated key but not its checksum";
  return undefined;
}

/** What may be shown of a secret: its first 10 and last 4 characters. */
export const maskOf = (secret: string): { prefix: string; suffix: string } => ({ prefix: secret.slice(0, 10), suffix: secret.slice(-4) });

const lengthFits = (secret: string): boolean => secret.length >= GIVEN_LENGTH_MIN && secret.length <= GIVEN_LENGTH_MAX;
const printable = (secret: string): boolean => /^[!-~]+$/.test(secret);

function checksum(text: string): string {
  let rest = crc32(text);
  let out = "";
  for (let i = 0; i < CHECK_LENGTH; i++) {
    out = BASE62[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}
