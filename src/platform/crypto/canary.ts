import { SealError, type Sealer } from "./seal.ts";
import { SecretError } from "./secret.ts";

const AAD = "settings|value|system.canary|canary";
const TEXT = "modelmart";

/** A value that only the right master secret opens; kept in the database. Base64. */
export const sealCanary = (sealer: Sealer): string => sealer.seal(TEXT, AAD).toString("base64");

/**
 * Checks that the master secret is the one this database was sealed with.
 * @throws SecretError when it is not
 */
export function openCanary(sealer: Sealer, stored: string): void {
  try {
    if (sealer.open(Buffer.from(stored, "base64"), AAD) === TEXT) return;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
  }
  throw new SecretError("this database was set up with another master secret: start with that MODELMART_SECRET, or put its file `secret` back into the data folder (if a change of the secret was interrupted: npm run secrets -- rotate)");
}
