import { hash } from "node:crypto";
import type { Target } from "#relay/canonical/codec.ts";
import type { AssistantPart, ChatRequest, JsonObject, Message, ServerToolPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { shortCallId } from "#relay/dialects/openai-responses/names.ts";
import type { NameOf } from "#relay/dialects/openai-responses/encode-tools.ts";
import { ownProof, proofFamily } from "#relay/dialects/openai-responses/proofs.ts";
import { isJsonObject, SERVER_ITEM } from "#relay/dialects/openai-responses/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** The conversation as input items. */
export function encodeInput(request: ChatRequest, target: Target, nameOf: NameOf): readonly JsonObject[] {
  const writer = new InputWriter(target, nameOf);
  // The first piece of system text is `instructions`; what follows it keeps its place at the head.
  for (const { text } of request.system.slice(1)) writer.items.push(message("developer", [{ type: "input_text", text }]));
  for (const entry of request.messages) writer.message(entry);
  return writer.items;
}

const message = (role: string, content: readonly JsonObject[]): JsonObject => ({ type: "message", role, content });

class InputWriter {
  readonly items: JsonObject[] = [];
  readonly #target: Target;
  readonly #nameOf: NameOf;
  readonly #family: string;
  /** Calls of free-text tools, whose results have a type of their own. */
  readonly #customCalls = new Set<string>();

  constructor(target: Target, nameOf: NameOf) {
    this.#target = target;
    this.#nameOf = nameOf;
    this.#family = proofFamily(target.upstreamModel);
  }

  message(entry: Message): void {
    switch (entry.role) {
      case "system":
        this.items.push(message("developer", entry.parts.map(({ text }) => ({ type: "input_text", text }))));
        break;
      case "user":
        this.items.push(message("user", entry.parts.map(encodeUserPart)));
        break;
      case "tool":
        for (const part of entry.parts) this.#result(part);
        break;
      case "assistant":
        this.#assistant(entry.parts, entry.phase);
    }
  }

  #result(part: ToolResultPart): void {
    const callId = shortCallId(part.callId);
    const type = this.#customCalls.has(callId) ? "custom_tool_call_output" : "function_call_output";
    this.items.push({ type, call_id: callId, output: encodeOutput(part) });
  }

  /** Runs of text become one message; reasoning and calls are items of their own, in the order they had. */
  #assistant(parts: readonly AssistantPart[], phase: string | undefined): void {
    let content: JsonObject[] = [];
    const flush = (): void => {
      if (content.length === 0) return;
      const id = `msg_${hash("sha256", JSON.stringify([this.items.length, content]), "hex").slice(0, 48)}`;
      this.items.push({ id, ...message("assistant", content), status: "completed", ...(phase !== undefined && { phase }) });
      content = [];
    };
    for (const part of parts) {
      if (part.type === "text") content.push({ type: "output_text", text: part.text, annotations: [], logprobs: [] });
      else if (part.type === "refusal") content.push({ type: "refusal", refusal: part.text });
      else {
        const item = this.#item(part);
        if (!item) continue;
        flush();
        this.items.push(item);
      }
    }
    flush();
  }

  #item(part: Exclude<AssistantPart, { type: "text" | "refusal" }>): JsonObject | undefined {
    switch (part.type) {
      case "tool-call": {
        const call_id = shortCallId(part.id);
        const name = this.#nameOf(part.name);
        if (part.custom !== true) return { type: "function_call", call_id, name, arguments: part.arguments === "" ? "{}" : part.arguments, status: "completed" };
        this.#customCalls.add(call_id);
        return { type: "custom_tool_call", call_id, name, input: part.arguments };
      }
      case "reasoning": {
        const sealed = ownProof(part, this.#family);
        if (sealed === undefined) {
          this.#target.warn("reasoning_dropped");
          return undefined;
        }
        const summary = part.text === "" ? [] : part.text.split("\n\n").map((text) => ({ type: "summary_text", text }));
        // An id that the vendor has not given would not fit what is sealed.
        return { type: "reasoning", ...(part.id !== undefined && { id: part.id }), summary, encrypted_content: sealed };
      }
      case "server-tool":
        return this.#serverTool(part);
      default:
        this.#target.warn("assistant_media_dropped");
        return undefined;
    }
  }

  #serverTool({ raw }: ServerToolPart): JsonObject | undefined {
    if (isJsonObject(raw) && typeof raw.type === "string" && SERVER_ITEM.test(raw.type)) return raw;
    this.#target.warn("server_tool_dropped");
    return undefined;
  }
}

/** @throws RelayError unsupported_parameter for sound and video, which the format does not know */
function encodeUserPart(part: UserPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image": {
      const { source, detail = "auto" } = part;
      if (source.kind === "file") return { type: "input_image", file_id: source.id, detail };
      return { type: "input_image", image_url: source.kind === "url" ? source.url : dataUrl(part.mime ?? "image/png", source.data), detail };
    }
    case "document":
      return encodeDocument(part);
    case "audio": case "video":
      throw new RelayError("unsupported_parameter", `The model does not take ${part.type} here.`, { param: "messages" });
  }
}

function encodeDocument({ source, mime = "application/pdf", filename }: Extract<UserPart, { type: "document" }>): JsonObject {
  switch (source.kind) {
    case "text":
      return { type: "input_text", text: source.text };
    case "url":
      return { type: "input_file", file_url: source.url };
    case "file":
      return { type: "input_file", file_id: source.id };
    case "base64":
      return { type: "input_file", filename: filename ?? "document.pdf", file_data: dataUrl(mime, source.data) };
  }
}

const dataUrl = (mime: string, base64: string): string => `data:${mime};base64,${base64}`;

/** Plain text where there is no more than that. */
function encodeOutput({ parts, isError }: ToolResultPart): string | readonly JsonObject[] {
  const prefix = isError === true ? "Error: " : "";
  if (parts.length === 0) return prefix;
  const [first] = parts;
  if (parts.length === 1 && first!.type === "text") return prefix + first!.text;
  const content = parts.map(encodeUserPart);
  return prefix === "" ? content : [{ type: "input_text", text: prefix.trim() }, ...content];
}
