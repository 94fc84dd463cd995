import { randomBytes } from "node:crypto";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json, JsonObject, Proof } from "#relay/canonical/request.ts";
import { callOf, piecesOf, slotOf } from "#relay/dialects/openai-kit/call-pieces.ts";
import { isObject } from "#relay/dialects/openai-kit/fields.ts";

type Call = { slot: number | undefined; vendorId: string; id: string; name: string; custom: boolean; proof?: Proof; index?: number; pending: string; written: string; told: boolean };

/** Where blocks get their numbers and events go. */
export type BlockSink = Readonly<{ open(): number; emit(event: CanonicalEvent): void; restore(word: string): string }>;

/**
 * Puts the pieces of tool calls together, in all the ways in which vendors cut them: without index, all with index 0,
 * the id in every piece, late, or another one in each, the name in pieces or again and again, arguments as an object. A
 * call is told once its name is surely whole: with its first argument, or when something else follows.
 */
export class ToolReader {
  readonly #sink: BlockSink;
  readonly #calls: Call[] = [];

  constructor(sink: BlockSink) {
    this.#sink = sink;
  }

  get called(): boolean {
    return this.#calls.length > 0;
  }

  /** @param whole the calls of a whole reply, each of which is one of its own */
  read(value: Json, whole: boolean): void {
    if (!isObject(value)) return;
    // Some vendors send both forms, the one that is not meant empty.
    const custom = isObject(value.custom) && (value.type === "custom" || !isObject(value.function)) ? value.custom : undefined;
    const said = custom ?? (isObject(value.function) ? value.function : {});
    const name = typeof said.name === "string" ? said.name : "";
    const call = this.#find(value, name, whole);
    if (custom || value.type === "custom") call.custom = true;
    if (name !== "" && call.index === undefined && name !== call.name) call.name += name;
    call.proof ??= proofOf(value);
    this.#append(call, custom ? custom.input : said.arguments);
  }

  /** The old form: one call, without id. */
  readLegacy(value: JsonObject): void {
    const call = this.#calls[0] ?? this.#add(undefined, "");
    if (typeof value.name === "string" && call.index === undefined && value.name !== call.name) call.name += value.name;
    this.#append(call, value.arguments);
  }

  /** Proofs that came beside the calls. */
  prove(callId: string, proof: Proof): void {
    const call = this.#calls.find(({ vendorId }) => vendorId === callId);
    if (call) call.proof ??= proof;
  }

  /** Something that is no tool call follows. */
  settle(): void {
    for (const call of this.#calls) if (call.index === undefined && call.name !== "") this.#start(call);
  }

  /** Every call that was begun, closed. */
  close(): void {
    this.settle();
    for (const { index } of this.#calls) if (index !== undefined) this.#sink.emit({ type: "block-end", index });
  }

  #find(value: JsonObject, name: string, whole: boolean): Call {
    const slot = slotOf(value.index);
    const vendorId = typeof value.id === "string" ? value.id : "";
    const call = whole ? undefined : callOf(this.#calls, { slot, vendorId, name });
    if (!call) return this.#add(slot, vendorId);
    if (call.vendorId === "" && vendorId !== "" && !call.told) {
      call.vendorId = vendorId;
      call.id = this.#freeId(vendorId);
    }
    return call;
  }

  #add(slot: number | undefined, vendorId: string): Call {
    for (const call of this.#calls) if (call.index === undefined && call.name !== "") this.#start(call);
    const call: Call = { slot, vendorId, id: this.#freeId(vendorId), name: "", custom: false, pending: "", written: "", told: false };
    this.#calls.push(call);
    return call;
  }

  /** Two calls under one id could not be answered. */
  #freeId(vendorId: string): string {
    const isFree = vendorId !== "" && !this.#calls.some(({ id }) => id === vendorId);
    return isFree ? vendorId : `call_${randomBytes(12).toString("hex")}`;
  }

  #append(call: Call, value: Json | undefined): void {
    const written = piecesOf(value);
    if (written === "") return;
    call.written += written;
    if (call.index === undefined && call.name === "") {
      call.pending += written;
      return;
    }
    const index = call.index ?? this.#start(call);
    this.#sink.emit({ type: "tool-delta", index, arguments: written });
  }

  #start(call: Call): number {
    const index = (call.index = this.#sink.open());
    call.told = true;
    const { id, custom, proof, pending } = call;
    this.#sink.emit({ type: "tool-start", index, id, name: this.#sink.restore(call.name), ...(custom && { custom }), ...(proof && { proof }) });
    if (pending !== "") this.#sink.emit({ type: "tool-delta", index, arguments: pending });
    return index;
  }
}

function proofOf({ extra_content: extra }: JsonObject): Proof | undefined {
  const google = isObject(extra) && isObject(extra.google) ? extra.google : {};
  return typeof google.thought_signature === "string" && google.thought_signature !== "" ? { family: "gemini", value: google.thought_signature } : undefined;
}
