import type { DecoderOptions, StreamDecoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { ObjectStream } from "#relay/dialects/gemini/object-stream.ts";
import { ReplyReader } from "#relay/dialects/gemini/reply-reader.ts";
import { isWire, parseJson } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { looksLikeEvents } from "#relay/http/sse.ts";

/** Reads a stream of replies, be it events or an array. */
export class GeminiStreamDecoder implements StreamDecoder {
  readonly #stream = new ObjectStream();
  readonly #reader: ReplyReader;
  readonly #eofIsEnd: boolean;

  constructor({ flags, restore }: DecoderOptions) {
    this.#reader = new ReplyReader(restore);
    this.#eofIsEnd = flags.eofIsEnd;
  }

  push(chunk: Buffer): readonly CanonicalEvent[] {
    return this.#stream.push(chunk).flatMap((piece) => {
      if (piece.data) return this.#taken(piece.value);
      // A comment is a sign of life.
      return piece.raw[0] === COLON ? [{ type: "ping" } as const] : [];
    });
  }

  end(): readonly CanonicalEvent[] {
    return [...this.#stream.end().flatMap(({ value }) => this.#taken(value)), ...this.#reader.finish(this.#eofIsEnd)];
  }

  /** Errors come as an array of one, too. */
  #taken(value: unknown): readonly CanonicalEvent[] {
    return Array.isArray(value) ? value.flatMap((element) => this.#reader.take(element)) : this.#reader.take(value);
  }
}

const COLON = 58;
const ANSWER_KEYS = ["candidates", "promptFeedback", "error", "usageMetadata"] as const;

/** A whole reply, or the parts of a stream that came instead, as events. @throws RelayError bad_upstream_response */
export function decodeReply(body: Buffer, options: DecoderOptions): readonly CanonicalEvent[] {
  if (looksLikeEvents(body)) {
    const decoder = new GeminiStreamDecoder(options);
    return [...decoder.push(body), ...decoder.end()];
  }
  const replies = readReplies(body);
  const reader = new ReplyReader(options.restore);
  return [...replies.flatMap((reply) => reader.take(reply)), ...reader.finish(options.flags.eofIsEnd)];
}

/** The objects of a whole body. @throws RelayError bad_upstream_response when there is neither answer nor error in it */
export function readReplies(body: Buffer): readonly Readonly<Record<string, unknown>>[] {
  const value = parseJson(body.toString("utf8"));
  const replies = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isWire);
  if (!replies.some((reply) => ANSWER_KEYS.some((key) => reply[key] !== undefined))) {
    throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
  }
  return replies;
}
