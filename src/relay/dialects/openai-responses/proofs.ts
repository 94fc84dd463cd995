import type { Proof, ReasoningPart } from "#relay/canonical/request.ts";

/**
 * What stands in `encrypted_content` is opaque to clients, who send it back as it came. Proofs of other vendors travel
 * there too, under a mark that OpenAI's own never begin with: `mm1.<kind>.<family>.<value>`.
 */
const MARK = "mm1.";

/**
 * `reasoning`: belongs to the text of its item; `redacted`: stands for reasoning that only its vendor can read; `before`
 * and `after`: belongs to the text or call just before or after the item, which is there for it alone.
 */
export type ProofKind = "reasoning" | "redacted" | "before" | "after";
export type SealedProof = Readonly<{ kind: ProofKind; proof: Proof }>;

export function sealProof(kind: ProofKind, { family, value }: Proof): string {
  return family === "openai" && kind === "reasoning" ? value : `${MARK}${kind}.${family}.${value}`;
}

/** @param family of what bears no mark */
export function openProof(sealed: string, family = "openai"): SealedProof {
  const parts = /^mm1\.(reasoning|redacted|before|after)\.([^.]+)\.([^]*)$/.exec(sealed);
  if (!parts) return { kind: "reasoning", proof: { family, value: sealed } };
  return { kind: parts[1] as ProofKind, proof: { family: parts[2]!, value: parts[3]! } };
}

/** The bytes by which a body shows that it holds a marked one. */
export const MARKED_PROOF = `"${MARK}`;

/** What a vendor of this family is sent for what a client sent back; undefined where it could not read it. */
export function proofFor(sealed: string, family: string): string | undefined {
  if (!sealed.startsWith(MARK)) return sealed;
  const { kind, proof } = openProof(sealed);
  return kind === "reasoning" && proof.family === family ? proof.value : undefined;
}

/** Families that encrypt reasoning in this protocol, told by the model's name: what xAI has sealed OpenAI cannot open. */
export const proofFamily = (upstreamModel: string): string => (/(?:^|[/.])grok/i.test(upstreamModel) ? "xai" : "openai");

/** The sealed content of a reasoning part for a vendor of this family; undefined where it has none of it. */
export const ownProof = ({ proof }: ReasoningPart, family: string): string | undefined => (proof?.family === family ? proof.value : undefined);
