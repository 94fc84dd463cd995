import type { Json, JsonObject } from "#relay/canonical/request.ts";
import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { findError } from "#relay/dialects/openai-kit/facts.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

const NOTHING: readonly Buffer[] = [];
const BODY_BYTES_MAX = 64 * 1024 * 1024;
/** Where an event's type is looked for before the event is parsed: pictures are megabytes of text. */
const HEAD_BYTES = 256;
const TYPE = /"type"\s*:\s*"([\w.]{1,80})"/;

export type TypedShape = Readonly<{
  /** An event that brings part of the answer. */
  isContent(type: string): boolean;
  /** An event with which the answer, or one of several, is whole. */
  isLast(type: string): boolean;
  /** Reads an event that is not simply content. `made` = whole answers so far, this one included. @returns whether the stream is complete */
  takeLast(event: JsonObject, facts: MediaFacts, options: PassOptions, made: number): boolean;
  /** Part of an answer has come: what it costs if no more follows. */
  takeFirst?(facts: MediaFacts, options: PassOptions): void;
  /** A whole reply, sent although a stream was asked for, as the events of one. @throws RelayError */
  burst(body: Buffer, facts: MediaFacts, options: PassOptions): Buffer;
  /** What clients of this kind wait for behind the last event. */
  trailer: string;
}>;

/**
 * Lets a stream of typed events (pictures in the making, transcripts, sound in events) pass as bytes. The events that
 * make it whole are withheld until the charge is durable.
 */
export class TypedPassStream implements PassStream {
  readonly facts = new MediaFacts();
  readonly #options: PassOptions;
  readonly #shape: TypedShape;
  readonly #splitter = new SseSplitter();
  #body: Buffer[] | undefined;
  #bodyBytes = 0;
  #begun = false;
  #made = 0;
  #withheld: Buffer[] = [];

  constructor(options: PassOptions, shape: TypedShape) {
    this.#options = options;
    this.#shape = shape;
  }

  push(chunk: Buffer): readonly Buffer[] {
    if (!this.#begun) {
      const first = firstByte(chunk);
      if (first === undefined) return NOTHING;
      this.#begun = true;
      if (first === 60) throw bad("The upstream answered with a page.");
      if (first === 123) this.#body = [];
    }
    if (this.#body) {
      this.#body.push(chunk);
      this.#bodyBytes += chunk.length;
      if (this.#bodyBytes > BODY_BYTES_MAX) throw bad("The upstream's reply is too large.");
      return NOTHING;
    }
    return this.#splitter.push(chunk) ? this.#pass() : NOTHING;
  }

  end(): readonly Buffer[] {
    if (this.#body) {
      const events = this.#shape.burst(Buffer.concat(this.#body, this.#bodyBytes), this.facts, this.#options);
      if (!this.facts.error) this.#withheld.push(events);
      return NOTHING;
    }
    const out = this.#splitter.flush() ? this.#pass() : NOTHING;
    if (this.#made > 0 && !this.facts.error) this.facts.complete = true;
    return out;
  }

  tail(): Buffer {
    return Buffer.concat([...this.#withheld, Buffer.from(this.#shape.trailer)]);
  }

  #pass(): readonly Buffer[] {
    const { buffer, ends } = this.#splitter, { facts } = this;
    const out: Buffer[] = [];
    let start = 0;
    for (const end of ends) {
      const event = buffer.subarray(start, end), data = eventData(buffer, start, end);
      start = end;
      if (facts.error || facts.complete) break;
      if (data !== undefined && data.length > 0) this.#look(event, data, out);
      else if (this.#withheld.length === 0) out.push(event);
    }
    return out;
  }

  #look(event: Buffer, data: Buffer, out: Buffer[]): void {
    const { facts } = this, shape = this.#shape;
    if (data.toString("latin1", 0, 6) === "[DONE]") {
      if (this.#made > 0) facts.complete = true;
      return;
    }
    const type = TYPE.exec(data.toString("latin1", 0, HEAD_BYTES))?.[1];
    if (type !== undefined && shape.isContent(type)) {
      if (!facts.content) shape.takeFirst?.(facts, this.#options);
      facts.content = true;
      out.push(...this.#withheld.splice(0), event);
      return;
    }
    const wire = parsed(data);
    const error = findError({ ...wire, data: [] });
    if (error) facts.error = error;
    else if (shape.isLast(type ?? String(wire.type))) this.#last(event, wire, out);
    else out.push(...this.#withheld.splice(0), event);
  }

  #last(event: Buffer, wire: JsonObject, out: Buffer[]): void {
    const { facts } = this;
    facts.content = true;
    this.#made += 1;
    out.push(...this.#withheld.splice(0));
    this.#withheld = [closed(event)];
    if (this.#shape.takeLast(wire, facts, this.#options, this.#made)) facts.complete = true;
  }
}

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

function firstByte(chunk: Buffer): number | undefined {
  for (const byte of chunk) if (byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13) return byte;
  return undefined;
}

function parsed(data: Buffer): JsonObject {
  try {
    const value = JSON.parse(data.toString("utf8")) as Json;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (cause) {
    throw new RelayError("bad_upstream_response", "The upstream sent an event that is not JSON.", { cause });
  }
  throw bad("The upstream sent an event that is no object.");
}

/** The event with one blank line at its end, whatever of it has come. */
function closed(event: Buffer): Buffer {
  let end = event.length;
  while (end > 0 && (event[end - 1] === 10 || event[end - 1] === 13)) end--;
  return Buffer.concat([event.subarray(0, end), Buffer.from("\n\n")]);
}

/** One event as OpenAI writes it. */
export const typedEvent = (wire: Readonly<Record<string, unknown>> & Readonly<{ type: string }>): string => `event: ${wire.type}\ndata: ${JSON.stringify(wire)}\n\n`;
