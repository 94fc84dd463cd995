import type { ReplyOptions, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { Citation, Json } from "#relay/canonical/request.ts";
import type { Usage } from "#money/usage.ts";
import { encodeFinish } from "#relay/dialects/gemini/finish.ts";
import { encodeGrounding } from "#relay/dialects/gemini/grounding.ts";
import { encodeLogprobs } from "#relay/dialects/gemini/logprobs.ts";
import { packSignature, type Carried } from "#relay/dialects/gemini/proof.ts";
import { encodeUsage } from "#relay/dialects/gemini/usage.ts";
import { isWire, parseJson, type Wire } from "#relay/dialects/gemini/wire.ts";

/** The mark of sound without a container, as the vendor's own models send it. */
const SOUND = "audio/L16;codec=pcm;rate=24000";
const SOUND_BY_FORMAT: Readonly<Record<string, string>> = { mp3: "audio/mp3", wav: "audio/wav", opus: "audio/ogg", flac: "audio/flac", aac: "audio/aac" };

type Candidate = { number: number; text: string; citations: Citation[]; logprobs: Json[]; finish: FinishReason | undefined };
type Call = { name: string; id: string; text: string; custom: boolean; carried: Carried };

/** Turns events into parts of candidates: what is common to streams and whole replies. */
class PartWriter {
  readonly candidates = new Map<number, Candidate>();
  usage: Usage | undefined;
  end: (CanonicalEvent & { type: "end" }) | undefined;
  id: string;
  readonly #options: ReplyOptions;
  readonly #showsThoughts: boolean;
  readonly #calls = new Map<number, Call>();
  readonly #hidden = new Map<number, string>();
  #number = 0;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.id = options.requestId;
    const { reasoning } = options.request;
    this.#showsThoughts = reasoning !== undefined && reasoning.expose !== "none";
  }

  get current(): Candidate {
    let candidate = this.candidates.get(this.#number);
    if (!candidate) this.candidates.set(this.#number, (candidate = { number: this.#number, text: "", citations: [], logprobs: [], finish: undefined }));
    return candidate;
  }

  /** The parts that an event makes for the current candidate. */
  take(event: CanonicalEvent): readonly Wire[] {
    switch (event.type) {
      case "start":
        if (event.id !== "") this.id = event.id;
        this.usage = event.usage ?? this.usage;
        return NOTHING;
      case "text-delta":
      case "refusal-delta":
        this.current.text += event.text;
        return event.text === "" ? NOTHING : [{ text: event.text }];
      case "text-proof":
        return [{ text: "", thoughtSignature: packSignature({ proof: event.proof }) }];
      case "reasoning-delta":
        return this.#thought(event.index, event.text);
      case "reasoning-proof":
        return [this.#thoughtProof(event)];
      case "tool-start":
        this.#calls.set(event.index, { name: event.name, id: event.id, text: "", custom: event.custom === true, carried: event.proof ? { proof: event.proof } : {} });
        return NOTHING;
      case "tool-delta": {
        const call = this.#calls.get(event.index);
        if (call) call.text += event.arguments;
        return NOTHING;
      }
      case "block-end":
        return this.#called(event.index);
      case "image":
        return event.partial ? NOTHING : [{ inlineData: { mimeType: event.mime, data: event.base64 } }];
      case "audio-delta":
        return this.#sound(event);
      case "server-tool":
        return isWire(event.raw) && OWN_PARTS.some((name) => name in (event.raw as Wire)) ? [event.raw] : NOTHING;
      default:
        this.#note(event);
        return NOTHING;
    }
  }

  #note(event: CanonicalEvent): void {
    if (event.type === "citation") this.current.citations.push(event.citation);
    else if (event.type === "logprobs") this.current.logprobs.push(event.raw);
    else if (event.type === "usage") this.usage = event.usage;
    else if (event.type === "candidate") {
      this.#number = event.number;
      if (event.finish !== undefined) this.current.finish = event.finish;
    } else if (event.type === "end") {
      this.end = event;
      this.usage = event.usage ?? this.usage;
    }
  }

  /** Thoughts are shown to those who asked for them; for others they are kept for the signature to carry. */
  #thought(index: number, text: string): readonly Wire[] {
    if (this.#showsThoughts) return text === "" ? NOTHING : [{ text, thought: true }];
    this.#hidden.set(index, (this.#hidden.get(index) ?? "") + text);
    return NOTHING;
  }

  #thoughtProof({ index, proof, redacted, id }: CanonicalEvent & { type: "reasoning-proof" }): Wire {
    const text = this.#hidden.get(index);
    const carried: Carried = {
      ...(proof ? { proof } : {}), ...(redacted === undefined ? {} : { redacted }), ...(id === undefined ? {} : { id }), ...(text ? { text } : {}),
    };
    return { text: "", thought: true, thoughtSignature: packSignature(carried) };
  }

  #called(index: number): readonly Wire[] {
    const call = this.#calls.get(index);
    if (!call) return NOTHING;
    this.#calls.delete(index);
    const args = call.custom ? { input: call.text } : call.text.trim() === "" ? {} : parseJson(call.text);
    const { proof } = call.carried;
    return [{
      functionCall: { id: call.id, name: call.name, args: isWire(args) ? args : { _raw: call.text } },
      ...(proof ? { thoughtSignature: packSignature({ proof }) } : {}),
    }];
  }

  #sound({ base64, transcript }: CanonicalEvent & { type: "audio-delta" }): readonly Wire[] {
    const mimeType = SOUND_BY_FORMAT[this.#options.request.audioOut?.format ?? ""] ?? SOUND;
    return [...(base64 ? [{ inlineData: { mimeType, data: base64 } }] : []), ...(transcript ? [{ text: transcript }] : [])];
  }

  /** What stands in an object of the reply beside its candidates. */
  frame(usage: boolean): Wire {
    return {
      ...(usage && this.usage ? { usageMetadata: encodeUsage(this.usage) } : {}),
      modelVersion: this.#options.model,
      responseId: this.id,
    };
  }

  /** The last members of a candidate. */
  closing({ number, text, citations, logprobs, finish }: Candidate): Wire {
    const grounding = encodeGrounding(citations, text);
    const figures = encodeLogprobs(logprobs);
    return {
      finishReason: this.#native(number, finish),
      index: number,
      ...(grounding ? { groundingMetadata: grounding } : {}),
      ...(figures ? { logprobsResult: figures } : {}),
    };
  }

  #native(number: number, finish: FinishReason | undefined): string {
    if (number !== 0 || !this.end) return encodeFinish(finish ?? this.end?.finish ?? "stop");
    return encodeFinish(this.end.finish);
  }
}

const NOTHING: readonly Wire[] = [];
const OWN_PARTS = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"] as const;

/** A stream in Gemini's form: an event for every object, the last one, with finish and usage, withheld. */
export class GeminiStreamEncoder implements StreamEncoder {
  readonly #writer: PartWriter;

  constructor(options: ReplyOptions) {
    this.#writer = new PartWriter(options);
  }

  push(event: CanonicalEvent): string {
    const parts = this.#writer.take(event);
    if (parts.length === 0) return "";
    return eventOf({ candidates: [{ content: { parts, role: "model" }, index: this.#writer.current.number }], ...this.#writer.frame(true) });
  }

  tail(): string {
    const writer = this.#writer;
    if (writer.candidates.size === 0) void writer.current;
    const candidates = [...writer.candidates.values()].map((candidate) => ({ content: { parts: [{ text: "" }], role: "model" }, ...writer.closing(candidate) }));
    return eventOf({ candidates, ...writer.frame(true) });
  }
}

const eventOf = (value: Wire): string => `data: ${JSON.stringify(value)}\n\n`;

/** A whole reply. Neighbouring pieces of one text are one part. */
export function encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): Wire {
  const writer = new PartWriter(options);
  const parts = new Map<number, Wire[]>();
  /** What the last part of each candidate was made of. */
  const sources = new Map<number, string | undefined>();
  for (const event of events) {
    const made = writer.take(event);
    const block = "index" in event ? `${event.type}:${event.index}` : undefined;
    for (const part of made) {
      const { number } = writer.current;
      const open = sources.get(number);
      const list = parts.get(number) ?? [];
      parts.set(number, list);
      const last = list.at(-1);
      if (last && block === open && typeof part.text === "string" && typeof last.text === "string") list[list.length - 1] = { ...last, text: last.text + part.text };
      else if (last && part.text === "" && part.thoughtSignature !== undefined && signs(event, last, open)) list[list.length - 1] = { ...last, thoughtSignature: part.thoughtSignature };
      else list.push(part);
      sources.set(number, block);
    }
  }
  if (writer.candidates.size === 0) void writer.current;
  return {
    candidates: [...writer.candidates.values()].toSorted((a, b) => a.number - b.number)
      .map((candidate) => ({ content: { parts: parts.get(candidate.number) ?? [], role: "model" }, ...writer.closing(candidate) })),
    ...writer.frame(true),
  };
}

/** A proof belongs to the part just written where that is of the same block. */
function signs(event: CanonicalEvent, last: Wire, open: string | undefined): boolean {
  if (last.thoughtSignature !== undefined) return false;
  if (event.type === "text-proof") return open === `text-delta:${event.index}`;
  return event.type === "reasoning-proof" && open === `reasoning-delta:${event.index}`;
}
