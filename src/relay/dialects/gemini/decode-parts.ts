import type { AssistantPart, DocumentPart, MediaPart, Source, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { unpackSignature } from "#relay/dialects/gemini/proof.ts";
import { field, isWire, jsonOf, textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Where a part stands, for error messages. */
export type Place = string;

const invalid = (place: Place, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${place}': expected ${expected}.`, { param: place });

/** Keeps track of calls without ids: a result is then its function's first call that has none yet. */
export class CallLedger {
  readonly #waiting: { id: string; name: string }[] = [];
  #count = 0;

  called(name: string, id: string | undefined): string {
    const known = id ?? `call_${++this.#count}`;
    this.#waiting.push({ id: known, name });
    return known;
  }

  answered(name: string, id: string | undefined): string {
    const at = this.#waiting.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
    const found = at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
    return found?.id ?? id ?? `call_${++this.#count}`;
  }
}

/** A part of the user's, results of calls apart. Undefined: there is nothing in it. */
export function userPart(part: Wire, place: Place): UserPart | undefined {
  if (typeof part.text === "string") return part.text === "" ? undefined : { type: "text", text: part.text };
  const media = mediaOf(part, place);
  if (media) return media;
  throw invalid(place, "text, inlineData or fileData");
}

export function assistantPart(part: Wire, place: Place, calls: CallLedger): AssistantPart | undefined {
  const signature = textOf(field(part, "thoughtSignature"));
  const carried = signature === undefined ? {} : unpackSignature(signature);
  const call = field(part, "functionCall");
  if (isWire(call)) {
    const name = textOf(call.name);
    if (name === undefined) throw invalid(`${place}.functionCall.name`, "a name");
    const id = calls.called(name, textOf(call.id));
    return { type: "tool-call", id, name, arguments: JSON.stringify(call.args ?? {}), ...(carried.proof ? { proof: carried.proof } : {}) };
  }
  if (part.thought === true) return reasoningOf(part, carried);
  if (typeof part.text === "string" || (signature !== undefined && !hasMedia(part))) {
    const text = textOf(part.text) ?? "";
    return text === "" && !carried.proof ? undefined : { type: "text", text, ...(carried.proof ? { proof: carried.proof } : {}) };
  }
  for (const name of ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"] as const) {
    const raw = field(part, name);
    if (isWire(raw)) return { type: "server-tool", id: textOf(raw.id) ?? name, name, raw: jsonOf({ [name]: raw, ...(signature === undefined ? {} : { thoughtSignature: signature }) }) };
  }
  const media = mediaOf(part, place);
  if (media) return media.type === "document" ? undefined : media;
  throw invalid(place, "a part of an answer");
}

function reasoningOf(part: Wire, { proof, redacted, id, text }: ReturnType<typeof unpackSignature>): AssistantPart | undefined {
  const said = textOf(part.text) ?? text ?? "";
  if (said === "" && !proof && redacted === undefined) return undefined;
  return {
    type: "reasoning", text: said, summary: true,
    ...(proof ? { proof } : {}), ...(redacted === undefined ? {} : { redacted }), ...(id === undefined ? {} : { id }),
  };
}

/** The result of a call: a lone `result` or `output` is its text, a lone `error` a failure's; all else is told as JSON. */
export function resultPart(answer: Wire, place: Place, calls: CallLedger): ToolResultPart {
  const name = textOf(answer.name);
  if (name === undefined) throw invalid(`${place}.functionResponse.name`, "a name");
  const response = wireOf(answer.response);
  const keys = Object.keys(response);
  const only = keys.length === 1 ? keys[0] : undefined;
  const isError = only === "error";
  const lone = only === "result" || only === "output" || isError ? response[only] : response;
  const text = typeof lone === "string" ? lone : JSON.stringify(lone);
  const media = wiresOf(answer.parts).map((part, at) => mediaOf(part, `${place}.functionResponse.parts[${at}]`)).filter((part) => part !== undefined);
  return {
    type: "tool-result", callId: calls.answered(name, textOf(answer.id)), name,
    parts: [{ type: "text", text }, ...media], ...(isError ? { isError } : {}),
  };
}

const hasMedia = (part: Wire): boolean => isWire(field(part, "inlineData")) || isWire(field(part, "fileData"));

function mediaOf(part: Wire, place: Place): MediaPart | DocumentPart | undefined {
  const inline = field(part, "inlineData");
  const file = field(part, "fileData");
  if (isWire(inline)) {
    const data = textOf(inline.data);
    const mime = textOf(field(inline, "mimeType"));
    if (data === undefined || mime === undefined) throw invalid(`${place}.inlineData`, "mimeType and data");
    const source: Source = { kind: "base64", data: plainBase64(data) };
    if (mime.startsWith("text/")) return { type: "document", source: { kind: "text", text: Buffer.from(data, "base64").toString("utf8") }, mime };
    return { type: kindOf(mime), source, mime, ...nameOf(inline) } as MediaPart | DocumentPart;
  }
  if (!isWire(file)) return undefined;
  const uri = textOf(field(file, "fileUri"));
  if (uri === undefined) throw invalid(`${place}.fileData.fileUri`, "an address");
  const mime = textOf(field(file, "mimeType"));
  const source: Source = OWN_FILE.test(uri) ? { kind: "file", id: uri } : { kind: "url", url: uri };
  const kind = mime === undefined && VIDEO_PAGE.test(uri) ? "video" : kindOf(mime ?? "application/pdf");
  return { type: kind, source, ...(mime === undefined ? {} : { mime }), ...nameOf(file) } as MediaPart | DocumentPart;
}

/** Protobuf's JSON also takes the alphabet for addresses, and line breaks. */
const plainBase64 = (data: string): string => (/[-_\s]/.test(data) ? data.replaceAll(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/") : data);

const OWN_FILE = /^(?:gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/;
const VIDEO_PAGE = /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//;

const nameOf = (wire: Wire): Readonly<{ filename?: string }> => {
  const name = textOf(field(wire, "displayName"));
  return name === undefined ? {} : { filename: name };
};

function kindOf(mime: string): "image" | "audio" | "video" | "document" {
  const kind = mime.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "document";
}
