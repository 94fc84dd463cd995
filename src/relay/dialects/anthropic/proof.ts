import type { Proof } from "#relay/canonical/request.ts";
import { parseWire, wordOf } from "#relay/dialects/anthropic/wire.ts";

/** Marks a signature that carries another vendor's proof; Anthropic's own never begin so. */
export const FOREIGN = "mm1.";

type Signed = Readonly<{ proof: Proof; id?: string }>;

/**
 * The signature that a client is given for a proof. Another family's proof is wrapped, so that it comes back with the
 * history and is still known to be no signature of Anthropic's.
 */
export function signatureOf({ proof, id }: Signed): string {
  if (proof.family === "anthropic") return proof.value;
  return wrapProof({ proof, ...(id === undefined ? {} : { id }) });
}

/** A proof in a form that only this shop reads. */
export function wrapProof({ proof, id }: Signed): string {
  return FOREIGN + Buffer.from(JSON.stringify({ family: proof.family, value: proof.value, id })).toString("base64url");
}

export function readSignature(signature: string): Signed {
  const wrapped = signature.startsWith(FOREIGN) ? parseWire(Buffer.from(signature.slice(FOREIGN.length), "base64url").toString("utf8")) : undefined;
  const family = wordOf(wrapped?.family);
  const value = wordOf(wrapped?.value);
  if (family === undefined || value === undefined) return { proof: { family: "anthropic", value: signature } };
  const id = wordOf(wrapped?.id);
  return { proof: { family, value }, ...(id === undefined ? {} : { id }) };
}
