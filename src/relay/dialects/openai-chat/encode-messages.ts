import type { Target } from "#relay/canonical/codec.ts";
import type { AssistantPart, ChatRequest, DocumentPart, Json, JsonObject, MediaPart, Message, TextPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { signatureOf } from "#relay/dialects/openai-chat/encode-reply.ts";
import type { Names } from "#relay/dialects/openai-chat/names.ts";
import { encodeDetails } from "#relay/dialects/openai-chat/reasoning-details.ts";
import { isReasoningModel } from "#relay/dialects/openai-kit/pass-request.ts";
import { RelayError } from "#relay/errors.ts";

/** @throws RelayError unsupported_parameter for media that this format cannot carry */
export function encodeMessages(request: ChatRequest, target: Target, names: Names): JsonObject[] {
  const isDeveloper = target.flags.maxTokensName === "by_model" && isReasoningModel(target.upstreamModel);
  const system = isDeveloper ? "developer" : "system";
  const out: JsonObject[] = [];
  const leading = joined(request.system);
  if (leading !== "") out.push({ role: system, content: leading });
  for (const message of request.messages) out.push(...encodeMessage(message, request, target, names, system));
  if (out.length === 0) throw new RelayError("invalid_value", "The request holds no message.", { param: "messages" });
  return out;
}

function encodeMessage(message: Message, request: ChatRequest, target: Target, names: Names, system: string): JsonObject[] {
  switch (message.role) {
    case "system": {
      const text = joined(message.parts);
      return text === "" ? [] : [{ role: system, content: text }];
    }
    case "user":
      return [{ role: "user", content: encodeUser(message.parts), ...(message.name !== undefined && { name: message.name }) }];
    case "assistant": {
      const said = encodeAssistant(message.parts, request, target, names);
      return said ? [{ ...said, ...(message.name !== undefined && { name: message.name }) }] : [];
    }
    case "tool":
      return encodeResults(message.parts, target, names);
  }
}

const joined = (parts: readonly TextPart[]): string => parts.map(({ text }) => text).filter((text) => text !== "").join("\n\n");

function encodeUser(parts: readonly UserPart[]): Json {
  const kept = parts.length > 1 ? parts.filter((part) => part.type !== "text" || part.text !== "") : parts;
  const [only] = kept;
  if (kept.length === 0) return "";
  return kept.length === 1 && only!.type === "text" ? only!.text : kept.map(encodeUserPart);
}

function encodeUserPart(part: UserPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: addressOf(part, "image/png"), ...(part.detail !== undefined && { detail: part.detail }) } };
    case "audio":
      return encodeAudio(part);
    case "document":
      return encodeDocument(part);
    case "video":
      throw unsupported("Video cannot be sent to the model's provider.");
  }
}

function addressOf({ source, mime }: MediaPart, otherwise: string): string {
  if (source.kind === "url") return source.url;
  if (source.kind === "base64") return `data:${mime ?? otherwise};base64,${source.data}`;
  throw unsupported("A file of another provider cannot be sent to the model's provider.");
}

const AUDIO: ReadonlyMap<string, string> = new Map([["audio/wav", "wav"], ["audio/x-wav", "wav"], ["audio/wave", "wav"], ["audio/mp3", "mp3"], ["audio/mpeg", "mp3"]]);

function encodeAudio({ source, mime }: MediaPart): JsonObject {
  const format = AUDIO.get(mime ?? "");
  if (source.kind !== "base64" || format === undefined) throw unsupported("The model's provider takes audio as wav or mp3 data only.");
  return { type: "input_audio", input_audio: { data: source.data, format } };
}

function encodeDocument({ source, mime = "application/pdf", filename }: DocumentPart): JsonObject {
  switch (source.kind) {
    case "text":
      return { type: "text", text: filename === undefined ? source.text : `${filename}:\n${source.text}` };
    case "base64":
      if (mime.startsWith("text/")) return { type: "text", text: Buffer.from(source.data, "base64").toString("utf8") };
      return { type: "file", file: { filename: filename ?? "document.pdf", file_data: `data:${mime};base64,${source.data}` } };
    default:
      throw unsupported("The model's provider takes documents as data only.");
  }
}

const unsupported = (message: string): RelayError => new RelayError("unsupported_parameter", message, { param: "messages" });

function encodeAssistant(parts: readonly AssistantPart[], { reasoning }: ChatRequest, target: Target, names: Names): JsonObject | undefined {
  let text = "", refusal = "", thought = "";
  const calls: JsonObject[] = [], details: JsonObject[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.type === "text") text += part.text;
    else if (part.type === "refusal") refusal += part.text;
    else if (part.type === "reasoning") {
      thought += part.text;
      details.push(...(part.proof || part.redacted !== undefined ? encodeDetails({ ...part, index }) : []));
    } else if (part.type === "tool-call") {
      const { id, name, arguments: written, custom, proof } = part;
      const said: JsonObject = custom ? { type: "custom", custom: { name: names.tool(name), input: written } } : { type: "function", function: { name: names.tool(name), arguments: written === "" ? "{}" : written } };
      calls.push({ id: names.callId(id), ...said, ...(target.flags.reasoningDetails && signatureOf(proof)) });
    } else if (part.type !== "server-tool") throw unsupported("An assistant's media cannot be sent back to the model's provider.");
  }
  if (text === "" && refusal === "" && calls.length === 0) return undefined;
  if (details.length > 0 && !target.flags.reasoningDetails) target.warn("reasoning_dropped");
  const echo = target.flags.reasoningEcho === true && calls.length > 0 && (thought !== "" || (reasoning !== undefined && reasoning.effort !== "none"));
  return {
    role: "assistant",
    content: text === "" && (calls.length > 0 || refusal !== "") ? null : text,
    ...(refusal !== "" && { refusal }),
    ...(echo && { reasoning_content: thought }),
    ...(target.flags.reasoningDetails && details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** Results are text here; what else they hold follows them as a message of the user's. */
function encodeResults(results: readonly ToolResultPart[], target: Target, names: Names): JsonObject[] {
  const moved: JsonObject[] = [];
  const told = results.map(({ callId, parts, isError }): JsonObject => {
    const media = parts.filter((part) => part.type !== "text" && !(part.type === "document" && part.source.kind === "text"));
    const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : part.type === "document" && part.source.kind === "text" ? [part.source.text] : [])).join("\n");
    if (media.length > 0) {
      target.warn("tool_image_moved");
      for (const part of media) moved.push({ type: "text", text: `Image result of tool call ${names.callId(callId)}:` }, encodeUserPart(part));
    }
    return { role: "tool", tool_call_id: names.callId(callId), content: `${isError ? "Error: " : ""}${text}` };
  });
  return moved.length === 0 ? told : [...told, { role: "user", content: moved }];
}
