import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { GeminiFacts } from "#relay/dialects/gemini/facts.ts";
import { renamed } from "#relay/dialects/gemini/model-version.ts";
import { ObjectStream, type StreamPiece } from "#relay/dialects/gemini/object-stream.ts";
import { isWire } from "#relay/dialects/gemini/wire.ts";

const EMPTY = Buffer.alloc(0);
const DATA = Buffer.from("data: ");
const END = Buffer.from("\n\n");

/**
 * Lets a stream pass, event for event. The form has no terminal event: what says how the answer ended is held until
 * something follows it (some models say STOP in every event) or the bytes have ended, when it waits for the money.
 * Changed is the model's name alone. An array, or a lone object, from a vendor that makes no events becomes events.
 */
export class GeminiPassStream implements PassStream {
  readonly facts = new GeminiFacts();
  readonly #options: PassOptions;
  readonly #stream = new ObjectStream();
  #held: Buffer[] = [];

  constructor(options: PassOptions) {
    this.#options = options;
  }

  /** @throws RelayError bad_upstream_response when what comes is neither events nor objects, or too large */
  push(chunk: Buffer): readonly Buffer[] {
    return this.#passed(this.#stream.push(chunk));
  }

  end(): readonly Buffer[] {
    const out = this.#passed(this.#stream.end());
    const { facts } = this;
    if (!facts.error && (facts.finish !== undefined || (this.#options.flags.eofIsEnd && facts.content))) facts.complete = true;
    return out;
  }

  tail(): Buffer {
    return this.#held.length === 0 ? EMPTY : Buffer.concat(this.#held);
  }

  #passed(pieces: readonly StreamPiece[]): readonly Buffer[] {
    const out: Buffer[] = [];
    for (const piece of pieces) {
      if (this.facts.error) break;
      if (piece.data === undefined) {
        // A comment, or a line end left over: it keeps its place behind what is held.
        if (this.#held.length > 0) this.#held.push(piece.raw);
        else out.push(piece.raw);
        continue;
      }
      for (const value of Array.isArray(piece.value) ? (piece.value as readonly unknown[]) : [piece.value]) this.facts.take(value);
      if (this.facts.error) break;
      out.push(...this.#held);
      this.#held = [];
      const bytes = this.#bytesOf(piece);
      if (this.#endsAnswer(piece.value)) this.#held.push(bytes);
      else out.push(bytes);
    }
    return out;
  }

  #endsAnswer(value: unknown): boolean {
    if (!isWire(value)) return false;
    return isWire(value.promptFeedback) || (Array.isArray(value.candidates) && value.candidates.some((candidate) => isWire(candidate) && candidate.finishReason !== undefined));
  }

  #bytesOf({ raw, value }: StreamPiece): Buffer {
    const { publicModel, rewriteModel } = this.#options;
    const named = rewriteModel ? renamed(raw, value, publicModel) : raw;
    if (this.#stream.isEvents) return named;
    // One line to an event: a line break inside JSON stands only between its tokens.
    return Buffer.concat([DATA, Buffer.from(JSON.stringify(JSON.parse(named.toString("utf8")))), END]);
  }
}
