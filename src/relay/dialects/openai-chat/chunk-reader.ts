import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent, FinishReason, VendorError } from "#relay/canonical/events.ts";
import { plainNumber } from "#relay/canonical/plain.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { ChoiceReader } from "#relay/dialects/openai-chat/choice-reader.ts";
import { NewParts } from "#relay/dialects/openai-chat/new-parts.ts";
import { finishOf } from "#relay/dialects/openai-chat/finish.ts";
import { findError, findUsage } from "#relay/dialects/openai-kit/facts.ts";
import { isObject } from "#relay/dialects/openai-kit/fields.ts";
import { normaliseUsage } from "#relay/dialects/openai-kit/usage.ts";

const OUT_OF_CAPACITY = "insufficient_system_resource";

/** A piece of the answer's text or thoughts. */
type Piece = Extract<CanonicalEvent, { type: "text-delta" | "reasoning-delta" }>;

/** Turns chunks, or a whole reply, of an OpenAI-shaped vendor into events. */
export class ChunkReader {
  readonly #options: DecoderOptions;
  readonly #choices = new Map<number, ChoiceReader>();
  /** Of each choice of a vendor that may send all that was said so far instead of the next piece. */
  readonly #parts: Map<number, NewParts> | undefined;
  #out: CanonicalEvent[] = [];
  #started = false;
  #over = false;
  #blocks = 0;
  #current = 0;
  #tier: string | undefined;
  #sources: readonly Json[] = [];
  #piece: Piece | undefined;

  constructor(options: DecoderOptions) {
    this.#options = options;
    if (options.flags.repeatsText) this.#parts = new Map();
  }

  get over(): boolean {
    return this.#over;
  }
  /** A finish reason has come. */
  get finished(): boolean {
    return [...this.#choices.values()].some(({ finish }) => finish !== undefined);
  }
  get content(): boolean {
    return [...this.#choices.values()].some(({ content }) => content);
  }

  /** The events so far, which are forgotten. */
  taken(): readonly CanonicalEvent[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** How many events there are so far. */
  get events(): number {
    return this.#out.length;
  }

  /** The one piece that has come since there were so many events, when nothing else has: a chunk that differs in its text alone is `more` of it. */
  onlyPiece(since: number): Piece | undefined {
    // What is said again is more of nothing.
    const event = this.#out.length === since + 1 && !this.#parts ? this.#out[since]! : undefined;
    this.#piece = event?.type === "text-delta" || (event?.type === "reasoning-delta" && event.summary !== true) ? event : undefined;
    return this.#piece;
  }

  /** More of the piece that `onlyPiece` has told. */
  more(text: string): void {
    const { type, index } = this.#piece!;
    if (text !== "") this.#out.push({ type, index, text });
  }

  ping(): void {
    if (!this.#over) this.#out.push({ type: "ping" });
  }

  read(wire: JsonObject, whole = false): void {
    if (this.#over) return;
    const error = findError(wire);
    if (error) {
      this.fail(error);
      return;
    }
    if (typeof wire.service_tier === "string") this.#tier = wire.service_tier;
    this.#sources = sourcesOf(wire) ?? this.#sources;
    this.#start(wire);
    for (const choice of Array.isArray(wire.choices) ? (wire.choices as readonly Json[]) : []) if (isObject(choice)) this.#read(choice, whole);
    if (this.#isOutOfCapacity()) this.fail({ status: 503, code: OUT_OF_CAPACITY, message: "The server is out of capacity." });
    else this.#readUsage(wire);
  }

  /** What was held back while it was not plain whether it is new. */
  tellRest(): void {
    for (const [number, parts] of this.#parts ?? []) {
      const delta = parts.rest();
      if (delta && !this.#over) this.#readerOf(number).read({ delta }, false);
    }
  }

  fail(error: VendorError): void {
    if (this.#over) return;
    this.tellRest();
    this.#over = true;
    this.#out.push({ type: "error", error });
  }

  /** The vendor has said that it is done. */
  end(): void {
    if (this.#over) return;
    this.tellRest();
    (this.#choices.get(0) ?? this.#choices.values().next().value)?.name(this.#sources);
    for (const choice of this.#choices.values()) choice.close();
    const first = this.#choices.get(0) ?? this.#choices.values().next().value;
    if (this.#choices.size > 1) for (const [number, choice] of this.#choices) this.#out.push({ type: "candidate", number, finish: finishFor(choice) });
    const finish = first ? finishFor(first) : "stop";
    if (finish === "error") {
      this.fail({ code: first?.finish ?? "error", message: "The vendor broke its answer off." });
      return;
    }
    this.#over = true;
    this.#out.push({ type: "end", finish, ...(first?.finish !== undefined && { native: first.finish }) });
  }

  #start(wire: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    const { id, model } = wire;
    const created = plainNumber(wire.created);
    this.#out.push({ type: "start", id: typeof id === "string" ? id : "", model: typeof model === "string" ? model : "", ...(Number.isSafeInteger(created) && created > 0 && { created }) });
  }

  #read(choice: JsonObject, whole: boolean): void {
    const number = typeof choice.index === "number" ? choice.index : 0;
    this.#readerOf(number).read(whole ? choice : this.#newIn(choice, number), whole);
  }

  #newIn(choice: JsonObject, number: number): JsonObject {
    if (!this.#parts || !isObject(choice.delta)) return choice;
    let parts = this.#parts.get(number);
    if (!parts) this.#parts.set(number, (parts = new NewParts()));
    return { ...choice, delta: parts.of(choice.delta, typeof choice.finish_reason === "string" && choice.finish_reason !== "") };
  }

  #readerOf(number: number): ChoiceReader {
    if (number !== this.#current) {
      this.#current = number;
      this.#out.push({ type: "candidate", number });
    }
    let reader = this.#choices.get(number);
    if (!reader) {
      reader = new ChoiceReader({ open: () => this.#blocks++, emit: (event) => void this.#out.push(event), restore: this.#options.restore ?? ((word) => word) });
      this.#choices.set(number, reader);
    }
    return reader;
  }

  #readUsage(wire: JsonObject): void {
    const raw = findUsage(wire);
    if (raw === undefined) return;
    const { usage, inconsistent } = normaliseUsage(raw, this.#options.flags);
    const served = usage.serviceTier === undefined && this.#tier !== undefined ? { ...usage, serviceTier: this.#tier } : usage;
    this.#out.push({ type: "usage", usage: served, ...(inconsistent && { inconsistent }) });
  }

  /** After some text it is an answer that stopped early; before, it is none. */
  #isOutOfCapacity(): boolean {
    return !this.content && [...this.#choices.values()].some(({ finish }) => finish === OUT_OF_CAPACITY);
  }
}

/** What a searching vendor (Perplexity, xAI) has found, with titles if there are any; told again, whole, in every chunk. */
function sourcesOf({ search_results: results, citations }: JsonObject): readonly Json[] | undefined {
  return [results, citations].find((list): list is readonly Json[] => Array.isArray(list) && list.length > 0);
}

const finishFor = ({ finish, called }: ChoiceReader): FinishReason => finishOf(finish ?? "stop", called);
