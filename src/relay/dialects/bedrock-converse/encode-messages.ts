import type { Target } from "#relay/canonical/codec.ts";
import type { AssistantPart, CacheMark, ChatRequest, DocumentPart, Json, MediaPart, Message, TextPart, ToolResultPart } from "#relay/canonical/request.ts";
import { argumentsObject, compact, parseWire, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const IMAGES: Readonly<Record<string, string>> = { "image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp" };
const VIDEOS: Readonly<Record<string, string>> = { "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/x-matroska": "mkv", "video/mpeg": "mpeg" };
const DOCUMENTS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf", "text/plain": "txt", "text/csv": "csv", "text/html": "html", "text/markdown": "md", "application/msword": "doc", "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
};

const refuse = (what: string): RelayError => new RelayError("unsupported_parameter", `The model does not take ${what}.`, { param: "messages" });

export type Encoding = Readonly<{ target: Target; nameOf: (name: string) => string; callIdOf: (id: string) => string; documents: { count: number } }>;

/** Roles take turns here: neighbours of one role become one message. @throws RelayError unsupported_parameter, invalid_value */
export function encodeMessages({ messages }: ChatRequest, encoding: Encoding): readonly Json[] {
  const out: { role: "user" | "assistant"; content: Json[] }[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = encodeContent(message, encoding);
    if (content.length === 0) continue;
    const last = out.at(-1);
    if (last?.role === role) last.content.push(...content);
    else out.push({ role, content: [...content] });
  }
  if (out.length === 0) throw new RelayError("invalid_value", "There is no message to answer.", { param: "messages" });
  if (out[0]!.role === "assistant") {
    encoding.target.warn("leading_user_inserted");
    out.unshift({ role: "user", content: [{ text: "(start)" }] });
  }
  // Documents may not stand alone.
  for (const { content } of out) if (content.every((part) => "document" in (part as Wire))) content.push({ text: "See the document." });
  return out;
}

function encodeContent(message: Message, encoding: Encoding): readonly Json[] {
  switch (message.role) {
    case "system":
      encoding.target.warn("system_moved");
      return message.parts.map(({ text }) => ({ text: `<system>${text}</system>` }));
    case "user":
      return message.parts.flatMap((part) => marked(encodeInput(part, encoding), part.cache));
    case "tool":
      return message.parts.flatMap((part) => marked([encodeResult(part, encoding)], part.cache));
    case "assistant":
      return message.parts.flatMap((part) => encodeOutput(part, encoding));
  }
}

/** A mark stands behind what it marks. */
export const marked = (content: readonly Json[], cache: CacheMark | undefined): readonly Json[] =>
  cache && content.length > 0 ? [...content, { cachePoint: { type: "default", ...(cache.ttl === "1h" && { ttl: "1h" }) } }] : content;

function encodeInput(part: TextPart | MediaPart | DocumentPart, encoding: Encoding): readonly Json[] {
  if (part.type === "text") return part.text === "" ? [] : [{ text: part.text }];
  if (part.type === "document") return [{ document: encodeDocument(part, encoding) }];
  const formats = part.type === "image" ? IMAGES : VIDEOS;
  const format = formats[part.mime ?? (part.type === "image" ? "image/png" : "video/mp4")];
  if (part.type === "audio" || format === undefined) throw refuse(part.type === "audio" ? "audio" : `${part.mime ?? part.type} files`);
  if (part.source.kind !== "base64") throw refuse("media by address: send them as data");
  return [{ [part.type]: { format, source: { bytes: part.source.data } } }];
}

/** Names may hold letters, digits, spaces, hyphens and brackets, and are told apart by the vendor. */
function encodeDocument({ source, mime = "application/pdf", filename, citations }: DocumentPart, { documents }: Encoding): Wire {
  documents.count += 1;
  const plain = (filename ?? "document").replace(/\.[^.]*$/, "").replaceAll(/[^a-zA-Z0-9\s\-()[\]]/g, " ").replaceAll(/\s+/g, " ").trim();
  const name = `${plain || "document"} ${documents.count}`;
  const format = source.kind === "text" ? "txt" : DOCUMENTS[mime];
  if (format === undefined) throw refuse(`${mime} files`);
  if (source.kind === "url" || source.kind === "file") throw refuse("files by address: send them as data");
  const bytes = source.kind === "text" ? Buffer.from(source.text).toString("base64") : source.data;
  return compact({ format, name, source: { bytes }, citations: citations ? { enabled: true } : undefined });
}

function encodeResult({ callId, parts, isError }: ToolResultPart, encoding: Encoding): Json {
  const content = parts.flatMap((part): readonly Json[] => {
    const json = part.type === "text" ? parseWire(part.text) : undefined;
    return json ? [{ json }] : encodeInput(part, encoding);
  });
  return { toolResult: { toolUseId: encoding.callIdOf(callId), content: content.length === 0 ? [{ text: "(no output)" }] : content, status: isError ? "error" : "success" } };
}

function encodeOutput(part: AssistantPart, { target, nameOf, callIdOf }: Encoding): readonly Json[] {
  switch (part.type) {
    case "text": {
      // The vendor refuses blank text, and space at the very end of what a model is to go on with.
      const text = part.text.trimEnd();
      return text === "" ? [] : marked([{ text }], part.cache);
    }
    case "refusal":
      return part.text === "" ? [] : [{ text: part.text }];
    case "reasoning":
      if (part.redacted !== undefined) return [{ reasoningContent: { redactedContent: part.redacted } }];
      if (part.proof?.family === "anthropic") return [{ reasoningContent: { reasoningText: { text: part.text, signature: part.proof.value } } }];
      target.warn("reasoning_dropped");
      return [];
    case "tool-call":
      return marked([{ toolUse: { toolUseId: callIdOf(part.id), name: nameOf(part.name), input: argumentsObject(part.arguments, target.warn) } }], part.cache);
    case "server-tool":
      target.warn("server_tool_dropped");
      return [];
    default:
      target.warn("assistant_media_dropped");
      return [];
  }
}

/** Text that stands before the conversation. */
export const encodeSystem = ({ system }: ChatRequest): readonly Json[] =>
  system.flatMap(({ text, cache }) => marked(text === "" ? [] : [{ text }], cache));
