import type { CanonicalEvent, FinishReason, VendorError } from "#relay/canonical/events.ts";
import { finishOf, nativeFinish } from "#relay/dialects/gemini/finish.ts";
import { citationsOf, quotationsOf, searchesOf } from "#relay/dialects/gemini/grounding.ts";
import { readLogprobs } from "#relay/dialects/gemini/logprobs.ts";
import { PartialArgs } from "#relay/dialects/gemini/partial-args.ts";
import { unpackSignature } from "#relay/dialects/gemini/proof.ts";
import { laterUsage, normaliseUsage } from "#relay/dialects/gemini/usage.ts";
import { readError } from "#relay/dialects/gemini/vendor-error.ts";
import { newCallId } from "#relay/dialects/stream-kit/call-id.ts";
import { isWire, jsonOf, parseJson, textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

type Kind = "text" | "reasoning";
type Answer = {
  readonly number: number;
  open: { kind: Kind; index: number; proven: boolean } | undefined;
  text: string;
  /** Last text block, which citations belong to. */
  textIndex: number | undefined;
  calls: boolean;
  call: { readonly index: number; readonly args: PartialArgs } | undefined;
  /** Blocks that may go on: of a tool that the vendor runs, of sound. */
  server: number | undefined;
  sound: number | undefined;
  native: string | undefined;
  grounding: unknown;
  /** What was quoted from. */
  quoted: unknown;
};

/**
 * Makes events of the objects of a reply, one after another: a stream has many, a whole reply one. The answer's end is
 * known only when the reply's bytes have ended, as some models say STOP in every chunk.
 */
export class ReplyReader {
  #events: CanonicalEvent[] = [];
  readonly #restore: (word: string) => string;
  readonly #answers = new Map<number, Answer>();
  #current = 0;
  #index = 0;
  #started = false;
  #over = false;
  #usage: Wire | undefined;
  #blocked: string | undefined;
  #model: string | undefined;

  constructor(restore: (word: string) => string = (word) => word) {
    this.#restore = restore;
  }

  /** The events of one more object. */
  take(reply: unknown): readonly CanonicalEvent[] {
    this.#events = [];
    if (this.#over || !isWire(reply)) return [];
    if (reply.error !== undefined && reply.error !== null) {
      this.#fail(readError(reply.error));
      return this.#events;
    }
    this.#start(reply);
    for (const candidate of wiresOf(reply.candidates)) this.#candidate(candidate);
    if (isWire(reply.usageMetadata)) {
      this.#usage = laterUsage(this.#usage, reply.usageMetadata);
      this.#events.push({ type: "usage", ...this.#usageNow() });
    }
    this.#blocked ??= blockOf(reply.promptFeedback);
    return this.#events;
  }

  /** The bytes have ended: what was open is closed, and the end told if the vendor has told it. */
  finish(eofIsEnd: boolean): readonly CanonicalEvent[] {
    this.#events = [];
    if (this.#over) return [];
    const first = this.#answers.get(0) ?? [...this.#answers.values()][0];
    const native = first?.native ?? this.#blocked ?? (eofIsEnd && first ? "STOP" : undefined);
    if (!this.#started || native === undefined) return [];
    const blocked = first?.native === undefined && this.#blocked !== undefined;
    const finish: FinishReason = blocked ? "content-filter" : finishOf(native, first?.calls ?? false);
    if (finish === "error") {
      this.#fail({ status: 502, code: native, message: "The model made a tool call that cannot be read." });
      return this.#events;
    }
    for (const answer of this.#answers.values()) this.#finishAnswer(answer);
    this.#over = true;
    this.#events.push({ type: "end", finish, native, ...(this.#usage ? { usage: this.#usageNow().usage } : {}), ...(blocked ? { blocked } : {}) });
    return this.#events;
  }

  #finishAnswer(answer: Answer): void {
    const several = this.#answers.size > 1;
    const citations = [...citationsOf(answer.grounding, answer.text), ...quotationsOf(answer.quoted, answer.text)];
    if (several && (answer.open || answer.call || citations.length > 0)) this.#turnTo(answer);
    const { textIndex: index } = answer;
    if (index !== undefined) for (const citation of citations) this.#events.push({ type: "citation", index, citation });
    this.#close(answer);
    if (several) this.#events.push({ type: "candidate", number: answer.number, finish: finishOf(answer.native ?? "STOP", answer.calls) });
  }

  #fail(error: VendorError): void {
    if (!this.#started) this.#start({});
    this.#over = true;
    this.#events.push({ type: "error", error });
  }

  #start(reply: Wire): void {
    this.#model ??= textOf(reply.modelVersion);
    if (this.#started) return;
    this.#started = true;
    const created = typeof reply.createTime === "string" ? Math.floor(Date.parse(reply.createTime) / 1000) : Number.NaN;
    this.#events.push({
      type: "start", id: textOf(reply.responseId) ?? "", model: this.#model ?? "", ...(created > 0 ? { created } : {}),
    });
  }

  #usageNow(): ReturnType<typeof normaliseUsage> {
    const { usage, inconsistent } = normaliseUsage(this.#usage);
    let searches = 0;
    for (const { grounding } of this.#answers.values()) searches += searchesOf(grounding, this.#model);
    return { usage: searches > 0 ? { ...usage, items: { web_search: searches } } : usage, inconsistent };
  }

  #turnTo(answer: Answer): void {
    if (this.#current === answer.number) return;
    this.#current = answer.number;
    this.#events.push({ type: "candidate", number: answer.number });
  }

  #candidate(candidate: Wire): void {
    const number = typeof candidate.index === "number" ? candidate.index : 0;
    let answer = this.#answers.get(number);
    if (!answer) {
      answer = { number, open: undefined, text: "", textIndex: undefined, calls: false, call: undefined, server: undefined, sound: undefined, native: undefined, grounding: undefined, quoted: undefined };
      this.#answers.set(number, answer);
    }
    this.#turnTo(answer);
    for (const part of wiresOf(wireOf(candidate.content).parts)) this.#part(answer, part);
    const { textIndex: index } = answer;
    if (isWire(candidate.logprobsResult) && index !== undefined) this.#events.push({ type: "logprobs", index, raw: readLogprobs(candidate.logprobsResult) });
    if (isWire(candidate.groundingMetadata)) answer.grounding = { ...wireOf(answer.grounding), ...candidate.groundingMetadata };
    if (isWire(candidate.citationMetadata)) answer.quoted = candidate.citationMetadata;
    answer.native = nativeFinish(candidate.finishReason) ?? answer.native;
  }

  #part(answer: Answer, part: Wire): void {
    const signature = textOf(part.thoughtSignature);
    if (typeof part.text === "string") this.#text(answer, part.thought === true ? "reasoning" : "text", part.text, signature);
    else if (isWire(part.functionCall)) this.#call(answer, part.functionCall, signature);
    else if (isWire(part.inlineData)) this.#media(answer, part.inlineData, part.thought === true);
    else if (SERVER_PARTS.some((name) => isWire(part[name]))) {
      this.#serverTool(answer, part);
    } else if (signature !== undefined) this.#text(answer, "text", "", signature);
  }

  #text(answer: Answer, kind: Kind, text: string, signature: string | undefined): void {
    if (text === "" && signature === undefined) return;
    // A block that was signed is whole: what follows is a block of its own, to be sent back as one.
    if (answer.open?.kind !== kind || answer.call || (answer.open.proven && text !== "")) this.#close(answer);
    answer.open ??= { kind, index: this.#index++, proven: false };
    const { open } = answer;
    if (kind === "text") {
      answer.text += text;
      answer.textIndex = open.index;
    }
    const carried = signature === undefined ? undefined : unpackSignature(signature);
    const said = kind === "reasoning" ? text || (carried?.text ?? "") : text;
    if (kind === "text") this.#events.push({ type: "text-delta", index: open.index, text: said });
    else this.#events.push({ type: "reasoning-delta", index: open.index, text: said, summary: true });
    if (!carried) return;
    open.proven = true;
    const { proof, redacted, id } = carried;
    if (kind === "text" && proof) this.#events.push({ type: "text-proof", index: open.index, proof });
    else if (kind === "reasoning") {
      this.#events.push({
        type: "reasoning-proof", index: open.index,
        ...(proof ? { proof } : {}), ...(redacted === undefined ? {} : { redacted }), ...(id === undefined ? {} : { id }),
      });
    }
  }

  /** A call comes whole, or begins with its name and goes on in pieces until one says no more. */
  #call(answer: Answer, call: Wire, signature: string | undefined): void {
    const name = textOf(call.name);
    if (name !== undefined) {
      this.#close(answer);
      answer.calls = true;
      answer.call = { index: this.#index++, args: new PartialArgs() };
      const id = textOf(call.id);
      const proof = signature === undefined ? undefined : unpackSignature(signature).proof;
      this.#events.push({
        type: "tool-start", index: answer.call.index, name: this.#restore(name), id: id === undefined ? newCallId() : this.#restore(id), ...(proof ? { proof } : {}),
      });
    }
    if (!answer.call) return;
    answer.call.args.take(call.partialArgs);
    const args = typeof call.args === "string" ? parseJson(call.args) : call.args;
    if (isWire(args)) answer.call.args.add(args);
    if (call.willContinue !== true) this.#close(answer);
  }

  /** What a tool of the vendor's own was told and what it answered are the two ends of one block. */
  #serverTool(answer: Answer, part: Wire): void {
    const isEnd = isWire(part.codeExecutionResult) || isWire(part.toolResponse);
    const begun = isEnd ? answer.server : undefined;
    this.#close(answer);
    const index = begun ?? this.#index++;
    answer.server = isEnd ? undefined : index;
    this.#events.push({ type: "server-tool", index, phase: isEnd ? "end" : "start", raw: jsonOf(part) });
  }

  /** Sound that goes on in the next part is one block, an image a block of its own. What is thought of is a draft. */
  #media(answer: Answer, { mimeType, data }: Wire, partial: boolean): void {
    if (typeof data !== "string") return;
    const mime = textOf(mimeType) ?? "image/png";
    const sound = answer.sound;
    this.#close(answer);
    if (mime.startsWith("audio/")) {
      answer.sound = sound ?? this.#index++;
      this.#events.push({ type: "audio-delta", index: answer.sound, base64: data });
    } else this.#events.push({ type: "image", index: this.#index++, mime, base64: data, partial });
  }

  #close(answer: Answer): void {
    const { call } = answer;
    answer.sound = undefined;
    if (call) {
      answer.call = undefined;
      this.#events.push({ type: "tool-delta", index: call.index, arguments: call.args.text }, { type: "block-end", index: call.index });
    }
    if (!answer.open) return;
    this.#events.push({ type: "block-end", index: answer.open.index });
    answer.open = undefined;
  }
}

/** Parts of tools that the vendor runs itself. */
const SERVER_PARTS = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"] as const;

/** Why the prompt was refused, if it was. */
export function blockOf(feedback: unknown): string | undefined {
  const reason = wireOf(feedback).blockReason;
  if (typeof reason === "number") return reason === 0 ? undefined : `BLOCK_REASON_${reason}`;
  const text = textOf(reason);
  return text === "BLOCK_REASON_UNSPECIFIED" ? undefined : text;
}
