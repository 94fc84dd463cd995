import type { AssistantPart, CacheMark, ChatRequest, Json, JsonObject, MediaPart, Message, TextPart, ToolCallPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { decodeReasoningParts } from "#relay/dialects/openai-chat/reasoning-details.ts";
import { arrayField, invalidField, isObject, missingField, neededText, objectField, textField, wordField } from "#relay/dialects/openai-kit/fields.ts";

/** Calls of the old form have no ids; results refer to them by name. */
type Calls = { names: Map<string, string>; legacy: { id: string; name: string; answered: boolean }[] };

/** @throws RelayError with the path of the message at fault */
export function decodeMessages(body: JsonObject): Pick<ChatRequest, "system" | "messages"> {
  const given = arrayField(body.messages, "messages");
  if (!given || given.length === 0) throw missingField("messages");
  const system: TextPart[] = [];
  const messages: Message[] = [];
  const calls: Calls = { names: new Map(), legacy: [] };
  let leading = true;
  given.forEach((value, at) => {
    const param = `messages[${at}]`;
    const message = objectField(value, param);
    if (!message) throw invalidField(param, "an object");
    const role = neededText(message.role, `${param}.role`);
    const isSystem = role === "system" || role === "developer";
    if (isSystem && leading) system.push(...decodeTexts(message.content, `${param}.content`));
    else add(messages, decodeMessage(role, message, param, calls));
    leading &&= isSystem;
  });
  return { system, messages };
}

/** Results of one step are one message. */
function add(messages: Message[], message: Message): void {
  const last = messages.at(-1);
  if (message.role === "tool" && last?.role === "tool") messages[messages.length - 1] = { role: "tool", parts: [...last.parts, ...message.parts] };
  else messages.push(message);
}

function decodeMessage(role: string, message: JsonObject, param: string, calls: Calls): Message {
  const name = textField(message.name, `${param}.name`);
  const named = name === undefined ? {} : { name };
  switch (role) {
    case "user":
      return { role, parts: decodeUserParts(message.content, `${param}.content`), ...named };
    case "assistant":
      return { role, parts: decodeAssistant(message, param, calls), ...named };
    case "system": case "developer":
      return { role: "system", parts: decodeTexts(message.content, `${param}.content`) };
    case "tool":
      return { role, parts: [decodeResult(message, neededText(message.tool_call_id, `${param}.tool_call_id`), param, calls)] };
    case "function":
      return { role: "tool", parts: [decodeResult(message, legacyCall(neededText(message.name, `${param}.name`), calls), param, calls)] };
    default:
      throw invalidField(`${param}.role`, "developer, system, user, assistant, tool or function");
  }
}

function decodeTexts(content: Json | undefined, param: string): TextPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return (arrayField(content, param) ?? []).map((part, at) => {
    const object = objectField(part, `${param}[${at}]`) ?? {};
    if (object.type !== "text") throw invalidField(`${param}[${at}].type`, "text");
    return decodeText(object, `${param}[${at}]`);
  });
}

const decodeText = (part: JsonObject, param: string): TextPart => ({ type: "text", text: textField(part.text, `${param}.text`) ?? "", ...decodeMark(part) });

/** Prompt caching as some vendors of this format mark it. */
function decodeMark({ cache_control: mark }: JsonObject): { cache?: CacheMark } {
  return isObject(mark) && mark.type === "ephemeral" ? { cache: { ttl: mark.ttl === "1h" ? "1h" : "5m" } } : {};
}

function decodeUserParts(content: Json | undefined, param: string): UserPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  const parts = arrayField(content, param);
  if (!parts) throw missingField(param);
  return parts.map((part, at) => decodeUserPart(objectField(part, `${param}[${at}]`) ?? {}, `${param}[${at}]`));
}

function decodeUserPart(part: JsonObject, param: string): UserPart {
  switch (part.type) {
    case "text":
      return decodeText(part, param);
    case "image_url": {
      const image = isObject(part.image_url) ? part.image_url : { url: part.image_url ?? null };
      const detail = wordField(image.detail, `${param}.image_url.detail`, ["low", "high", "auto", "original"] as const);
      return { type: "image", ...decodeAddress(neededText(image.url, `${param}.image_url.url`)), ...(detail !== undefined && { detail }), ...decodeMark(part) };
    }
    case "video_url": {
      const video = isObject(part.video_url) ? part.video_url : { url: part.video_url ?? null };
      return { type: "video", ...decodeAddress(neededText(video.url, `${param}.video_url.url`)) };
    }
    case "input_audio": {
      const audio = objectField(part.input_audio, `${param}.input_audio`) ?? {};
      const data = neededText(audio.data, `${param}.input_audio.data`);
      return { type: "audio", source: { kind: "base64", data: data.slice(data.startsWith("data:") ? data.indexOf(",") + 1 : 0) }, mime: `audio/${neededText(audio.format, `${param}.input_audio.format`)}` };
    }
    case "file":
      return decodeFile(objectField(part.file, `${param}.file`) ?? {}, param, part);
    default:
      throw invalidField(`${param}.type`, "text, image_url, input_audio or file");
  }
}

function decodeFile(file: JsonObject, param: string, part: JsonObject): UserPart {
  const filename = textField(file.filename, `${param}.file.filename`);
  const named = { ...(filename !== undefined && { filename }), ...decodeMark(part) };
  const id = textField(file.file_id, `${param}.file.file_id`);
  if (id !== undefined) return { type: "document", source: { kind: "file", id }, ...named };
  const data = neededText(file.file_data, `${param}.file.file_data`);
  if (data.startsWith("data:") || /^https?:/.test(data)) return { type: "document", ...decodeAddress(data), ...named };
  return { type: "document", source: { kind: "base64", data }, mime: "application/pdf", ...named };
}

/** `data:` addresses hold the bytes themselves. */
export function decodeAddress(url: string): Pick<MediaPart, "source" | "mime"> {
  const head = url.startsWith("data:") ? url.slice(5, url.indexOf(",")) : undefined;
  if (head === undefined) return { source: { kind: "url", url } };
  const mime = head.split(";")[0]!;
  const data = url.slice(url.indexOf(",") + 1);
  const base64 = head.endsWith(";base64") ? data : Buffer.from(decodeURIComponent(data)).toString("base64");
  return { source: { kind: "base64", data: base64.replaceAll(/\s/g, "") }, ...(mime !== "" && { mime }) };
}

function decodeAssistant(message: JsonObject, param: string, calls: Calls): AssistantPart[] {
  const { parts: reasoning, proofs, textProof } = decodeReasoningParts(message);
  const said = decodeSaid(message.content, `${param}.content`);
  const refusal = textField(message.refusal, `${param}.refusal`);
  if (refusal !== undefined && refusal !== "") said.push({ type: "refusal", text: refusal });
  const lastText = said.findLastIndex(({ type }) => type === "text");
  if (textProof) {
    const proven = said[lastText] as TextPart | undefined;
    if (proven) said[lastText] = { ...proven, proof: textProof };
    else said.push({ type: "text", text: "", proof: textProof });
  }
  const made = (arrayField(message.tool_calls, `${param}.tool_calls`) ?? []).map((call, at) => decodeCall(objectField(call, `${param}.tool_calls[${at}]`) ?? {}, `${param}.tool_calls[${at}]`, proofs));
  const legacy = objectField(message.function_call, `${param}.function_call`);
  if (legacy && made.length === 0) made.push(decodeLegacyCall(legacy, param, calls));
  for (const { id, name } of made) calls.names.set(id, name);
  return [...reasoning, ...said, ...made];
}

function decodeSaid(content: Json | undefined, param: string): AssistantPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return (arrayField(content, param) ?? []).flatMap((value, at): AssistantPart[] => {
    const part = objectField(value, `${param}[${at}]`) ?? {};
    switch (part.type) {
      case "text":
        return [decodeText(part, `${param}[${at}]`)];
      case "refusal":
        return [{ type: "refusal", text: textField(part.refusal, `${param}[${at}].refusal`) ?? "" }];
      case "thinking": case "reasoning":
        return []; // read with the other reasoning
      case "image_url": {
        const url = isObject(part.image_url) ? part.image_url.url : part.image_url;
        return [{ type: "image", ...decodeAddress(neededText(url, `${param}[${at}].image_url.url`)) }];
      }
      default:
        throw invalidField(`${param}[${at}].type`, "text or refusal");
    }
  });
}

function decodeCall(call: JsonObject, param: string, proofs: ReadonlyMap<string, ToolCallPart["proof"]>): ToolCallPart {
  const id = neededText(call.id, `${param}.id`);
  const google = isObject(call.extra_content) && isObject(call.extra_content.google) ? call.extra_content.google : {};
  const signature = textField(google.thought_signature, `${param}.extra_content.google.thought_signature`);
  const proof = signature === undefined ? proofs.get(id) : { family: "gemini", value: signature };
  const proven = proof ? { proof } : {};
  if (call.type === "custom") {
    const custom = objectField(call.custom, `${param}.custom`) ?? {};
    return { type: "tool-call", id, name: neededText(custom.name, `${param}.custom.name`), arguments: textField(custom.input, `${param}.custom.input`) ?? "", custom: true, ...proven };
  }
  const called = objectField(call.function, `${param}.function`) ?? {};
  return { type: "tool-call", id, name: neededText(called.name, `${param}.function.name`), arguments: argumentsOf(called.arguments), ...proven };
}

/** Some clients send them as the object that they parsed. */
const argumentsOf = (value: Json | undefined): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

function decodeLegacyCall(call: JsonObject, param: string, { legacy }: Calls): ToolCallPart {
  const name = neededText(call.name, `${param}.function_call.name`);
  const id = `call_legacy_${legacy.length}`;
  legacy.push({ id, name, answered: false });
  return { type: "tool-call", id, name, arguments: argumentsOf(call.arguments) };
}

function legacyCall(name: string, { legacy }: Calls): string {
  const call = legacy.findLast((made) => made.name === name && !made.answered);
  if (!call) return `call_legacy_${legacy.length}`;
  call.answered = true;
  return call.id;
}

function decodeResult(message: JsonObject, callId: string, param: string, calls: Calls): ToolResultPart {
  const name = calls.names.get(callId) ?? textField(message.name, `${param}.name`);
  const { content } = message;
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }]
    : (arrayField(content, `${param}.content`) ?? []).map((part, at) => decodeUserPart(objectField(part, `${param}.content[${at}]`) ?? {}, `${param}.content[${at}]`));
  return { type: "tool-result", callId, ...(name !== undefined && { name }), parts, ...decodeMark(message) };
}
