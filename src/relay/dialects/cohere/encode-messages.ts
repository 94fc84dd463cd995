import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, DocumentPart, Json, MediaPart, Message, TextPart, ToolResultPart } from "#relay/canonical/request.ts";
import { compact, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const refuse = (what: string): RelayError => new RelayError("unsupported_parameter", `The model does not take ${what}.`, { param: "messages" });

/** @throws RelayError unsupported_parameter for sounds, films and files that are not text */
export function encodeMessages({ system, messages }: ChatRequest, target: Target, nameOf: (name: string) => string): readonly Json[] {
  const text = system.map((part) => part.text).filter((each) => each !== "").join("\n\n");
  const out: Json[] = text === "" ? [] : [{ role: "system", content: text }];
  for (const message of messages) out.push(...encodeMessage(message, target, nameOf));
  return out;
}

function encodeMessage(message: Message, target: Target, nameOf: (name: string) => string): readonly Json[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.parts.map(({ text }) => text).join("\n\n") }];
    case "user":
      return message.parts.length === 0 ? [] : [{ role: "user", content: message.parts.map(encodePart) }];
    case "tool":
      return message.parts.flatMap((part) => encodeResult(part, target));
    case "assistant":
      return encodeAssistant(message, target, nameOf);
  }
}

function encodePart(part: TextPart | MediaPart | DocumentPart): Wire {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.type === "document") return encodeDocument(part);
  if (part.type !== "image") throw refuse(part.type === "audio" ? "audio" : "video");
  const { source, mime, detail } = part;
  if (source.kind === "file") throw refuse("pictures by file id");
  const url = source.kind === "url" ? source.url : `data:${mime ?? "image/png"};base64,${source.data}`;
  return { type: "image_url", image_url: compact({ url, detail: detail === "original" ? "high" : detail }) };
}

/** Text goes in as text; the documents that Cohere cites from come with results of tools. */
function encodeDocument({ source, mime, filename }: DocumentPart): Wire {
  const text = source.kind === "text" ? source.text : source.kind === "base64" && mime?.startsWith("text/") ? Buffer.from(source.data, "base64").toString("utf8") : undefined;
  if (text === undefined) throw refuse("files that are not text");
  return { type: "text", text: filename === undefined ? text : `${filename}:\n${text}` };
}

function encodeResult({ callId, parts, isError }: ToolResultPart, { warn }: Target): readonly Json[] {
  const texts = parts.filter((part) => part.type === "text").map(({ text }) => text).join("\n");
  const others = parts.filter((part) => part.type !== "text").map(encodePart);
  const result = { role: "tool", tool_call_id: callId, content: isError ? `Error: ${texts}` : texts };
  if (others.length === 0) return [result];
  warn("tool_image_moved");
  return [result, { role: "user", content: [{ type: "text", text: `Result of tool call ${callId}:` }, ...others] }];
}

function encodeAssistant({ parts }: Extract<Message, { role: "assistant" }>, { warn }: Target, nameOf: (name: string) => string): readonly Json[] {
  let text = "", plan = "";
  const calls: Json[] = [];
  for (const part of parts) {
    if (part.type === "text" || part.type === "refusal") text += part.text;
    else if (part.type === "reasoning") plan += part.text;
    else if (part.type === "tool-call") calls.push({ id: part.id, type: "function", function: { name: nameOf(part.name), arguments: part.arguments.trim() === "" ? "{}" : part.arguments } });
    else warn(part.type === "server-tool" ? "server_tool_dropped" : "assistant_media_dropped");
  }
  if (text === "" && calls.length === 0) return [];
  // Reasoning is taken back only as the plan of a call.
  return [compact({
    role: "assistant", content: text === "" ? undefined : text,
    ...(calls.length > 0 && { tool_calls: calls, tool_plan: plan === "" ? undefined : plan }),
  })];
}
