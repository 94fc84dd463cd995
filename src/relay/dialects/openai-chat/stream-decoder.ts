import type { DecoderOptions, StreamDecoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { ChunkReader } from "#relay/dialects/openai-chat/chunk-reader.ts";
import { isObject } from "#relay/dialects/openai-kit/fields.ts";
import { RelayError } from "#relay/errors.ts";
import { DONE, eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RepeatedEvent } from "#relay/dialects/stream-kit/repeated-event.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

/** Where the text of a piece stands. */
const TEXT_KEYS = ["content"], THOUGHT_KEYS = ["reasoning_content", "reasoning", "reasoning_text"];

/** Reads the stream of an OpenAI-shaped vendor. */
export class ChatStreamDecoder implements StreamDecoder {
  readonly #splitter = new SseSplitter();
  readonly #reader: ChunkReader;
  readonly #repeated = new RepeatedEvent();
  readonly #eofIsEnd: boolean;

  constructor(options: DecoderOptions) {
    this.#reader = new ChunkReader(options);
    this.#eofIsEnd = options.flags.eofIsEnd;
  }

  push(chunk: Buffer): readonly CanonicalEvent[] {
    if (this.#splitter.push(chunk) && this.#readEvents()) this.#reader.end();
    return this.#reader.taken();
  }

  end(): readonly CanonicalEvent[] {
    const reader = this.#reader;
    const done = this.#splitter.flush() && this.#readEvents(true);
    if (done || reader.finished || (this.#eofIsEnd && reader.content)) reader.end();
    else reader.tellRest();
    return reader.taken();
  }

  /** Usage may stand behind `[DONE]`: what came with it is read before the end is told. @returns whether it came */
  #readEvents(unfinished = false): boolean {
    const { buffer, ends } = this.#splitter;
    let start = 0, done = false;
    for (const end of ends) {
      const text = this.#repeated.text(buffer, start, end);
      if (text === undefined) done = this.#readEvent(buffer, start, end, unfinished) || done;
      else this.#reader.more(text);
      start = end;
    }
    return done;
  }

  /** @returns whether it says that all has been said */
  #readEvent(buffer: Buffer, start: number, end: number, unfinished: boolean): boolean {
    const data = eventData(buffer, start, end);
    if (data === undefined) {
      if (buffer[start] === 0x3a) this.#reader.ping();
      return false;
    }
    if (data.length === 0) return false;
    this.#repeated.forget();
    const events = this.#reader.events;
    const done = this.#readData(data, unfinished);
    const said = this.#reader.onlyPiece(events);
    if (said) this.#repeated.learn(buffer, start, end, said.type === "text-delta" ? TEXT_KEYS : THOUGHT_KEYS, said.text);
    return done;
  }

  /** @returns whether it says that all has been said */
  #readData(data: Buffer, unfinished: boolean): boolean {
    const values = eventValues(data);
    if (!values && !unfinished) throw new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.");
    for (const wire of objectsOf<JsonObject>(values ?? [])) this.#reader.read(wire);
    return values?.includes(DONE) === true;
  }
}

/** A whole reply as events. @throws RelayError bad_upstream_response when it is none */
export function decodeReply(body: Buffer, options: DecoderOptions): readonly CanonicalEvent[] {
  const wire = parse(body);
  if (!wire) throw new RelayError("bad_upstream_response", "The upstream's reply is not JSON.");
  const reader = new ChunkReader(options);
  reader.read(wire, true);
  if (!reader.over && !Array.isArray(wire.choices)) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
  reader.end();
  return reader.taken();
}

function parse(bytes: Buffer): JsonObject | undefined {
  try {
    const value = JSON.parse(bytes.toString("utf8")) as Json;
    return isObject(value) ? value : Array.isArray(value) && isObject(value[0]) ? value[0] : undefined;
  } catch {
    return undefined;
  }
}
