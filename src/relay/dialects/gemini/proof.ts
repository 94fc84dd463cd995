import type { Proof } from "#relay/canonical/request.ts";
import { isWire, parseJson, textOf } from "#relay/dialects/gemini/wire.ts";

/** What a thought signature can carry for a family other than this one. */
export type Carried = Readonly<{ proof?: Proof; redacted?: string; id?: string; /** Reasoning that the client did not get to see but must send back. */ text?: string }>;

const MARK = "mm1:";

/**
 * Signatures are opaque to clients, who send them back as they were: what another family signed travels in one,
 * packed so that it is known again.
 */
export function packSignature(carried: Carried): string {
  const { proof, redacted, id, text } = carried;
  if (proof?.family === "gemini" && redacted === undefined && text === undefined) return proof.value;
  return Buffer.from(MARK + JSON.stringify({ family: proof?.family, value: proof?.value, redacted, id, text })).toString("base64");
}

export function unpackSignature(signature: string): Carried {
  const native: Carried = { proof: { family: "gemini", value: signature } };
  const plain = Buffer.from(signature, "base64");
  if (plain.toString("latin1", 0, MARK.length) !== MARK) return native;
  const wire = parseJson(plain.toString("utf8", MARK.length));
  if (!isWire(wire)) return native;
  const [family, value, redacted, id, text] = [wire.family, wire.value, wire.redacted, wire.id, wire.text].map(textOf);
  return {
    ...(family === undefined || value === undefined ? {} : { proof: { family, value } }),
    ...(redacted === undefined ? {} : { redacted }),
    ...(id === undefined ? {} : { id }),
    ...(text === undefined ? {} : { text }),
  };
}
