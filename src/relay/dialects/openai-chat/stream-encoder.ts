import type { ReplyOptions, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { annotationOf, imageOf, replyId, signatureOf, tokensOf } from "#relay/dialects/openai-chat/encode-reply.ts";
import { encodeDetails, encodeOtherProof } from "#relay/dialects/openai-chat/reasoning-details.ts";
import { finishWord } from "#relay/dialects/openai-kit/finish-word.ts";
import { chatUsage } from "#relay/dialects/openai-kit/usage-wire.ts";
import type { Usage } from "#money/usage.ts";
import { tierOf } from "#relay/dialects/openai-chat/service-tier.ts";

type Told = { text: string; summary: boolean };
type Call = { number: number; custom: boolean };

/** Writes an answer as the chunks of OpenAI's chat stream. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #options: ReplyOptions;
  readonly #legacy: boolean;
  #created: number;
  #choice = 0;
  /** Calls are counted per choice, from 0. */
  readonly #calls = new Map<number, Call>();
  readonly #callsOf = new Map<number, number>();
  /** Reasoning is told again, whole, together with its proof. */
  readonly #reasoning = new Map<number, Told>();
  readonly #greeted = new Set<number>();
  readonly #finished = new Set<number>();
  #usage: Usage | undefined;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#legacy = options.request.legacyFunctions === true;
    this.#created = options.createdAt;
  }

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case "start":
        this.#created = event.created ?? this.#created;
        this.#usage = event.usage;
        return this.#greet();
      case "text-delta":
        return this.#delta({ content: event.text });
      case "refusal-delta":
        return this.#delta({ refusal: event.text });
      case "reasoning-delta":
        return this.#reason(event.index, event.text, event.summary === true);
      case "reasoning-proof": {
        const told = this.#reasoning.get(event.index) ?? { text: "", summary: false };
        return this.#details(encodeDetails({ ...told, ...event }));
      }
      case "text-proof":
        return this.#details([encodeOtherProof(event.proof, event.index)]);
      case "tool-start":
        return this.#call(event);
      case "tool-delta":
        return this.#goOn(event.index, event.arguments);
      case "image":
        return event.partial ? "" : this.#delta({ images: [imageOf(event.mime, event.base64)] });
      case "audio-delta":
        return this.#audio(event);
      case "citation": {
        const annotations = annotationOf(event.citation);
        return annotations.length === 0 ? "" : this.#delta({ annotations });
      }
      case "logprobs":
        return this.#chunk([{ index: this.#choice, delta: {}, logprobs: { content: tokensOf(event.raw), refusal: null }, finish_reason: null }]);
      case "usage":
        this.#usage = event.usage;
        return "";
      case "candidate":
        this.#choice = event.number;
        return this.#greet() + (event.finish === undefined ? "" : this.#finish(event.number, finishWord(event.finish, this.#legacy)));
      case "end":
        return this.#end(event);
      default:
        return "";
    }
  }

  tail(): string {
    return "data: [DONE]\n\n";
  }

  #greet(): string {
    if (this.#greeted.has(this.#choice)) return "";
    this.#greeted.add(this.#choice);
    return this.#delta({ role: "assistant", content: "" });
  }

  #reason(index: number, text: string, summary: boolean): string {
    const told = this.#reasoning.get(index) ?? { text: "", summary: false };
    this.#reasoning.set(index, { text: told.text + text, summary: told.summary || summary });
    return this.#delta({ reasoning_content: text });
  }

  #details(details: readonly JsonObject[]): string {
    return details.length === 0 ? "" : this.#delta({ reasoning_details: details });
  }

  #call({ index, id, name, custom, proof }: Extract<CanonicalEvent, { type: "tool-start" }>): string {
    const number = this.#callsOf.get(this.#choice) ?? 0;
    this.#callsOf.set(this.#choice, number + 1);
    this.#calls.set(index, { number, custom: custom === true });
    if (this.#legacy) return number === 0 ? this.#delta({ function_call: { name, arguments: "" } }) : "";
    const proven = proof && proof.family !== "gemini" ? this.#details([encodeOtherProof(proof, index, id)]) : "";
    const said: JsonObject = custom ? { type: "custom", custom: { name, input: "" } } : { type: "function", function: { name, arguments: "" }, ...signatureOf(proof) };
    return this.#delta({ tool_calls: [{ index: number, id, ...said }] }) + proven;
  }

  #goOn(index: number, written: string): string {
    const call = this.#calls.get(index);
    if (!call || written === "") return "";
    if (this.#legacy) return call.number === 0 ? this.#delta({ function_call: { arguments: written } }) : "";
    return this.#delta({ tool_calls: [{ index: call.number, ...(call.custom ? { custom: { input: written } } : { function: { arguments: written } }) }] });
  }

  #audio({ id, base64, transcript, expiresAt }: Extract<CanonicalEvent, { type: "audio-delta" }>): string {
    return this.#delta({ audio: { ...(id !== undefined && { id }), ...(base64 !== undefined && { data: base64 }), ...(transcript !== undefined && { transcript }), ...(expiresAt !== undefined && { expires_at: expiresAt }) } });
  }

  #end({ finish, usage }: Extract<CanonicalEvent, { type: "end" }>): string {
    this.#usage = usage ?? this.#usage;
    const last = this.#finished.has(0) ? "" : this.#finish(0, finishWord(finish, this.#legacy));
    const { includeUsage } = this.#options;
    return last + (includeUsage && this.#usage ? this.#chunk([], chatUsage(this.#usage)) : "");
  }

  #finish(choice: number, word: string): string {
    this.#finished.add(choice);
    return this.#chunk([{ index: choice, delta: {}, logprobs: null, finish_reason: word }]);
  }

  #delta(delta: JsonObject): string {
    return this.#chunk([{ index: this.#choice, delta, logprobs: null, finish_reason: null }]);
  }

  #chunk(choices: readonly JsonObject[], usage: Json = null): string {
    const { requestId, model, includeUsage } = this.#options;
    return `data: ${JSON.stringify({
      id: replyId(requestId), object: "chat.completion.chunk", created: this.#created, model, ...tierOf(this.#usage),
      choices, ...(includeUsage && { usage }),
    })}\n\n`;
  }
}
