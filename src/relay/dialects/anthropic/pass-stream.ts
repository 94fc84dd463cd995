import { plainText } from "#relay/canonical/plain.ts";
import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { AnthropicFacts, TEXT_OF_DELTA } from "#relay/dialects/anthropic/facts.ts";
import { messageEvents } from "#relay/dialects/anthropic/message-events.ts";
import { passBody } from "#relay/dialects/anthropic/pass-body.ts";
import { eventText, MESSAGE_STOP } from "#relay/dialects/anthropic/reply.ts";
import { asWire, parseWire, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { blank, skipString } from "#relay/dialects/openai-kit/content-reader.ts";
import { KeyFinder } from "#relay/dialects/openai-kit/key-finder.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

const NOTHING: readonly Buffer[] = [];
const BODY_BYTES_MAX = 32 * 1024 * 1024;
const QUOTE = 34;
const DELTA = 0;
const MODEL = 1;

type Framing = "unknown" | "events" | "body";
type Edit = Readonly<{ start: number; end: number; bytes: Buffer }>;

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/**
 * Lets a stream of messages pass as bytes and reads facts from the side. Nearly all events are pieces of one block and
 * differ in one text: these are known by how they begin and are not parsed. Changed is the model's name alone; withheld
 * is `message_stop`; dropped is everything from an error on.
 */
export class AnthropicPassStream implements PassStream {
  readonly facts = new AnthropicFacts();
  private readonly options: PassOptions;
  private readonly splitter = new SseSplitter();
  private readonly finder = new KeyFinder(["delta", "model"]);
  private readonly publicName: Buffer;
  private readonly edits: Edit[] = [];
  private framing: Framing = "unknown";
  private held: Buffer[] = [];
  private heldBytes = 0;
  private stop: Buffer | undefined;
  private begun = false;
  /** How the last delta began, up to its text. */
  private head: Buffer | undefined;

  constructor(options: PassOptions) {
    this.options = options;
    this.publicName = Buffer.from(JSON.stringify(options.publicModel));
  }

  /** @throws RelayError bad_upstream_response when what comes is neither events nor JSON, or too large */
  push(chunk: Buffer): readonly Buffer[] {
    if (this.framing === "events") return this.splitter.push(chunk) ? this.pass() : NOTHING;
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.framing === "unknown") this.framing = framingOf(chunk);
    if (this.framing === "events") {
      const all = this.held.length === 1 ? chunk : Buffer.concat(this.held, this.heldBytes);
      this.held = [];
      return this.splitter.push(all) ? this.pass() : NOTHING;
    }
    if (this.heldBytes > BODY_BYTES_MAX) throw bad("The upstream's reply is too large.");
    return NOTHING;
  }

  /** @throws RelayError bad_upstream_response */
  end(): readonly Buffer[] {
    if (this.framing === "body") return this.endBody();
    const out = this.splitter.flush() ? this.passUnfinished() : NOTHING;
    const { facts } = this;
    if (facts.finish !== undefined || (this.options.flags.eofIsEnd && facts.content)) facts.complete = true;
    return out;
  }

  tail(): Buffer {
    return this.stop ?? Buffer.from(MESSAGE_STOP);
  }

  /** A whole message, sent although a stream was asked for, goes on as the events of one. */
  private endBody(): readonly Buffer[] {
    const passed = passBody(Buffer.concat(this.held, this.heldBytes), this.options, this.facts);
    this.held = [];
    if (this.facts.error) return NOTHING;
    const events = messageEvents(parseWire(passed.body.toString("utf8"))!);
    return [Buffer.from(events.slice(0, -1).map(eventText).join(""))];
  }

  /** An event without its blank line at the end of the stream counts if it is whole. */
  private passUnfinished(): readonly Buffer[] {
    const { buffer } = this.splitter;
    const data = eventData(buffer, 0, buffer.length);
    if (data === undefined || eventValues(data) === undefined) return NOTHING;
    const last = buffer[buffer.length - 1];
    const closed = Buffer.concat([buffer, Buffer.from(last === 10 || last === 13 ? "\n" : "\n\n")]);
    this.splitter.buffer = closed;
    this.splitter.ends[0] = closed.length;
    return this.pass();
  }

  private pass(): readonly Buffer[] {
    return this.passEvents(this.splitter.buffer, this.splitter.ends);
  }

  private passEvents(buffer: Buffer, ends: readonly number[]): readonly Buffer[] {
    const { facts, finder, edits } = this;
    if (this.stop || facts.error) return NOTHING;
    finder.reset(buffer);
    edits.length = 0;
    let start = 0;
    for (const end of ends) {
      const several = this.follows(buffer, start, end) ? undefined : this.look(buffer, start, end);
      if (several) return [...this.output(buffer, start), ...this.passApart(several, buffer.subarray(end), ends.filter((one) => one > end).map((one) => one - end))];
      if (this.stop || facts.error) break;
      start = end;
    }
    return this.output(buffer, start);
  }

  /** What came as one event is told as several, so that clients can read it; then what follows it in its buffer. */
  private passApart(wires: readonly Wire[], rest: Buffer, ends: readonly number[]): readonly Buffer[] {
    const apart = Buffer.from(wires.map(eventText).join("")), splitter = new SseSplitter();
    const told = splitter.push(apart) ? this.passEvents(apart, splitter.ends) : NOTHING;
    return [...told, ...(ends.length > 0 ? this.passEvents(rest, ends) : NOTHING)];
  }

  private output(buffer: Buffer, stop: number): readonly Buffer[] {
    if (stop === 0) return NOTHING;
    if (this.edits.length === 0) return [stop === buffer.length ? buffer : buffer.subarray(0, stop)];
    const parts: Buffer[] = [];
    let from = 0;
    for (const { start, end, bytes } of this.edits) {
      parts.push(buffer.subarray(from, start), bytes);
      from = end;
    }
    parts.push(buffer.subarray(from, stop));
    return [Buffer.concat(parts)].filter(({ length }) => length > 0);
  }

  /** Another piece of the same block: its beginning is the last one's, and nothing but brackets follows its text. */
  private follows(buffer: Buffer, start: number, end: number): boolean {
    const { head } = this;
    if (head === undefined) return false;
    const text = start + head.length;
    if (text >= end || buffer.compare(head, 0, head.length, start, text) !== 0) return false;
    if (!closesAt(buffer, skipString(buffer, text, end), end)) return false;
    this.facts.reader.string(buffer, text, end);
    return true;
  }

  /** @returns the objects of an event that is several in truth: nothing of it has been read */
  private look(buffer: Buffer, start: number, end: number): readonly Wire[] | undefined {
    const data = eventData(buffer, start, end);
    if (data === undefined || data.length === 0) return undefined;
    const values = eventValues(data);
    if (values === undefined) throw bad("The upstream sent an event that is not JSON.");
    const wires = objectsOf<Wire>(values);
    if (wires.length > 1 || values.length > 1) return wires;
    this.takeEvent(wires[0], buffer, start, end);
    return undefined;
  }

  private takeEvent(wire: Wire | undefined, buffer: Buffer, start: number, end: number): void {
    // Gateways that speak OpenAI's format elsewhere put its terminator here, too.
    if (wire === undefined) {
      this.edits.push({ start, end, bytes: EMPTY });
      return;
    }
    this.facts.take(wire);
    if (wire.type === "content_block_delta") this.head = this.headOf(buffer, start, end, asWire(wire.delta));
    else if (wire.type === "message_stop") this.stop = endsInBlank(buffer, start, end) ? buffer.subarray(start, end) : Buffer.from(MESSAGE_STOP);
    else if (wire.type === "message_start") this.begin(buffer, start, end);
  }

  /** Some gateways open a message twice; SDKs refuse the second. */
  private begin(buffer: Buffer, start: number, end: number): void {
    if (this.begun) this.edits.push({ start, end, bytes: EMPTY });
    else if (this.options.rewriteModel) this.rename(buffer, start, end);
    this.begun = true;
  }

  private rename(buffer: Buffer, start: number, end: number): void {
    const at = this.finder.value(MODEL, start, end);
    if (at < 0 || buffer[at] !== QUOTE) return;
    const stop = skipString(buffer, at + 1, end);
    if (stop - at === this.publicName.length && buffer.compare(this.publicName, 0, this.publicName.length, at, stop) === 0) return;
    this.edits.push({ start: at, end: stop, bytes: this.publicName });
  }

  /** The event's bytes up to its text, where the text is the last of it. */
  private headOf(buffer: Buffer, start: number, end: number, delta: Wire): Buffer | undefined {
    const key = TEXT_OF_DELTA[plainText(delta.type)];
    const at = this.finder.value(DELTA, start, end);
    if (key === undefined || at < 0) return undefined;
    const name = buffer.indexOf(`"${key}"`, at);
    if (name < 0 || name >= end) return undefined;
    const colon = blank(buffer, name + key.length + 2, end);
    if (buffer[colon] !== 58) return undefined;
    const quote = blank(buffer, colon + 1, end);
    if (buffer[quote] !== QUOTE || !closesAt(buffer, skipString(buffer, quote + 1, end), end)) return undefined;
    return Buffer.from(buffer.subarray(start, quote + 1));
  }
}

const EMPTY = Buffer.alloc(0);

/** Two closing braces and blanks are all that follows: a delta's and its event's. */
function closesAt(buffer: Buffer, at: number, end: number): boolean {
  let braces = 0;
  for (; at < end; at++) {
    const byte = buffer[at]!;
    if (byte === 125) braces++;
    else if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return false;
  }
  return braces === 2;
}

const isBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13;
const endsInBlank = (buffer: Buffer, start: number, end: number): boolean => end - start > 2 && isBreak(buffer[end - 1]) && isBreak(buffer[end - 2]);

/** @throws RelayError bad_upstream_response on HTML */
function framingOf(chunk: Buffer): Framing {
  const at = blank(chunk, 0, chunk.length);
  if (at === chunk.length) return "unknown";
  if (chunk[at] === 60) throw bad("The upstream answered with a page.");
  return chunk[at] === 123 || chunk[at] === 91 ? "body" : "events";
}
