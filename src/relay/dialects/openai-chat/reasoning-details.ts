import type { Json, JsonObject, Proof, ReasoningPart } from "#relay/canonical/request.ts";
import { isObject } from "#relay/dialects/openai-kit/fields.ts";

/** Who signed is written as clients of this format know it. */
const FORMAT: Readonly<Record<string, string>> = { anthropic: "anthropic-claude-v1", gemini: "google-gemini-v1", openai: "openai-responses-v1" };
const FAMILY: ReadonlyMap<string, string> = new Map(Object.entries(FORMAT).map(([family, format]) => [format, family]));

export const formatOf = (family: string): string => FORMAT[family] ?? family;
const familyOf = (format: Json | undefined): string => (typeof format === "string" ? FAMILY.get(format) ?? format : "anthropic");

/** What is known of one block of reasoning when it is told. */
export type ReasoningTold = Readonly<{ index: number; text: string; summary?: boolean; id?: string; proof?: Proof; redacted?: string }>;

/** The entries of `reasoning_details` that carry a block's proof: sent back, they are restored exactly. */
export function encodeDetails({ index, text, summary, id, proof, redacted }: ReasoningTold): JsonObject[] {
  const named: JsonObject = id === undefined ? {} : { id };
  if (redacted !== undefined) return [{ type: "reasoning.encrypted", data: redacted, ...named, index, format: formatOf(proof?.family ?? "anthropic") }];
  if (!proof) return [];
  const format = formatOf(proof.family);
  if (proof.family === "anthropic") return [{ type: "reasoning.text", text, signature: proof.value, ...named, index, format }];
  const told: JsonObject[] = text === "" ? [] : [summary ? { type: "reasoning.summary", summary: text, ...named, index, format } : { type: "reasoning.text", text, ...named, index, format }];
  return [...told, { type: "reasoning.encrypted", data: proof.value, ...named, index, format }];
}

/** The proof of a text, or of a call by its id. */
export const encodeOtherProof = (proof: Proof, index: number, callId?: string): JsonObject =>
  ({ type: "reasoning.encrypted", data: proof.value, id: callId === undefined ? "text" : `call:${callId}`, index, format: formatOf(proof.family) });

export type DecodedReasoning = Readonly<{ parts: ReasoningPart[]; proofs: ReadonlyMap<string, Proof>; textProof?: Proof }>;

/** The reasoning that an assistant message brings back. */
export function decodeReasoningParts(message: JsonObject): DecodedReasoning {
  if (Array.isArray(message.reasoning_details) && message.reasoning_details.length > 0) return fromDetails(message.reasoning_details as readonly Json[]);
  const text = [message.reasoning_content, message.reasoning].find((one) => typeof one === "string" && one !== "");
  const parts = Array.isArray(message.content) ? (message.content as readonly Json[]).flatMap(fromContent) : [];
  return { parts: typeof text === "string" ? [{ type: "reasoning", text }] : parts, proofs: new Map() };
}

/** Thinking as a part of the content. */
function fromContent(part: Json): ReasoningPart[] {
  if (!isObject(part) || (part.type !== "thinking" && part.type !== "reasoning")) return [];
  const text = typeof part.thinking === "string" ? part.thinking : thinkingText(part.thinking ?? part.text);
  return text === "" ? [] : [{ type: "reasoning", text }];
}

/** A vendor's list of pieces as one text. */
export const thinkingText = (pieces: Json | undefined): string =>
  typeof pieces === "string" ? pieces : Array.isArray(pieces) ? (pieces as readonly Json[]).map((piece) => (isObject(piece) && typeof piece.text === "string" ? piece.text : "")).join("") : "";

type Draft = { key: string; text: string; summary?: boolean; id?: string; proof?: Proof; redacted?: string };

/** Entries of one index belong to one block; streams bring them in pieces. */
function fromDetails(details: readonly Json[]): DecodedReasoning {
  const drafts: Draft[] = [];
  const proofs = new Map<string, Proof>();
  let textProof: Proof | undefined;
  details.filter(isObject).forEach((entry, at) => {
    const proof = typeof entry.data === "string" ? { family: familyOf(entry.format), value: entry.data } : undefined;
    const id = typeof entry.id === "string" ? entry.id : undefined;
    if (proof && id?.startsWith("call:")) proofs.set(id.slice("call:".length), proof);
    else if (proof && id === "text") textProof = proof;
    else fill(drafts, entry, typeof entry.index === "number" ? `#${entry.index}` : `@${at}`, proof);
  });
  const parts = drafts.map(({ key: _key, ...draft }): ReasoningPart => ({ type: "reasoning", ...draft }));
  return { parts, proofs, ...(textProof && { textProof }) };
}

function fill(drafts: Draft[], entry: JsonObject, key: string, proof: Proof | undefined): void {
  let draft = drafts.find((known) => known.key === key);
  if (!draft) drafts.push((draft = { key, text: "" }));
  if (typeof entry.id === "string") draft.id = entry.id;
  if (entry.type === "reasoning.encrypted" && proof) {
    // Anthropic's sealed thinking stands for itself; others seal what their summary tells.
    if (proof.family === "anthropic") draft.redacted = proof.value;
    else draft.proof = proof;
  } else if (entry.type === "reasoning.summary") {
    draft.text += typeof entry.summary === "string" ? entry.summary : "";
    draft.summary = true;
  } else if (entry.type === "reasoning.text") {
    draft.text += typeof entry.text === "string" ? entry.text : "";
    if (typeof entry.signature === "string" && entry.signature !== "") draft.proof = { family: familyOf(entry.format), value: entry.signature };
  }
}
