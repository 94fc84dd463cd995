import type { DocumentPart, MediaPart, Source, TextPart, ToolCallPart, ToolResultPart } from "#relay/canonical/request.ts";
import type { Warn } from "#relay/canonical/codec.ts";
import type { FunctionNames } from "#relay/dialects/gemini/names.ts";
import { packSignature } from "#relay/dialects/gemini/proof.ts";
import { isWire, parseJson, textOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"]);
const PRESET_MIME = { image: "image/jpeg", audio: "audio/wav", video: "video/mp4", document: "application/pdf" } as const;
const MIME_BY_ENDING: Readonly<Record<string, string>> = {
  png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp", heic: "image/heic", heif: "image/heif", gif: "image/gif",
  pdf: "application/pdf", txt: "text/plain", md: "text/markdown", html: "text/html", csv: "text/csv",
  mp3: "audio/mp3", wav: "audio/wav", ogg: "audio/ogg", flac: "audio/flac", aac: "audio/aac", aiff: "audio/aiff",
  mp4: "video/mp4", mov: "video/mov", mpeg: "video/mpeg", webm: "video/webm", avi: "video/avi", wmv: "video/wmv",
};
/** Formats that a client names without their kind. */
const AUDIO_WORDS: Readonly<Record<string, string>> = { mp3: "audio/mp3", mpeg: "audio/mp3", wav: "audio/wav", "x-wav": "audio/wav" };

/** Only the vendor's own proofs are worth anything to it. */
export const signatureOf = (part: Pick<TextPart, "proof">): Wire =>
  part.proof?.family === "gemini" ? { thoughtSignature: packSignature({ proof: part.proof }) } : {};

export function mediaPart(part: MediaPart | DocumentPart): Wire {
  if (part.type === "document" && part.source.kind === "text") return { text: part.source.text };
  const source = part.source as Source;
  const mimeType = mimeOf(part, source);
  if (mimeType.startsWith("image/") && !IMAGES.has(mimeType)) {
    throw new RelayError("invalid_value", `The model does not take images of the type ${mimeType}.`, { param: "messages" });
  }
  if (source.kind === "base64") return { inlineData: { mimeType, data: source.data } };
  return { fileData: { fileUri: source.kind === "url" ? source.url : source.id, ...(part.mime || !isVideoPage(source) ? { mimeType } : {}) } };
}

const isVideoPage = (source: Source): boolean => source.kind === "url" && /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//.test(source.url);

/** Images are told by their first bytes: what clients write beside them is often wrong. */
function mimeOf(part: MediaPart | DocumentPart, source: Source): string {
  const sniffed = source.kind === "base64" && part.type === "image" ? sniff(source.data) : undefined;
  if (sniffed !== undefined) return sniffed;
  const given = part.mime?.split(";")[0]?.trim().toLowerCase();
  if (given?.startsWith("audio/")) return AUDIO_WORDS[given.slice("audio/".length)] ?? given;
  if (given) return given === "image/jpg" ? "image/jpeg" : given;
  const name = part.type === "document" && part.filename !== undefined ? part.filename : source.kind === "url" ? (source.url.split(/[?#]/)[0] ?? "") : "";
  return MIME_BY_ENDING[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? PRESET_MIME[part.type];
}

function sniff(base64: string): string | undefined {
  const head = Buffer.from(base64.slice(0, 24), "base64");
  const letters = head.toString("latin1");
  if (letters.startsWith("\x89PNG")) return "image/png";
  if (letters.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (letters.startsWith("GIF8")) return "image/gif";
  if (letters.startsWith("RIFF") && letters.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}

/** `arguments` as the object that the vendor wants; what is none is carried whole. */
export function callPart({ id, name, arguments: text, custom }: ToolCallPart, names: FunctionNames, warn: Warn): Wire {
  const sent = names.of(name);
  if (custom) return { functionCall: { name: sent, args: { input: text }, id } };
  const args = text.trim() === "" ? {} : parseJson(text);
  if (isWire(args)) return { functionCall: { name: sent, args, id } };
  warn("tool_args_repaired");
  return { functionCall: { name: sent, args: { _raw: text }, id } };
}

/**
 * A result as the object that the vendor wants. Newer models also take media within it; for others it follows as a part of its own.
 * @returns the answer and what stands behind it
 */
export function resultParts(part: ToolResultPart, name: string, mediaInside: boolean, warn: Warn): Readonly<{ answer: Wire; behind: readonly Wire[] }> {
  const text = part.parts.filter((inner) => inner.type === "text").map((inner) => inner.text).join("\n");
  const media = part.parts.filter((inner) => inner.type !== "text");
  const inside = mediaInside ? media.map(mediaPart).filter((inner) => inner.inlineData !== undefined) : [];
  const outside = mediaInside ? media.map(mediaPart).filter((inner) => inner.inlineData === undefined) : media.map(mediaPart);
  if (outside.length > 0) warn("tool_image_moved");
  return {
    answer: { functionResponse: { name, response: responseOf(text, part.isError === true), id: part.callId, ...(inside.length > 0 ? { parts: inside } : {}) } },
    behind: outside.length > 0 ? [{ text: `Image result of tool call ${part.callId}:` }, ...outside] : [],
  };
}

function responseOf(text: string, isError: boolean): Wire {
  if (isError) return { error: text };
  const value = textOf(text.trim()) === undefined ? undefined : parseJson(text);
  return isWire(value) ? value : { result: text };
}
