import type {
  AssistantPart, CacheMark, DocumentPart, Json, MediaPart, ReasoningPart, Source, TextPart, ToolResultPart, UserPart,
} from "#relay/canonical/request.ts";
import { isServerType } from "#relay/dialects/anthropic/block-types.ts";
import { readCitation } from "#relay/dialects/anthropic/citation.ts";
import { invalid, needObject, needText, optionalFlag, optionalList, optionalObject, optionalText } from "#relay/dialects/anthropic/fields.ts";
import { readSignature } from "#relay/dialects/anthropic/proof.ts";
import { asWire, isWire, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

type ResultContent = ToolResultPart["parts"][number];

/** Content is a list of blocks, or one text. */
export function blocksOf(content: Json | undefined, param: string): readonly Wire[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return optionalList(content, param).map((block, at) => needObject(block, `${param}.${at}`));
}

export function readCache(value: Json | undefined): Readonly<{ cache?: CacheMark }> {
  return isWire(value) ? { cache: { ttl: value.ttl === "1h" ? "1h" : "5m" } } : {};
}

export function readText(block: Wire, param: string): TextPart {
  const citations = optionalList(block.citations, `${param}.citations`).map(readCitation);
  return {
    type: "text", text: needText(block.text, `${param}.text`), ...readCache(block.cache_control), ...(citations.length > 0 ? { citations } : {}),
  };
}

/** A user's block that is no tool's result. */
export function readUserPart(block: Wire, param: string): UserPart {
  switch (block.type) {
    case "text":
      return readText(block, param);
    case "image":
      return readImage(block, param);
    case "document":
      return readDocument(block, param);
    case "search_result":
      return readSearchResult(block, param);
    case "container_upload":
      return { type: "document", source: { kind: "file", id: needText(block.file_id, `${param}.file_id`) }, ...readCache(block.cache_control) };
    default:
      throw invalid(`${param}.type`, "text, image, document, search_result or tool_result");
  }
}

function readImage(block: Wire, param: string): MediaPart {
  const { source, mime } = readSource(block.source, `${param}.source`);
  return { type: "image", source, ...(mime === undefined ? {} : { mime }), ...readCache(block.cache_control) };
}

function readSource(value: Json | undefined, param: string): Readonly<{ source: Source; mime?: string }> {
  const wire = needObject(value, param);
  switch (wire.type) {
    case "base64": {
      const mime = optionalText(wire.media_type, `${param}.media_type`);
      return { source: { kind: "base64", data: needText(wire.data, `${param}.data`).replaceAll(/\s+/g, "") }, ...(mime === undefined ? {} : { mime }) };
    }
    case "url":
      return { source: { kind: "url", url: needText(wire.url, `${param}.url`) } };
    case "file":
      return { source: { kind: "file", id: needText(wire.file_id, `${param}.file_id`) } };
    default:
      throw invalid(`${param}.type`, "base64, url or file");
  }
}

function readDocument(block: Wire, param: string): DocumentPart {
  const source = needObject(block.source, `${param}.source`);
  const filename = optionalText(block.title, `${param}.title`);
  const shared = {
    type: "document", ...(filename === undefined ? {} : { filename }), ...readCache(block.cache_control),
    ...(asWire(block.citations).enabled === true ? { citations: true } : {}),
  } as const;
  if (source.type === "text") return { ...shared, mime: "text/plain", source: { kind: "text", text: needText(source.data, `${param}.source.data`) } };
  if (source.type === "content") return { ...shared, mime: "text/plain", source: { kind: "text", text: joinedText(source.content, `${param}.source.content`) } };
  const { source: read, mime } = readSource(source, `${param}.source`);
  return { ...shared, source: read, ...(mime === undefined && read.kind === "url" ? { mime: "application/pdf" } : mime === undefined ? {} : { mime }) };
}

const joinedText = (content: Json | undefined, param: string): string => blocksOf(content, param).map((block) => textOf(block.text) ?? "").join("\n");

/** What a client found itself is a text with a name. */
function readSearchResult(block: Wire, param: string): DocumentPart {
  return {
    type: "document", mime: "text/plain", source: { kind: "text", text: joinedText(block.content, `${param}.content`) },
    filename: needText(block.title, `${param}.title`), ...(asWire(block.citations).enabled === true ? { citations: true } : {}), ...readCache(block.cache_control),
  };
}

export function readToolResult(block: Wire, param: string): ToolResultPart {
  const isError = optionalFlag(block.is_error, `${param}.is_error`);
  return {
    type: "tool-result", callId: needText(block.tool_use_id, `${param}.tool_use_id`),
    parts: blocksOf(block.content, `${param}.content`).map((part, at) => readResultContent(part, `${param}.content.${at}`)),
    ...(isError === undefined ? {} : { isError }), ...readCache(block.cache_control),
  };
}

function readResultContent(block: Wire, param: string): ResultContent {
  if (block.type === "tool_reference") return { type: "text", text: needText(block.tool_name, `${param}.tool_name`) };
  const part = readUserPart(block, param);
  if (part.type === "audio" || part.type === "video") throw invalid(`${param}.type`, "text, image or document");
  return part;
}

/** @throws RelayError invalid_value */
export function readAssistantPart(block: Wire, param: string): AssistantPart {
  switch (block.type) {
    case "text":
      return readText(block, param);
    case "thinking": {
      const signature = wordOf(block.signature);
      return { type: "reasoning", text: needText(block.thinking, `${param}.thinking`), ...(signature === undefined ? {} : readSignature(signature)) } satisfies ReasoningPart;
    }
    case "redacted_thinking":
      return { type: "reasoning", text: "", redacted: needText(block.data, `${param}.data`) };
    case "tool_use":
      return {
        type: "tool-call", id: needText(block.id, `${param}.id`), name: needText(block.name, `${param}.name`),
        arguments: JSON.stringify(optionalObject(block.input, `${param}.input`) ?? {}), ...readCache(block.cache_control),
      };
    case "image":
      return readImage(block, param);
    default:
      return readServerPart(block, param);
  }
}

/** The call and the result of a tool that the vendor ran are two blocks; both keep their own form. */
function readServerPart(block: Wire, param: string): AssistantPart {
  const type = needText(block.type, `${param}.type`);
  if (!isServerType(type)) throw invalid(`${param}.type`, "a type of block that an assistant writes");
  const { input, content } = block;
  return {
    type: "server-tool", id: wordOf(block.id) ?? wordOf(block.tool_use_id) ?? "", name: wordOf(block.name) ?? type.replace(/_tool_result$/, ""),
    ...(input === undefined ? {} : { input }), ...(content === undefined ? {} : { result: content }), raw: block,
  };
}
