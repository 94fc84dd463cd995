import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import { plainText } from "#relay/canonical/plain.ts";
import { readAnnotation } from "#relay/dialects/openai-responses/citations.ts";
import { openProof, proofFamily } from "#relay/dialects/openai-responses/proofs.ts";
import { readUsage, withItems } from "#relay/dialects/openai-responses/usage.ts";
import { readError } from "#relay/dialects/openai-responses/vendor-error.ts";
import { asJson, asList, asNumber, asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";

/** `told`: pieces of it have come; `cited`: so many annotations have; `early`: those that came before the text they belong to. */
type Part = { index: number; open: boolean; closed: boolean; told: boolean; cited: number; early: Wire[] };
type Item = {
  kind: "message" | "reasoning" | "call" | "server";
  /** Of a message by `content_index`; reasoning and calls have one, under 0. */
  parts: Map<number, Part>;
  wire: Wire;
  /** Reasoning: the summary part written last, and all that have been. */
  summaryIndex?: number;
  summaries: Set<number>;
  done: boolean;
};

/** A picture is a block of its own; nothing else is told of how it was made. */
const IMAGE = "image_generation_call";
const CALLS: ReadonlySet<unknown> = new Set(["function_call", "custom_tool_call"]);

/**
 * Turns the events of a response stream, or a whole response, into canonical ones. What was not told in pieces is taken
 * from the event that repeats it whole, and what no event told from the response at the end.
 */
export class ReplyReader {
  readonly #options: DecoderOptions;
  readonly #items = new Map<number, Item>();
  /** Some vendors count the items of the stream and of the whole response differently: an item is one by its id. */
  readonly #doneIds = new Set<string>();
  readonly #doneItems: Wire[] = [];
  #out: CanonicalEvent[] = [];
  #nextIndex = 0;
  #started = false;
  #over = false;
  #failed = false;
  #called = false;
  #refused = false;
  #family = "openai";

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  get over(): boolean {
    return this.#over;
  }
  get failed(): boolean {
    return this.#failed;
  }

  /** What has been read since the last call. */
  drain(): readonly CanonicalEvent[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** One event of a stream. */
  take(event: Wire): void {
    if (this.#over) return;
    const type = asText(event.type);
    if (type === undefined || type === "error") {
      this.#failIfError(event);
      return;
    }
    if (typeof event.response === "object" && event.response !== null) this.#response(type, asObject(event.response));
    else this.#piece(type, event, asNumber(event.output_index) ?? 0);
  }

  /** A whole response object. */
  takeWhole(response: Wire): void {
    const failed = response.status === "failed" || response.status === "cancelled" || response.status === undefined;
    if (failed && this.#failIfError(response)) return;
    this.#start(response);
    this.#finish(response);
  }

  #failIfError(wire: Wire): boolean {
    const error = readError(wire);
    if (error) this.#fail(error);
    return error !== undefined;
  }

  #fail(error: NonNullable<ReturnType<typeof readError>>): void {
    this.#over = this.#failed = true;
    this.#out.push({ type: "error", error });
  }

  #response(type: string, response: Wire): void {
    switch (type) {
      case "response.completed":
        this.#start(response);
        this.#finish(response);
        break;
      case "response.incomplete":
        this.#start(response);
        this.#finish({ status: "incomplete", ...response });
        break;
      case "response.done": // some vendors' word for either
        this.takeWhole(response);
        break;
      case "response.failed": case "response.cancelled":
        this.#start(response);
        this.#fail(readError(response) ?? { status: 500, code: "server_error", message: "The model has failed." });
        break;
      default:
        this.#start(response);
    }
  }

  #start(response: Wire): void {
    if (this.#started) return;
    this.#started = true;
    const model = asText(response.model) ?? "";
    const created = asNumber(response.created_at);
    this.#family = proofFamily(model);
    this.#out.push({ type: "start", id: asText(response.id) ?? "", model, ...(created !== undefined && { created: Math.floor(created) }) });
  }

  #piece(type: string, event: Wire, at: number): void {
    if (!this.#started) this.#start({});
    const part = asNumber(event.content_index) ?? 0;
    switch (type) {
      case "response.output_item.added":
        this.#added(at, asObject(event.item));
        break;
      case "response.output_item.done":
        this.#itemDone(at, asObject(event.item));
        break;
      case "response.output_text.delta":
        this.#text(at, part, event.delta, event.logprobs);
        break;
      case "response.output_text.done":
        this.#textDone(at, part, event.text);
        break;
      case "response.output_text.annotation.added":
        if (!this.#isOther(at, "message")) this.#part(at, part).cited += 1;
        this.#annotation(at, part, asObject(event.annotation));
        break;
      case "response.refusal.delta":
        this.#refusal(at, part, event.delta);
        break;
      case "response.refusal.done":
        if (!this.#part(at, part).open) this.#refusal(at, part, event.refusal);
        this.#close(this.#part(at, part));
        break;
      case "response.reasoning_summary_text.delta":
        this.#reasoning(at, event.delta, asNumber(event.summary_index) ?? 0);
        break;
      case "response.reasoning_text.delta": case "response.reasoning.delta":
        this.#reasoning(at, event.delta, undefined);
        break;
      case "response.reasoning_summary_text.done":
        if (!this.#items.get(at)?.summaries.has(asNumber(event.summary_index) ?? 0)) this.#reasoning(at, event.text, asNumber(event.summary_index) ?? 0);
        break;
      case "response.reasoning_text.done":
        if (this.#items.get(at)?.parts.get(0)?.open !== true) this.#reasoning(at, event.text, undefined);
        break;
      case "response.function_call_arguments.done": case "response.custom_tool_call_input.done":
        if (this.#items.get(at)?.parts.get(0)?.told === false) this.#arguments(at, event.arguments ?? event.input);
        break;
      case "response.function_call_arguments.delta": case "response.custom_tool_call_input.delta":
        this.#arguments(at, event.delta);
        break;
      case "response.image_generation_call.partial_image":
        if (!this.#isOther(at, "server")) this.#image(this.#item(at, "server"), event.partial_image_b64, event.output_format, true);
        break;
      case "response.content_part.done":
        this.#close(this.#items.get(at)?.parts.get(part));
        break;
      default: // the vendor's own tools at work, keep-alives: the items themselves tell what came of it
    }
  }

  #item(at: number, kind: Item["kind"], wire: Wire = {}): Item {
    let item = this.#items.get(at);
    if (!item) this.#items.set(at, (item = { kind, parts: new Map(), wire, summaries: new Set(), done: false }));
    return item;
  }

  /** Some vendors give all their items one index: the next one takes the place of the last. */
  #makeRoom(at: number, { id }: Wire): void {
    const known = this.#items.get(at);
    if (!known || known.wire.id === id || !(known.done || (known.wire.id !== undefined && id !== undefined))) return;
    for (const part of known.parts.values()) if (known.kind !== "server") this.#close(part);
    this.#items.delete(at);
  }

  /** What belongs to an item of another kind than it was said to be is nobody's. */
  #isOther(at: number, kind: Item["kind"]): boolean {
    const known = this.#items.get(at);
    return known !== undefined && known.kind !== kind;
  }

  #part(at: number, contentIndex: number, kind: Item["kind"] = "message"): Part {
    const { parts } = this.#item(at, kind);
    let part = parts.get(contentIndex);
    if (!part) parts.set(contentIndex, (part = newPart()));
    return part;
  }

  #open(part: Part): number {
    if (!part.open) {
      part.open = true;
      part.index = this.#nextIndex++;
    }
    return part.index;
  }

  #close(part: Part | undefined): void {
    if (!part?.open || part.closed) return;
    part.closed = true;
    this.#out.push({ type: "block-end", index: part.index });
  }

  #added(at: number, wire: Wire): void {
    const kind = kindOf(wire);
    this.#makeRoom(at, wire);
    const item = this.#item(at, kind, wire);
    if (kind === "call") this.#startCall(item);
    else if (kind === "server" && wire.type !== IMAGE) {
      const part = this.#part(at, 0, kind);
      this.#out.push({ type: "server-tool", index: this.#open(part), phase: "start", raw: asJson(wire) });
    }
  }

  #startCall(item: Item): void {
    const name = asText(item.wire.name);
    const id = asText(item.wire.call_id) ?? asText(item.wire.id);
    if (name === undefined || id === undefined || item.parts.has(0)) return;
    const { restore = SAME } = this.#options;
    const part = newPart();
    item.parts.set(0, part);
    this.#called = true;
    const custom = item.wire.type === "custom_tool_call";
    this.#out.push({ type: "tool-start", index: this.#open(part), id: restore(id), name: restore(name), ...(custom && { custom }) });
  }

  #arguments(at: number, delta: unknown): void {
    if (this.#isOther(at, "call")) return;
    const part = this.#items.get(at)?.parts.get(0);
    if (!part || part.closed || typeof delta !== "string" || delta === "") return;
    part.told = true;
    this.#out.push({ type: "tool-delta", index: part.index, arguments: delta });
  }

  #text(at: number, contentIndex: number, delta: unknown, logprobs?: unknown): void {
    if (this.#isOther(at, "message")) return;
    const part = this.#part(at, contentIndex);
    if (part.closed || typeof delta !== "string" || delta === "") return;
    const index = this.#open(part);
    this.#out.push({ type: "text-delta", index, text: delta });
    if (Array.isArray(logprobs) && logprobs.length > 0) this.#out.push({ type: "logprobs", index, raw: asJson(logprobs) });
    for (const annotation of part.early.splice(0)) this.#annotation(at, contentIndex, annotation);
  }

  #textDone(at: number, contentIndex: number, text: unknown): void {
    const part = this.#part(at, contentIndex);
    if (!part.open) this.#text(at, contentIndex, text);
  }

  #annotation(at: number, contentIndex: number, annotation: Wire): void {
    if (this.#isOther(at, "message")) return;
    const part = this.#part(at, contentIndex);
    if (!part.open) part.early.push(annotation);
    else this.#out.push({ type: "citation", index: part.index, citation: readAnnotation(annotation) });
  }

  #refusal(at: number, contentIndex: number, delta: unknown): void {
    if (this.#isOther(at, "message")) return;
    const part = this.#part(at, contentIndex);
    if (part.closed || typeof delta !== "string" || delta === "") return;
    this.#refused = true;
    this.#out.push({ type: "refusal-delta", index: this.#open(part), text: delta });
  }

  /** @param summaryIndex undefined = the thought itself, not a summary of it */
  #reasoning(at: number, delta: unknown, summaryIndex: number | undefined): void {
    if (this.#isOther(at, "reasoning")) return;
    const item = this.#item(at, "reasoning");
    const part = this.#part(at, 0, "reasoning");
    if (part.closed || typeof delta !== "string" || delta === "") return;
    const isNext = summaryIndex !== undefined && item.summaryIndex !== undefined && item.summaryIndex !== summaryIndex;
    item.summaryIndex = summaryIndex;
    if (summaryIndex !== undefined) item.summaries.add(summaryIndex);
    this.#out.push({ type: "reasoning-delta", index: this.#open(part), text: isNext ? `\n\n${delta}` : delta, ...(summaryIndex !== undefined && { summary: true }) });
  }

  #image(item: Item, base64: unknown, format: unknown, partial: boolean): void {
    if (typeof base64 !== "string" || base64 === "") return;
    const part = item.parts.get(0) ?? newPart();
    item.parts.set(0, part);
    this.#out.push({ type: "image", index: this.#open(part), mime: `image/${asText(format) ?? "png"}`, base64, partial });
  }

  #itemDone(at: number, wire: Wire): void {
    if (this.#items.get(at)?.done) this.#makeRoom(at, wire);
    const item = this.#item(at, kindOf(wire), wire);
    const { kind } = item;
    if (item.done || kindOf(wire) !== kind) return;
    item.done = true;
    item.wire = wire;
    if (typeof wire.id === "string") this.#doneIds.add(wire.id);
    this.#doneItems.push(wire);
    if (kind === "message") this.#messageDone(at, wire);
    else if (kind === "reasoning") this.#reasoningDone(at, item);
    else if (kind === "call") this.#callDone(at, item);
    else this.#serverDone(at, item);
  }

  #messageDone(at: number, wire: Wire): void {
    asList(wire.content).forEach((content, contentIndex) => {
      const known = this.#items.get(at)!.parts.get(contentIndex);
      if (known?.open !== true) {
        if (content.type === "refusal") this.#refusal(at, contentIndex, content.refusal);
        else this.#text(at, contentIndex, content.text, content.logprobs);
      }
      for (const annotation of asList(content.annotations).slice(known?.cited ?? 0)) this.#annotation(at, contentIndex, annotation);
    });
    for (const part of this.#items.get(at)!.parts.values()) this.#close(part);
  }

  #reasoningDone(at: number, item: Item): void {
    if (item.parts.get(0)?.open !== true) {
      const thought = asList(item.wire.content);
      thought.forEach(({ text }, index) => this.#reasoning(at, index > 0 && typeof text === "string" ? `\n\n${text}` : text, undefined));
      if (thought.length === 0) asList(item.wire.summary).forEach(({ text }, index) => this.#reasoning(at, text, index));
    }
    const sealed = asText(item.wire.encrypted_content);
    const part = this.#part(at, 0, "reasoning");
    if (sealed !== undefined) {
      const id = asText(item.wire.id);
      const { kind, proof } = openProof(sealed, this.#family);
      this.#out.push({
        type: "reasoning-proof", index: this.#open(part), ...(kind === "redacted" ? { redacted: proof.value, proof } : { proof }), ...(id !== undefined && { id }),
      });
    }
    this.#close(part);
  }

  #callDone(at: number, item: Item): void {
    this.#startCall(item);
    const part = item.parts.get(0);
    if (!part) return;
    const given = item.wire.type === "custom_tool_call" ? item.wire.input : item.wire.arguments;
    if (!part.told) this.#arguments(at, typeof given === "object" && given !== null ? JSON.stringify(given) : given);
    this.#close(part);
  }

  #serverDone(at: number, item: Item): void {
    if (item.wire.type === IMAGE) {
      this.#image(item, item.wire.result, item.wire.output_format, false);
      return;
    }
    if (item.parts.get(0) === undefined) this.#added(at, item.wire);
    const part = this.#part(at, 0, "server");
    this.#out.push({ type: "server-tool", index: this.#open(part), phase: "end", raw: asJson(item.wire) });
  }

  #finish(response: Wire): void {
    const output = asList(response.output);
    if (output.length > this.#doneItems.length) output.forEach((wire, at) => {
      if (this.#items.get(at)?.done !== true && !this.#doneIds.has(plainText(wire.id))) this.#itemDone(at, wire);
    });
    for (const { parts, kind } of this.#items.values()) if (kind !== "server") for (const part of parts.values()) this.#close(part);
    const read = readUsage(withItems(response, this.#doneItems), this.#options.flags);
    if (read) this.#out.push({ type: "usage", ...(read.inconsistent ? read : { usage: read.usage }) });
    this.#over = true;
    const reason = asText(asObject(response.incomplete_details).reason);
    const native = reason ?? asText(response.status);
    this.#out.push({ type: "end", finish: this.#finishReason(response.status, reason), ...(native !== undefined && { native }), ...(read && { usage: read.usage }) });
  }

  #finishReason(status: unknown, reason: string | undefined): FinishReason {
    if (reason === "content_filter") return "content-filter";
    if (status === "incomplete") return "length";
    if (this.#called) return "tool-calls";
    return this.#refused ? "refusal" : "stop";
  }
}

const SAME = (word: string): string => word;
const newPart = (): Part => ({ index: -1, open: false, closed: false, told: false, cited: 0, early: [] });

function kindOf({ type }: Wire): Item["kind"] {
  if (type === "message" || type === undefined) return "message";
  return type === "reasoning" ? "reasoning" : CALLS.has(type) ? "call" : "server";
}
