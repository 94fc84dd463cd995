import type { Json, JsonObject } from "#relay/canonical/request.ts";

/** An item of the output while it is being written. Its parts are changed in place; `wire` gives it as it stands. */
export interface OutputItem {
  readonly id: string;
  readonly outputIndex: number;
  wire(status: "in_progress" | "completed" | "incomplete"): JsonObject;
}

type TextContent = { type: "output_text"; text: string; annotations: JsonObject[]; logprobs: Json[] };
type RefusalContent = { type: "refusal"; refusal: string };
export type MessageContent = TextContent | RefusalContent;

export class MessageItem implements OutputItem {
  readonly content: MessageContent[] = [];
  readonly id: string;
  readonly outputIndex: number;
  constructor(id: string, outputIndex: number) {
    this.id = id;
    this.outputIndex = outputIndex;
  }
  wire(status: string): JsonObject {
    return { id: this.id, type: "message", status, role: "assistant", content: this.content.map((part) => ({ ...part })) };
  }
}

export class ReasoningItem implements OutputItem {
  summary: string | undefined;
  sealed: string | undefined;
  readonly id: string;
  readonly outputIndex: number;
  constructor(id: string, outputIndex: number) {
    this.id = id;
    this.outputIndex = outputIndex;
  }
  wire(): JsonObject {
    return {
      id: this.id,
      type: "reasoning",
      summary: this.summary === undefined ? [] : [{ type: "summary_text", text: this.summary }],
      ...(this.sealed !== undefined && { encrypted_content: this.sealed }),
    };
  }
}

export class CallItem implements OutputItem {
  text = "";
  readonly id: string;
  readonly outputIndex: number;
  readonly callId: string;
  readonly name: string;
  readonly custom: boolean;
  readonly namespace: string | undefined;
  constructor(id: string, outputIndex: number, call: Readonly<{ callId: string; name: string; custom: boolean; namespace: string | undefined }>) {
    this.id = id;
    this.outputIndex = outputIndex;
    this.callId = call.callId;
    this.name = call.name;
    this.custom = call.custom;
    this.namespace = call.namespace;
  }
  wire(status: string): JsonObject {
    const head = { id: this.id, type: this.custom ? "custom_tool_call" : "function_call", status };
    return { ...head, ...(this.custom ? { input: this.text } : { arguments: this.text }), call_id: this.callId, name: this.name, ...(this.namespace !== undefined && { namespace: this.namespace }) };
  }
}

/** An item that is told whole: an image, or what the vendor did with a tool of its own. */
export class WholeItem implements OutputItem {
  raw: JsonObject;
  readonly id: string;
  readonly outputIndex: number;
  constructor(id: string, outputIndex: number, raw: JsonObject) {
    this.id = id;
    this.outputIndex = outputIndex;
    this.raw = raw;
  }
  wire(): JsonObject {
    return this.raw;
  }
}
