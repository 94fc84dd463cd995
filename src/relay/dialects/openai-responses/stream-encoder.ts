import type { ReplyOptions, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { Json, JsonObject, Proof } from "#relay/canonical/request.ts";
import { writeAnnotation } from "#relay/dialects/openai-responses/citations.ts";
import { encodeStreamError, responseFailure } from "#relay/dialects/openai-responses/errors.ts";
import { CallItem, MessageItem, ReasoningItem, WholeItem } from "#relay/dialects/openai-responses/output-items.ts";
import type { MessageContent, OutputItem } from "#relay/dialects/openai-responses/output-items.ts";
import { sealProof } from "#relay/dialects/openai-responses/proofs.ts";
import type { ProofKind } from "#relay/dialects/openai-responses/proofs.ts";
import { idStem, newResponse } from "#relay/dialects/openai-responses/response-object.ts";
import { writeUsage } from "#relay/dialects/openai-responses/usage.ts";
import { asObject, isJsonObject, SERVER_ITEM } from "#relay/dialects/openai-responses/wire.ts";
import type { RelayError } from "#relay/errors.ts";
import type { Usage } from "#money/usage.ts";

type Block = Readonly<{ item: MessageItem; contentIndex: number } | { item: ReasoningItem | CallItem | WholeItem; contentIndex: 0 }>;
type Incomplete = Readonly<{ status: "incomplete"; reason: "max_output_tokens" | "content_filter" }>;

const INCOMPLETE: Readonly<Partial<Record<FinishReason, Incomplete>>> = {
  length: { status: "incomplete", reason: "max_output_tokens" },
  "context-full": { status: "incomplete", reason: "max_output_tokens" },
  "content-filter": { status: "incomplete", reason: "content_filter" },
};

/** Writes the events of a response. They are numbered from 0; the last of them waits in `tail`. */
export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #options: ReplyOptions;
  readonly #stem: string;
  readonly #items: OutputItem[] = [];
  readonly #blocks = new Map<number, Block>();
  /** Texts that are closed. */
  readonly #told = new Map<number, Block>();
  /** The message that texts following each other go to. */
  #message: MessageItem | undefined;
  /** Messages that are to be closed with their last text. */
  readonly #late = new Set<MessageItem>();
  #textProof: Proof | undefined;
  #out = "";
  #tail = "";
  #sequence = 0;
  #base: JsonObject | undefined;
  #usage: Usage | undefined;
  #end: Readonly<{ type: string; response: JsonObject }> | undefined;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#stem = idStem(options.requestId);
  }

  push(event: CanonicalEvent): string {
    this.#out = "";
    if (!this.#end) this.#take(event);
    return this.#out;
  }

  tail(): string {
    if (!this.#end) return "";
    if (this.#tail === "") {
      this.#out = "";
      this.#emit(this.#end.type, { response: this.#end.response });
      this.#tail = this.#out;
    }
    return this.#tail;
  }

  /** The response as it stands: whole once the end has come. */
  get response(): JsonObject {
    return this.#end?.response ?? this.#snapshot("in_progress", {});
  }

  /** The in-band error of this stream: the response that failed, once there is one. */
  fail(error: RelayError, requestId: string): string {
    if (!this.#base) return encodeStreamError(error, requestId);
    this.#out = "";
    this.#emit("response.failed", { response: this.#snapshot("failed", { error: responseFailure(error, requestId) }) });
    return this.#out;
  }

  #emit(type: string, members: JsonObject): void {
    this.#out += `event: ${type}\ndata: ${JSON.stringify({ type, ...members, sequence_number: this.#sequence++ })}\n\n`;
  }

  #begin(id = "", created?: number): void {
    if (this.#base) return;
    const { createdAt } = this.#options;
    this.#base = newResponse(this.#options, id.startsWith("resp_") ? id : `resp_${this.#stem}`, created ?? createdAt);
    this.#emit("response.created", { response: this.#base });
    this.#emit("response.in_progress", { response: this.#base });
  }

  #snapshot(status: string, members: JsonObject): JsonObject {
    const last = status === "incomplete" ? "incomplete" : "completed";
    const output = this.#items.map((item, at) => item.wire(at === this.#items.length - 1 ? last : "completed"));
    return { ...this.#base, status, output, usage: this.#usage ? (writeUsage(this.#usage) as JsonObject) : null, ...members };
  }

  #take(event: CanonicalEvent): void {
    if (event.type === "ping" || event.type === "candidate") return;
    if (event.type === "start") {
      this.#usage = event.usage;
      this.#begin(event.id, event.created);
      return;
    }
    this.#begin();
    switch (event.type) {
      case "text-delta":
        this.#text(event.index, event.text);
        break;
      case "refusal-delta":
        this.#refusal(event.index, event.text);
        break;
      case "reasoning-delta":
        this.#reasoning(event.index, event.text);
        break;
      case "reasoning-proof":
        this.#seal(event);
        break;
      case "tool-start":
        this.#call(event);
        break;
      case "tool-delta":
        this.#arguments(event.index, event.arguments);
        break;
      case "block-end":
        this.#close(event.index);
        break;
      case "citation":
        this.#cite(event.index, event.citation);
        break;
      case "logprobs":
        this.#logprobs(event.index, event.raw);
        break;
      case "image":
        if (!event.partial) this.#image(event.index, event.base64);
        break;
      case "server-tool":
        this.#serverTool(event.index, event.phase, event.raw);
        break;
      case "text-proof":
        // Sources may still come to the text: its proof follows when its message is closed.
        if (this.#message) this.#textProof = event.proof;
        else this.#carry("before", event.proof);
        break;
      case "usage":
        this.#usage = event.usage;
        break;
      case "audio-delta": // the format has no sound; what was said is in its transcript
        if (event.transcript !== undefined) this.#text(event.index, event.transcript);
        break;
      case "error":
        break; // told by `fail`
      case "end":
        this.#usage = event.usage ?? this.#usage;
        this.#finish(event.finish);
    }
  }

  #add<Item extends OutputItem>(item: Item): Item {
    this.#items.push(item);
    return item;
  }

  #added(item: OutputItem): void {
    this.#emit("response.output_item.added", { output_index: item.outputIndex, item: item.wire("in_progress") });
  }

  #done(item: OutputItem, status: "completed" | "incomplete" = "completed"): void {
    this.#emit("response.output_item.done", { output_index: item.outputIndex, item: item.wire(status) });
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#stem}${String(this.#items.length).padStart(4, "0")}`;
  }

  #closeMessage(status: "completed" | "incomplete" = "completed"): void {
    const message = this.#message;
    this.#message = undefined;
    if (!message) return;
    if (this.#isOpen(message)) this.#late.add(message);
    else this.#done(message, status);
    const proof = this.#textProof;
    this.#textProof = undefined;
    if (proof) this.#carry("before", proof);
  }

  /** A text of it goes on beside what else is told. */
  #isOpen(message: MessageItem): boolean {
    return [...this.#blocks.values()].some(({ item }) => item === message);
  }

  #part(index: number, fresh: MessageContent): Readonly<{ item: MessageItem; contentIndex: number; content: MessageContent }> {
    const known = this.#blocks.get(index);
    if (known?.item instanceof MessageItem) return { item: known.item, contentIndex: known.contentIndex, content: known.item.content[known.contentIndex]! };
    if (!this.#message) {
      this.#message = this.#add(new MessageItem(this.#id("msg"), this.#items.length));
      this.#added(this.#message);
    }
    const item = this.#message;
    const contentIndex = item.content.length;
    item.content.push(fresh);
    this.#blocks.set(index, { item, contentIndex });
    this.#emit("response.content_part.added", { ...placeOf(item, contentIndex), part: { ...fresh } });
    return { item, contentIndex, content: fresh };
  }

  #text(index: number, text: string): void {
    const { item, contentIndex, content } = this.#part(index, { type: "output_text", text: "", annotations: [], logprobs: [] });
    if (content.type !== "output_text") return;
    content.text += text;
    this.#emit("response.output_text.delta", { ...placeOf(item, contentIndex), delta: text, logprobs: [] });
  }

  #refusal(index: number, text: string): void {
    const { item, contentIndex, content } = this.#part(index, { type: "refusal", refusal: "" });
    if (content.type !== "refusal") return;
    content.refusal += text;
    this.#emit("response.refusal.delta", { ...placeOf(item, contentIndex), delta: text });
  }

  #cite(index: number, citation: Parameters<typeof writeAnnotation>[0]): void {
    const open = this.#blocks.get(index), block = open ?? this.#told.get(index);
    const content = block?.item instanceof MessageItem ? block.item.content[block.contentIndex] : undefined;
    if (!block || content?.type !== "output_text") return;
    const annotation = writeAnnotation(citation, content.text.length);
    if (!annotation) return;
    content.annotations.push(annotation);
    // Of a text that is closed only the whole response can tell it.
    if (open) this.#emit("response.output_text.annotation.added", {
      ...placeOf(block.item, block.contentIndex), annotation_index: content.annotations.length - 1, annotation,
    });
  }

  #logprobs(index: number, raw: Json): void {
    const block = this.#blocks.get(index);
    const content = block?.item instanceof MessageItem ? block.item.content[block.contentIndex] : undefined;
    if (content?.type === "output_text") content.logprobs.push(...(Array.isArray(raw) ? raw : Array.isArray(asObject(raw).content) ? (asObject(raw).content as Json[]) : []));
  }

  #reasoningItem(index: number, id?: string): ReasoningItem {
    const known = this.#blocks.get(index)?.item;
    if (known instanceof ReasoningItem) return known;
    this.#closeMessage();
    const item = this.#add(new ReasoningItem(id?.startsWith("rs_") ? id : this.#id("rs"), this.#items.length));
    this.#blocks.set(index, { item, contentIndex: 0 });
    this.#added(item);
    return item;
  }

  /** Clients show summaries: what a vendor lets see of its thought is told as one, be it a summary or the thought itself. */
  #reasoning(index: number, text: string): void {
    const item = this.#reasoningItem(index);
    const place = { item_id: item.id, output_index: item.outputIndex, summary_index: 0 };
    if (item.summary === undefined) {
      item.summary = "";
      this.#emit("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } });
    }
    item.summary += text;
    this.#emit("response.reasoning_summary_text.delta", { ...place, delta: text });
  }

  #seal({ index, proof, redacted, id }: Extract<CanonicalEvent, { type: "reasoning-proof" }>): void {
    const item = this.#reasoningItem(index, id);
    if (redacted !== undefined) item.sealed = sealProof("redacted", proof ? { ...proof, value: redacted } : { family: "anthropic", value: redacted });
    else if (proof) item.sealed = sealProof("reasoning", proof);
  }

  /** A proof that belongs to a text or a call travels in an item of its own beside it. */
  #carry(kind: ProofKind, proof: Proof): void {
    this.#closeMessage();
    const item = this.#add(new ReasoningItem(this.#id("rs"), this.#items.length));
    item.sealed = sealProof(kind, proof);
    this.#added(item);
    this.#done(item);
  }

  #call({ index, id, name, custom = false, proof }: Extract<CanonicalEvent, { type: "tool-start" }>): void {
    if (proof) this.#carry("after", proof);
    this.#closeMessage();
    const item = this.#add(new CallItem(this.#id(custom ? "ctc" : "fc"), this.#items.length, { callId: id, name, custom, namespace: this.#namespaceOf(name) }));
    this.#blocks.set(index, { item, contentIndex: 0 });
    this.#added(item);
  }

  /** The word under which the client keeps a tool of this name. */
  #namespaceOf(name: string): string | undefined {
    const tool = this.#options.request.tools.find((one) => one.type !== "builtin" && one.name === name);
    return tool?.type === "builtin" ? undefined : tool?.namespace;
  }

  #arguments(index: number, text: string): void {
    const item = this.#blocks.get(index)?.item;
    if (!(item instanceof CallItem)) return;
    item.text += text;
    if (text !== "") this.#emit(`${callEvent(item)}.delta`, { item_id: item.id, output_index: item.outputIndex, delta: text });
  }

  #image(index: number, base64: string): void {
    const known = this.#blocks.get(index)?.item;
    if (known instanceof WholeItem) return; // its item will bring it
    this.#closeMessage();
    const id = this.#id("ig");
    const item = this.#add(new WholeItem(id, this.#items.length, { id, type: "image_generation_call", status: "completed", result: base64 }));
    this.#blocks.set(index, { item, contentIndex: 0 });
    this.#emit("response.output_item.added", { output_index: item.outputIndex, item: { ...item.raw, status: "in_progress", result: null } });
    this.#done(item);
  }

  /** Only what this format itself has words for can be told. */
  #serverTool(index: number, phase: "start" | "delta" | "end", raw: Json): void {
    if (!isJsonObject(raw) || typeof raw.type !== "string" || typeof raw.id !== "string" || !SERVER_ITEM.test(raw.type)) return;
    const known = this.#blocks.get(index)?.item;
    if (phase === "start" && !known) {
      this.#closeMessage();
      const item = this.#add(new WholeItem(raw.id, this.#items.length, raw));
      this.#blocks.set(index, { item, contentIndex: 0 });
      this.#added(item);
    } else if (phase === "end" && known instanceof WholeItem) {
      known.raw = raw;
      this.#done(known);
    }
  }

  #close(index: number): void {
    const block = this.#blocks.get(index);
    if (!block) return;
    this.#blocks.delete(index);
    const { item, contentIndex } = block;
    if (item instanceof MessageItem) {
      this.#closePart(item, contentIndex);
      this.#told.set(index, block);
      if (!this.#isOpen(item) && this.#late.delete(item)) this.#done(item);
    } else if (item instanceof ReasoningItem) this.#closeReasoning(item);
    else if (item instanceof CallItem) this.#closeCall(item);
  }

  #closePart(item: MessageItem, contentIndex: number): void {
    const content = item.content[contentIndex]!;
    const place = placeOf(item, contentIndex);
    if (content.type === "refusal") this.#emit("response.refusal.done", { ...place, refusal: content.refusal });
    else this.#emit("response.output_text.done", { ...place, text: content.text, logprobs: content.logprobs });
    this.#emit("response.content_part.done", { ...place, part: { ...content } });
  }

  #closeReasoning(item: ReasoningItem): void {
    if (item.summary !== undefined) {
      const place = { item_id: item.id, output_index: item.outputIndex, summary_index: 0 };
      this.#emit("response.reasoning_summary_text.done", { ...place, text: item.summary });
      this.#emit("response.reasoning_summary_part.done", { ...place, part: { type: "summary_text", text: item.summary } });
    }
    this.#done(item);
  }

  #closeCall(item: CallItem): void {
    const place = { item_id: item.id, output_index: item.outputIndex };
    if (!item.custom && item.text === "") {
      item.text = "{}";
      this.#emit(`${callEvent(item)}.delta`, { ...place, delta: item.text });
    }
    if (item.custom) this.#emit(`${callEvent(item)}.done`, { ...place, input: item.text });
    else this.#emit(`${callEvent(item)}.done`, { ...place, name: item.name, arguments: item.text });
    this.#done(item);
  }

  #finish(finish: FinishReason): void {
    for (const index of [...this.#blocks.keys()]) this.#close(index);
    const cut = INCOMPLETE[finish];
    this.#closeMessage(cut ? "incomplete" : "completed");
    const failed = finish === "error";
    const status = failed ? "failed" : cut ? "incomplete" : "completed";
    const members: JsonObject = failed ? { error: { code: "server_error", message: "The model has failed." } }
      : cut ? { incomplete_details: { reason: cut.reason } }
      : { completed_at: Math.max(this.#options.createdAt, Number(this.#base!.created_at)) };
    this.#end = { type: `response.${status}`, response: this.#snapshot(status, members) };
  }
}

const placeOf = (item: OutputItem, contentIndex: number): JsonObject => ({ item_id: item.id, output_index: item.outputIndex, content_index: contentIndex });

const callEvent = ({ custom }: CallItem): string => (custom ? "response.custom_tool_call_input" : "response.function_call_arguments");
