import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { blank, skipString } from "#relay/dialects/openai-kit/content-reader.ts";
import { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { KeyFinder } from "#relay/dialects/openai-kit/key-finder.ts";
import { asEvents, DONE, eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

export const DONE_EVENT = "data: [DONE]\n\n";

const KEYS = ["usage", "finish_reason", "error", "model"] as const;
const USAGE = 0;
const FINISH = 1;
const ERROR = 2;
const MODEL = 3;
const CONTENT = 4;

/** Where a vendor's chunk begins, the first `model` is the chunk's own even if its value is new to us. */
const HEAD_BYTES = 512;
/** Chunks parsed whole in search of the reply's id and the vendor's own model name (Azure's first has neither). */
const FIRST_CHUNKS = 3;
const BODY_BYTES_MAX = 32 * 1024 * 1024;

const NOTHING: readonly Buffer[] = [];
const QUOTE = 34;

type Wire = Readonly<Record<string, unknown>>;
type Framing = "unknown" | "events" | "body";
type Edit = { start: number; end: number; bytes: Buffer };
/** Bytes around the text of an event, and where the model's name is to be written over. */
type EventShape = Readonly<{ before: Buffer; after: Buffer; name: Readonly<{ start: number; end: number }> | undefined }>;

/** A vendor whose events are never alike is not compared for ever. */
const MISSES_MAX = 16;

export type StreamShape = Readonly<{
  /** Key whose value holds the text of a chunk: `delta` in chat, `choices` in completions. */
  contentKey: string;
  /** Turns a complete body, sent although a stream was asked for, into the bytes of a stream without its end. */
  burst(body: Buffer, options: PassOptions, facts: OpenAiFacts): Buffer;
}>;

/**
 * Lets an OpenAI-shaped stream pass as bytes and reads facts from the side. Only events that name a usage,
 * a finish reason or an error are parsed. Changed are: the model's name, the usage chunk that the client
 * has not asked for (dropped), everything from `[DONE]` on (withheld), everything from an error on (dropped).
 */
export class OpenAiPassStream implements PassStream {
  readonly facts = new OpenAiFacts();
  private readonly options: PassOptions;
  private readonly shape: StreamShape;
  private readonly splitter = new SseSplitter();
  private readonly finder: KeyFinder;
  private readonly publicName: Buffer;
  private readonly otherNames: Buffer[];
  private readonly edits: Edit[] = [];
  private framing: Framing = "unknown";
  private held: Buffer[] = [];
  private heldBytes = 0;
  private firstChunksLeft = FIRST_CHUNKS;
  private done: Buffer | undefined;
  private last: EventShape | undefined;
  /** Events in a row that did not have the shape of the one before. */
  private misses = 0;
  /** The vendor has forgotten blank lines between events. */
  private loose = false;
  /** What came as one event and is to be told as several, so that clients can read it; and where it ends. */
  private knot: Readonly<{ values: readonly unknown[]; end: number }> | undefined;

  constructor(options: PassOptions, shape: StreamShape) {
    this.options = options;
    this.shape = shape;
    this.finder = new KeyFinder([...KEYS, shape.contentKey]);
    this.publicName = Buffer.from(JSON.stringify(options.publicModel));
    this.otherNames = [Buffer.from(JSON.stringify(options.upstreamModel))];
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
    if (this.heldBytes > BODY_BYTES_MAX) throw badResponse("The upstream's reply is too large.");
    return NOTHING;
  }

  /** @throws RelayError bad_upstream_response */
  end(): readonly Buffer[] {
    if (this.framing === "body") return this.endBody();
    const isLast = this.splitter.flush();
    const out = isLast ? this.passUnfinished() : NOTHING;
    const { facts } = this;
    if (facts.finish !== undefined || (this.options.flags.eofIsEnd && facts.content)) facts.complete = true;
    return out;
  }

  tail(): Buffer {
    return this.done ?? Buffer.from(DONE_EVENT);
  }

  private endBody(): readonly Buffer[] {
    const body = Buffer.concat(this.held, this.heldBytes);
    this.held = [];
    const burst = this.shape.burst(body, this.options, this.facts);
    return this.facts.error ? NOTHING : [burst];
  }

  /** An event without its blank line at the end of the stream counts if it is whole. */
  private passUnfinished(): readonly Buffer[] {
    const { buffer } = this.splitter;
    const data = eventData(buffer, 0, buffer.length);
    if (data === undefined || eventValues(data) === undefined) return NOTHING;
    const closed = Buffer.concat([buffer, Buffer.from(endsInBreak(buffer) ? "\n" : "\n\n")]);
    this.splitter.buffer = closed;
    this.splitter.ends[0] = closed.length;
    return this.pass();
  }

  /** Looks at the splitter's complete events and gives the bytes of those that may go on. */
  private pass(): readonly Buffer[] {
    let { buffer } = this.splitter;
    let ends: readonly number[] = this.splitter.ends;
    let slices = this.passRun(buffer, ends);
    for (let knot = this.knot; knot; knot = this.knot) {
      this.loose = true;
      const { values, end } = knot, apart = asEvents(values), splitter = new SseSplitter();
      const told = splitter.push(apart) ? this.passRun(apart, splitter.ends) : NOTHING;
      buffer = buffer.subarray(end);
      ends = ends.flatMap((one) => (one > end ? [one - end] : []));
      slices = [...slices, ...told, ...this.passRun(buffer, ends)];
    }
    return slices;
  }

  /** As far as the first event that is several in truth: `knot` tells of it. */
  private passRun(buffer: Buffer, ends: readonly number[]): readonly Buffer[] {
    this.knot = undefined;
    this.finder.reset(buffer);
    this.edits.length = 0;
    let start = 0;
    let stop = this.done || this.facts.error ? 0 : -1;
    for (const end of ends) {
      const values = this.look(buffer, start, end);
      if (values) {
        this.knot = { values, end };
        break;
      }
      if (stop < 0 && (this.done || this.facts.error)) stop = start;
      start = end;
    }
    return this.output(buffer, stop < 0 ? start : stop);
  }

  private output(buffer: Buffer, stop: number): readonly Buffer[] {
    if (stop === 0) return NOTHING;
    if (this.edits.length === 0) return [stop === buffer.length ? buffer : buffer.subarray(0, stop)];
    let size = stop;
    for (const { start, end, bytes } of this.edits) if (end <= stop) size += bytes.length - (end - start);
    if (size === 0) return NOTHING;
    const out = Buffer.allocUnsafe(size);
    let from = 0;
    let to = 0;
    for (const { start, end, bytes } of this.edits) {
      if (end > stop) break;
      to += buffer.copy(out, to, from, start);
      to += bytes.copy(out, to);
      from = end;
    }
    buffer.copy(out, to, from, stop);
    return [out];
  }

  /** @returns the values of an event that is several in truth: nothing of it has been read */
  private look(buffer: Buffer, start: number, end: number): readonly unknown[] | undefined {
    const { finder } = this;
    if (this.last !== undefined && this.follows(this.last, buffer, start, end)) return undefined;
    this.last = undefined;
    const isWhole = endsInBrace(buffer, start, end);
    if (!isWhole && this.lookBare(buffer, start, end)) return undefined;
    const usage = this.named(USAGE, buffer, start, end, false);
    const finish = this.named(FINISH, buffer, start, end, true);
    const error = this.named(ERROR, buffer, start, end, false);
    // What holds no piece of an answer may be anything: an error in a form of the vendor's own, the answer in one piece.
    const isOdd = !isWhole || this.loose || finder.value(CONTENT, start, end) < 0;
    const eventful = usage || finish || error || isOdd || this.firstChunksLeft > 0;
    const values = eventful ? valuesOf(buffer, start, end) : NO_VALUES;
    if (values.length > 1) return values;
    if (values.length === 1 && this.inspect(objectsOf<Wire>(values)[0])) this.edits.push({ start, end, bytes: EMPTY });
    else this.readOn(buffer, start, end, eventful);
    return undefined;
  }

  private readOn(buffer: Buffer, start: number, end: number, eventful: boolean): void {
    const { finder, facts } = this;
    if (this.done || facts.error) return;
    const edits = this.edits.length;
    if (this.options.rewriteModel) this.rename(buffer, start, end);
    const { reader } = facts;
    const strings = reader.strings;
    for (let from = start; ;) {
      const delta = finder.value(CONTENT, from, end);
      if (delta < 0) break;
      reader.read(buffer, delta, end);
      from = delta;
    }
    if (!eventful && reader.strings === strings + 1 && ++this.misses < MISSES_MAX) this.last = this.shapeOf(buffer, start, end, this.edits[edits]);
  }

  /** What the event is made of around its one piece of text. */
  private shapeOf(buffer: Buffer, start: number, end: number, edit: Edit | undefined): EventShape | undefined {
    const { lastStart, lastEnd } = this.facts.reader;
    if (lastStart < start || lastEnd >= end || (edit && edit.end > lastStart)) return undefined;
    return {
      before: Buffer.from(buffer.subarray(start, lastStart)), after: Buffer.from(buffer.subarray(lastEnd, end)),
      name: edit && { start: edit.start - start, end: edit.end - start },
    };
  }

  /**
   * Nearly all events of a stream differ in one piece of text alone. One that does needs no search: its bytes around
   * the text are those of an event in which there was nothing to see.
   */
  private follows({ before, after, name }: EventShape, buffer: Buffer, start: number, end: number): boolean {
    const text = start + before.length;
    const stop = end - after.length;
    if (stop < text || buffer.compare(before, 0, before.length, start, text) !== 0 || buffer.compare(after, 0, after.length, stop, end) !== 0) return false;
    if (skipString(buffer, text, end) !== stop + 1) return false;
    this.misses = 0;
    this.facts.reader.string(buffer, text, end);
    if (name) this.edits.push({ start: start + name.start, end: start + name.end, bytes: this.publicName });
    return true;
  }

  /** `[DONE]`, comments and bare line ends. Returns true when there is nothing more to see. */
  private lookBare(buffer: Buffer, start: number, end: number): boolean {
    const data = eventData(buffer, start, end);
    if (data === undefined || data.length === 0) return true;
    if (!isDone(data)) return false;
    this.facts.complete = true;
    this.done ??= endsInBlank(buffer, start, end) ? buffer.subarray(start, end) : Buffer.from(DONE_EVENT);
    return true;
  }

  /** Does the event name this key with a value other than null (or, for `text`, with a string that isn't empty)? */
  private named(key: number, buffer: Buffer, start: number, end: number, text: boolean): boolean {
    for (let at = this.finder.value(key, start, end); at >= 0; at = this.finder.value(key, at, end)) {
      const byte = buffer[at];
      if (text ? byte === QUOTE && buffer[at + 1] !== QUOTE : byte !== 110) return true;
    }
    return false;
  }

  /** Reads the facts of one event. Returns true when the client must not see it. */
  private inspect(wire: Wire | undefined): boolean {
    if (wire === undefined) return true;
    const { facts, options } = this;
    this.firstChunksLeft = facts.id === undefined ? this.firstChunksLeft - 1 : 0;
    if (typeof wire.model === "string" && wire.model !== "" && this.otherNames.length === 1) {
      this.otherNames.push(Buffer.from(JSON.stringify(wire.model)));
    }
    const before = facts.usage;
    facts.take(wire, options.flags);
    if (!facts.content) this.readMessages(wire);
    const isUsageOnly = facts.usage !== before && !(Array.isArray(wire.choices) && wire.choices.length > 0);
    return isUsageOnly && !options.clientWantsUsage;
  }

  /** Messages that came in one piece, in place of deltas. */
  private readMessages({ choices }: Wire): void {
    const messages = Array.isArray(choices) ? objectsOf<Wire>(choices).flatMap(({ delta, message }) => (isPlain(message) && !isPlain(delta) ? [message] : [])) : [];
    if (messages.length === 0) return;
    const bytes = Buffer.from(JSON.stringify(messages));
    this.facts.reader.read(bytes, 0, bytes.length);
  }

  private rename(buffer: Buffer, start: number, end: number): void {
    const { finder } = this;
    const content = finder.value(CONTENT, start, end);
    for (let at = finder.value(MODEL, start, end); at >= 0; at = finder.value(MODEL, at, end)) {
      if (buffer[at] !== QUOTE || buffer[at + 1] === QUOTE) continue;
      const stop = skipString(buffer, at + 1, end);
      if (equals(buffer, at, stop, this.publicName)) return;
      const isHead = at - start <= HEAD_BYTES && (content < 0 || at < content);
      if (isHead || this.otherNames.some((name) => equals(buffer, at, stop, name))) {
        this.edits.push({ start: at, end: stop, bytes: this.publicName });
        return;
      }
    }
  }
}

const EMPTY = Buffer.alloc(0);

const badResponse = (message: string): RelayError => new RelayError("bad_upstream_response", message);

const equals = (buffer: Buffer, start: number, end: number, other: Buffer): boolean =>
  end - start === other.length && buffer.compare(other, 0, other.length, start, end) === 0;

/** @throws RelayError bad_upstream_response on HTML */
function framingOf(chunk: Buffer): Framing {
  const at = blank(chunk, 0, chunk.length);
  if (at === chunk.length) return "unknown";
  const byte = chunk[at];
  if (byte === 60) throw badResponse("The upstream answered with a page.");
  return byte === 123 || byte === 91 ? "body" : "events";
}

const isDone = (data: Buffer): boolean => data.length >= 6 && data.toString("latin1", 0, 6) === DONE;

/** @throws RelayError bad_upstream_response */
function valuesOf(buffer: Buffer, start: number, end: number): readonly unknown[] {
  const data = eventData(buffer, start, end);
  if (data === undefined || data.length === 0) return NO_VALUES;
  const values = eventValues(data);
  if (values === undefined) throw badResponse("The upstream sent an event that is not JSON.");
  return values;
}

const NO_VALUES: readonly unknown[] = [];

const isPlain = (value: unknown): boolean => typeof value === "object" && value !== null;

const isBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13;

function endsInBrace(buffer: Buffer, start: number, end: number): boolean {
  let at = end - 1;
  while (at > start && isBreak(buffer[at])) at--;
  return buffer[at] === 125;
}

const endsInBreak = (buffer: Buffer): boolean => isBreak(buffer[buffer.length - 1]);

/** The event brings its own end: a line break and a blank line. */
const endsInBlank = (buffer: Buffer, start: number, end: number): boolean =>
  end - start > 2 && isBreak(buffer[end - 1]) && isBreak(buffer[end - 2]);
