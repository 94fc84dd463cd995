import type { AssistantPart, DocumentPart, MediaPart, Source, TextPart, ToolCallPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { isServerBlock, parseInput } from "#relay/dialects/anthropic/block-types.ts";
import { cacheControl, unsupported, type EncodeContext } from "#relay/dialects/anthropic/encode-context.ts";
import { signatureOf } from "#relay/dialects/anthropic/proof.ts";
import { sniffImage } from "#relay/dialects/anthropic/sniff-image.ts";
import { compact, isWire, type Wire } from "#relay/dialects/anthropic/wire.ts";

const FILES_BETA = "files-api-2025-04-14";
const TITLE_CHARS_MAX = 500;

export const writeText = ({ text, cache }: TextPart): Wire => ({ type: "text", text, ...cacheControl(cache) });

/** @throws RelayError unsupported_parameter for kinds that this protocol has no block for */
export function writeUserPart(part: UserPart, context: EncodeContext): Wire {
  switch (part.type) {
    case "text":
      return writeText(part);
    case "document":
      return writeDocument(part, context);
    default:
      return writeMedia(part, context);
  }
}

function writeMedia({ type, source, mime, cache }: MediaPart, context: EncodeContext): Wire {
  if (type !== "image") throw unsupported("messages", `The model's vendor takes no ${type}.`);
  if (source.kind !== "base64") return { type: "image", source: writeSource(source, context), ...cacheControl(cache) };
  const media_type = sniffImage(source.data, mime);
  if (media_type === undefined) throw unsupported("messages", "The model's vendor takes JPEG, PNG, GIF and WebP pictures alone.");
  return { type: "image", source: { type: "base64", media_type, data: source.data }, ...cacheControl(cache) };
}

function writeSource(source: Exclude<Source, { kind: "base64" }>, context: EncodeContext): Wire {
  if (source.kind === "url") return { type: "url", url: source.url };
  context.betas.add(FILES_BETA);
  return { type: "file", file_id: source.id };
}

function writeDocument({ source, mime, filename, citations, cache }: DocumentPart, context: EncodeContext): Wire {
  return compact({
    type: "document", source: documentSource(source, mime, context),
    title: filename === undefined || filename === "" ? undefined : filename.slice(0, TITLE_CHARS_MAX),
    citations: citations === true ? { enabled: true } : undefined, ...cacheControl(cache),
  });
}

function documentSource(source: DocumentPart["source"], mime: string | undefined, context: EncodeContext): Wire {
  if (source.kind === "text") return plainText(source.text);
  if (source.kind !== "base64") return writeSource(source, context);
  const kind = mime?.split(";")[0]!.trim().toLowerCase() ?? "";
  if (kind === "application/pdf" || source.data.startsWith(PDF_IN_BASE64)) return { type: "base64", media_type: "application/pdf", data: source.data };
  if (kind.startsWith("text/") || TEXT_KINDS.has(kind)) return plainText(Buffer.from(source.data, "base64").toString("utf8"));
  throw unsupported("messages", "The model's vendor takes PDF and plain text documents alone.");
}

const PDF_IN_BASE64 = Buffer.from("%PDF-").toString("base64").slice(0, 6);
const TEXT_KINDS = new Set(["application/json", "application/xml", "application/x-yaml", "application/javascript"]);
const plainText = (data: string): Wire => ({ type: "text", media_type: "text/plain", data });

/** An empty result holds no blocks; an empty text in it would be refused. */
export function writeToolResult({ callId, parts, isError, cache }: ToolResultPart, context: EncodeContext): Wire {
  const content = parts.filter((part) => part.type !== "text" || part.text !== "").map((part) => writeUserPart(part, context));
  return compact({
    type: "tool_result", tool_use_id: context.names.id(callId), content, is_error: isError === true ? true : undefined, ...cacheControl(cache),
  });
}

/** @returns undefined for what this protocol has no place for */
export function writeAssistantPart(part: AssistantPart, context: EncodeContext): Wire | undefined {
  switch (part.type) {
    case "text":
      return part.text === "" ? undefined : writeText(part);
    case "refusal":
      return part.text === "" ? undefined : { type: "text", text: part.text };
    case "tool-call":
      return writeCall(part, context);
    case "reasoning":
      return writeReasoning(part, context);
    case "server-tool":
      if (isServerBlock(part.raw)) return part.raw;
      context.lose("server_tool_dropped", "messages");
      return undefined;
    default:
      context.lose("assistant_media_dropped", "messages");
      return undefined;
  }
}

function writeCall({ id, name, arguments: said, custom, cache }: ToolCallPart, context: EncodeContext): Wire {
  const input = custom === true ? { input: said } : parseInput(said);
  if (custom !== true && isWire(input) && "_raw" in input) context.lose("tool_args_repaired", "messages");
  return { type: "tool_use", id: context.names.id(id), name: context.names.name(name), input, ...cacheControl(cache) };
}

/** Thoughts count for something only under the signature of the models that had them. */
function writeReasoning({ text, proof, redacted, id }: Extract<AssistantPart, { type: "reasoning" }>, context: EncodeContext): Wire | undefined {
  if (redacted !== undefined && (proof === undefined || proof.family === "anthropic")) return { type: "redacted_thinking", data: redacted };
  if (proof?.family === "anthropic") return { type: "thinking", thinking: text, signature: signatureOf({ proof, ...(id === undefined ? {} : { id }) }) };
  if (text !== "" || proof !== undefined) context.target.warn("reasoning_dropped");
  return undefined;
}
