import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { blank } from "#relay/dialects/openai-kit/content-reader.ts";
import { KeyFinder } from "#relay/dialects/openai-kit/key-finder.ts";
import { burstResponse } from "#relay/dialects/openai-responses/burst.ts";
import { encodeStreamError, responseFailure } from "#relay/dialects/openai-responses/errors.ts";
import { passBody } from "#relay/dialects/openai-responses/pass-body.ts";
import { editsOf, memberRanges, responseEdits } from "#relay/dialects/openai-responses/response-edits.ts";
import type { ReplyEdits } from "#relay/dialects/openai-responses/response-edits.ts";
import { ResponsesFacts } from "#relay/dialects/openai-responses/responses-facts.ts";
import { readError } from "#relay/dialects/openai-responses/vendor-error.ts";
import { asNumber, asObject, asText, parseWire } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { DONE, eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import type { Edit } from "#relay/http/body/splice.ts";
import { spliceBody } from "#relay/http/body/splice.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";

const NOTHING: readonly Buffer[] = [];
const EMPTY = Buffer.alloc(0);
const BODY_BYTES_MAX = 32 * 1024 * 1024;
const QUOTE = 34;
const TYPE = 0;
const DELTA = 1;
const SEQUENCE = 2;
const ITEM = 3;
const KEYS = ["type", "delta", "sequence_number", "item"] as const;
const OF_RESPONSE = Buffer.from('"response.');
const OF_ERROR = Buffer.from('"error"');
/** `response.done` is what some vendors say for either. */
const TERMINAL: ReadonlySet<string> = new Set(["response.completed", "response.incomplete", "response.done"]);
const FAILED: ReadonlySet<string> = new Set(["error", "response.failed", "response.cancelled"]);

/**
 * Lets a stream of response events pass as bytes. Only the few events that carry the response object are parsed, the
 * texts of all others are counted where they stand. The terminal event is withheld.
 */
export class ResponsesPassStream implements PassStream {
  readonly facts = new ResponsesFacts();
  readonly #options: PassOptions;
  readonly #edits: ReplyEdits;
  readonly #splitter = new SseSplitter();
  readonly #finder = new KeyFinder(KEYS);
  #framing: "unknown" | "events" | "body" = "unknown";
  #held: Buffer[] = [];
  #heldBytes = 0;
  #done: Buffer | undefined;
  /** The response object as the client knows it, for the event that says it failed. */
  #begun: Wire | undefined;
  #sequence = -1;
  #loose = false;
  /** Text has been counted since the item began: the item's end repeats it. */
  #counted = false;

  constructor(options: PassOptions) {
    this.#options = options;
    this.#edits = editsOf(options);
  }

  /** @throws RelayError bad_upstream_response when what comes is neither events nor JSON, or too large */
  push(chunk: Buffer): readonly Buffer[] {
    if (this.#framing === "events") return this.#splitter.push(chunk) ? this.#pass() : NOTHING;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#framing === "unknown") this.#framing = framingOf(chunk);
    if (this.#framing === "events") {
      const all = Buffer.concat(this.#held, this.#heldBytes);
      this.#held = [];
      return this.#splitter.push(all) ? this.#pass() : NOTHING;
    }
    if (this.#heldBytes > BODY_BYTES_MAX) throw bad("The upstream's reply is too large.");
    return NOTHING;
  }

  /** @throws RelayError bad_upstream_response */
  end(): readonly Buffer[] {
    if (this.#framing === "body") return this.#endBody();
    if (!this.#splitter.flush()) return NOTHING;
    const { buffer, ends } = this.#splitter;
    // An event without its blank line at the end of the stream counts if it is whole.
    const data = eventData(buffer, 0, buffer.length);
    if (data === undefined || eventValues(data) === undefined) return NOTHING;
    const closed = Buffer.concat([buffer, Buffer.from(buffer.at(-1) === 10 || buffer.at(-1) === 13 ? "\n" : "\n\n")]);
    this.#splitter.buffer = closed;
    ends[0] = closed.length;
    return this.#pass();
  }

  tail(): Buffer {
    return this.#done ?? EMPTY;
  }

  /** What the client is told when the stream breaks: the response that failed, if it knows of one. */
  fail(error: RelayError, requestId: string): string {
    if (!this.#begun) return encodeStreamError(error, requestId, this.#sequence + 1);
    const response = { ...this.#begun, status: "failed", error: responseFailure(error, requestId) };
    return `event: response.failed\ndata: ${JSON.stringify({ type: "response.failed", response, sequence_number: this.#sequence + 1 })}\n\n`;
  }

  #endBody(): readonly Buffer[] {
    const body = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    const passed = passBody(body, this.#options, this.facts);
    if (this.facts.error) return NOTHING;
    const { events, last } = burstResponse(parseWire(passed.body)!);
    this.#done = Buffer.from(last);
    return [Buffer.from(events)];
  }

  #pass(): readonly Buffer[] {
    return this.#passEvents(this.#splitter.buffer, this.#splitter.ends);
  }

  #passEvents(buffer: Buffer, ends: readonly number[]): readonly Buffer[] {
    if (this.#done || this.facts.error) return NOTHING;
    this.#finder.reset(buffer);
    const edits: Edit[] = [];
    let start = 0;
    for (const end of ends) {
      const several = this.#severalIn(buffer, start, end);
      if (several) return [...passedOf(buffer, start, edits), ...this.#passApart(several, buffer.subarray(end), ends.filter((one) => one > end).map((one) => one - end))];
      this.#look(buffer, start, end, edits);
      if (this.#done || this.facts.error) break;
      start = end;
    }
    return passedOf(buffer, start, edits);
  }

  /** Blank lines between events are forgotten from the first one on, or never. */
  #severalIn(buffer: Buffer, start: number, end: number): readonly Wire[] | undefined {
    if (this.#begun && !this.#loose) return undefined;
    const data = eventData(buffer, start, end);
    if (data === undefined) return undefined;
    const values = eventValues(data) ?? [];
    this.#loose ||= values.length > 1;
    return values.length > 1 ? objectsOf<Wire>(values) : undefined;
  }

  /** What came as one event is told as several, so that clients can read it; then what follows it in its buffer. */
  #passApart(wires: readonly Wire[], rest: Buffer, ends: readonly number[]): readonly Buffer[] {
    const apart = Buffer.from(wires.map((wire) => `event: ${asText(wire.type) ?? "message"}\ndata: ${JSON.stringify(wire)}\n\n`).join("")), splitter = new SseSplitter();
    const told = splitter.push(apart) ? this.#passEvents(apart, splitter.ends) : NOTHING;
    return [...told, ...(ends.length > 0 ? this.#passEvents(rest, ends) : NOTHING)];
  }

  #look(buffer: Buffer, start: number, end: number, edits: Edit[]): void {
    const type = this.#typeOf(buffer, start, end);
    if (type === undefined) this.#lookUntyped(buffer, start, end, edits);
    else if (type.endsWith(".delta")) this.#count(buffer, start, end);
    else if (type === "response.output_item.added" || type === "response.output_item.done") this.#item(type, buffer, start, end);
    else if (FAILED.has(type)) this.#fail(type, buffer, start, end);
    else if (!CARRIERS.test(type)) return;
    else this.#response(type, buffer, start, end, edits);
    this.#number(buffer, start, end);
  }

  #number(buffer: Buffer, start: number, end: number): void {
    const at = this.#finder.value(SEQUENCE, start, end);
    if (at >= 0) this.#sequence = Math.max(this.#sequence, asNumber(Number.parseInt(buffer.toString("latin1", at, at + 12), 10)) ?? -1);
  }

  /** The event's own type: those of items within it do not begin like one. */
  #typeOf(buffer: Buffer, start: number, end: number): string | undefined {
    for (let at = this.#finder.value(TYPE, start, end); at >= 0; at = this.#finder.value(TYPE, at, end)) {
      const isOwn = startsWith(buffer, at, OF_RESPONSE) || startsWith(buffer, at, OF_ERROR);
      if (isOwn) return buffer.toString("latin1", at + 1, buffer.indexOf(QUOTE, at + 1));
    }
    return undefined;
  }

  /** Comments, keep-alives, `[DONE]`; some vendors say what went wrong without a type. */
  #lookUntyped(buffer: Buffer, start: number, end: number, edits: Edit[]): void {
    const data = eventData(buffer, start, end);
    if (data === undefined || data.length === 0) return;
    const values = eventValues(data);
    if (!values) throw bad("The upstream sent an event that is not JSON.");
    const [wire] = objectsOf<Wire>(values);
    if (wire && readError(wire)) this.facts.fail(wire);
    else if (!wire && values[0] !== DONE) edits.push({ start, end, text: "" });
  }

  #count(buffer: Buffer, start: number, end: number): void {
    const at = this.#finder.value(DELTA, start, end);
    if (at < 0 || buffer[at] !== QUOTE) return;
    this.#counted = true;
    this.facts.reader.string(buffer, at + 1, end);
  }

  #item(type: string, buffer: Buffer, start: number, end: number): void {
    const at = this.#finder.value(ITEM, start, end);
    if (at < 0) return;
    if (type.endsWith("added")) this.#counted = false;
    else if (buffer.indexOf("image_generation_call", at) < end && buffer.includes("image_generation_call", at)) this.facts.markContent();
    if (!this.#counted) this.facts.reader.read(buffer, at, end);
    if (!type.endsWith("added")) this.facts.takeItem(asObject(parseWire(eventData(buffer, start, end) ?? EMPTY)?.item));
  }

  #fail(type: string, buffer: Buffer, start: number, end: number): void {
    const wire = parseWire(eventData(buffer, start, end) ?? EMPTY) ?? {};
    this.facts.fail(type === "error" ? wire : asObject(wire.response));
  }

  #response(type: string, buffer: Buffer, start: number, end: number, edits: Edit[]): void {
    const data = eventData(buffer, start, end)!;
    const wire = parseWire(data);
    if (!wire) throw bad("The upstream sent an event that is not JSON.");
    const response = asObject(wire.response);
    const found = this.#editsIn(data);
    if (response.status === "failed" && TERMINAL.has(type)) this.facts.fail(response);
    else if (TERMINAL.has(type)) {
      this.facts.finishWith(type === "response.incomplete" ? { status: "incomplete", ...response } : response, this.#options.flags);
      this.#done = Buffer.concat(applied(type, buffer, start, end, data, found));
      return;
    }
    this.facts.take(response, this.#options.flags);
    this.#begun ??= { ...response, ...(this.#edits.model !== undefined && { model: this.#edits.model }), ...(this.#edits.responseId !== undefined && { id: this.#edits.responseId }) };
    if (found.length === 0) return;
    const offset = offsetIn(buffer, data);
    if (offset === undefined) edits.push({ start, end, text: Buffer.concat(applied(type, buffer, start, end, data, found)).toString("utf8") });
    else for (const edit of found) edits.push({ ...edit, start: edit.start + offset, end: edit.end + offset });
  }

  #editsIn(data: Buffer): readonly Edit[] {
    const range = memberRanges(data)?.get("response");
    if (!range) return [];
    const response = data.subarray(range[0], range[1]);
    const ranges = memberRanges(response);
    return ranges ? responseEdits(response, ranges, this.#edits, range[0]) : [];
  }
}

/** What may go on of what was looked at. */
function passedOf(buffer: Buffer, stop: number, edits: readonly Edit[]): readonly Buffer[] {
  if (stop === 0) return NOTHING;
  const passed = stop === buffer.length ? buffer : buffer.subarray(0, stop);
  return edits.length === 0 ? [passed] : spliceBody(passed, edits.filter(({ end }) => end <= stop)).filter(({ length }) => length > 0);
}

/** Events that carry the response object. */
const CARRIERS = /^response\.(?:created|queued|in_progress|completed|incomplete|done)$/;

/** The event with edits of its data. */
function applied(type: string, buffer: Buffer, start: number, end: number, data: Buffer, edits: readonly Edit[]): Buffer[] {
  const offset = offsetIn(buffer, data);
  if (edits.length === 0) return [Buffer.from(buffer.subarray(start, end))];
  if (offset === undefined) return [Buffer.from(`event: ${type}\ndata: `), ...spliceBody(data, edits), Buffer.from("\n\n")];
  return spliceBody(buffer.subarray(start, end), edits.map((edit) => ({ ...edit, start: edit.start + offset - start, end: edit.end + offset - start })));
}

/** Where the data stands in the buffer; undefined when it was put together from several lines. */
const offsetIn = (buffer: Buffer, data: Buffer): number | undefined =>
  data.buffer === buffer.buffer && data.byteOffset >= buffer.byteOffset && data.byteOffset + data.length <= buffer.byteOffset + buffer.length
    ? data.byteOffset - buffer.byteOffset
    : undefined;

const startsWith = (buffer: Buffer, at: number, word: Buffer): boolean => buffer.compare(word, 0, word.length, at, Math.min(at + word.length, buffer.length)) === 0;

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

function framingOf(chunk: Buffer): "unknown" | "events" | "body" {
  const at = blank(chunk, 0, chunk.length);
  if (at === chunk.length) return "unknown";
  const byte = chunk[at];
  if (byte === 60) throw bad("The upstream answered with a page.");
  return byte === 123 || byte === 91 ? "body" : "events";
}
