import type { Dialect, PassOptions, PassStream, ReplyFacts } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import type { Usage } from "#money/usage.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import type { TimerWheel, WheelTimer } from "#relay/upstream/timers.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** A whole reply in memory; what vendors send beyond it is no answer to a JSON request. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const ERROR_BODY_BYTES_MAX = 64 * 1024;
/** The opening of a stream (role, id) is held back this long, or up to this size, for a failure to stay invisible. */
const HOLD_START_MS = 2_000;
const HOLD_START_BYTES_MAX = 1024 * 1024;
/** Comments keep a silent stream alive no longer than this. */
const NO_CONTENT_MS = 600_000;
/** After the terminal event a vendor should close; one that does not is hung up on. */
const CLOSE_GRACE_MS = 2_000;

export type AttemptTimers = Readonly<{ firstByteMs: number; idleMs: number; totalMs: number }>;

/** What the attempt turned out to be, once there is something for the client or nothing will come. */
export type AttemptResult =
  | Readonly<{ kind: "stream"; held: readonly Buffer[] }>
  | Readonly<{ kind: "body"; facts: ReplyFacts; body: Buffer }>
  | Readonly<{ kind: "failed"; failure: Failure }>;

/** How a stream that had begun ended. */
export type StreamEnding = Readonly<{ kind: "end" } | { kind: "broken"; failure: Failure }>;

export interface StreamConsumer {
  onSlices(slices: readonly Buffer[]): void;
  onEnding(ending: StreamEnding): void;
}

export type AttemptSpec = Readonly<{
  transport: Transport;
  call: UpstreamCall;
  stream: boolean;
  /** Who reads the reply: the client's own dialect, or the converter into it. */
  reader: Pick<Dialect, "passStream" | "passBody">;
  pass: PassOptions;
  /** What the vendor has used for parts of an answer that is not whole. */
  spent?: (() => Usage | undefined) | undefined;
  timers: AttemptTimers;
  wheel: TimerWheel;
  now: () => number;
  /** A vendor's error reply to a class. */
  classify: (status: number, body: Buffer, headers: Readonly<Record<string, string>>) => Failure;
}>;

/** One try on one channel key, from the request's first byte to the reply's last. */
export class Attempt implements UpstreamSink {
  /** Settles once: with content, a whole body, or a failure. */
  readonly ready: Promise<AttemptResult>;
  readonly startedAt: number;
  status: number | undefined;
  upstreamId: string | undefined;
  headAt: number | undefined;
  firstByteAt: number | undefined;
  endedAt: number | undefined;
  /** When the first content came. */
  contentAt: number | undefined;

  readonly #spec: AttemptSpec;
  readonly #control: UpstreamControl;
  readonly #pass: PassStream | undefined;
  #settle!: (result: AttemptResult) => void;
  #settled = false;
  #consumer: StreamConsumer | undefined;
  #headers: UpstreamHeaders = NO_HEADERS;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #timer: WheelTimer;
  readonly #total: WheelTimer;
  #holdTimer: WheelTimer | undefined;
  #grace: WheelTimer | undefined;
  #ending: StreamEnding | undefined;
  #paused = false;
  #over = false;
  #awaitingEvent = true;
  #progressBytes = 0;
  #progressAt: number;

  constructor(spec: AttemptSpec) {
    this.#spec = spec;
    this.ready = new Promise((resolve) => (this.#settle = resolve));
    this.startedAt = this.#progressAt = spec.now();
    this.#pass = spec.stream ? spec.reader.passStream(spec.pass) : undefined;
    this.#timer = spec.wheel.arm(spec.timers.firstByteMs, () => this.#tooSlow());
    this.#total = spec.wheel.arm(spec.timers.totalMs, () => this.#tooSlow());
    this.#control = spec.transport.send(spec.call, this);
  }

  get facts(): ReplyFacts | undefined {
    return this.#pass?.facts;
  }
  /** Usage that nobody pays for where the attempt fails. */
  get spent(): Usage | undefined {
    return this.#pass?.facts.usage ?? this.#spec.spent?.();
  }
  /** The answer has begun to arrive: the vendor has worked. */
  get begun(): boolean {
    return this.firstByteAt !== undefined && this.status !== undefined && this.status < 300;
  }
  get over(): boolean {
    return this.#over;
  }
  /** The bytes that end the stream, to be sent once the charge is durable. */
  tail(): Buffer {
    return this.#pass!.tail();
  }

  /** The in-band error of a stream that has begun, where its reader has words of its own for it. */
  fail(error: RelayError, requestId: string): string | undefined {
    return this.#pass?.fail?.(error, requestId);
  }

  /** Takes over a stream: everything that comes from now on, its ending included, goes to the consumer. */
  consume(consumer: StreamConsumer): void {
    this.#consumer = consumer;
    if (this.#ending) consumer.onEnding(this.#ending);
  }

  pause(): void {
    this.#paused = true;
    this.#control.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#control.resume();
  }

  /** Hangs up. A pending `ready` settles as aborted; a consumer hears nothing more. */
  abort(): void {
    if (!this.#over) {
      this.#close();
      this.#control.abort();
    }
    this.#consumer = undefined;
    this.#resolve({ kind: "failed", failure: { class: "aborted" } });
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    if (this.#over) return;
    this.status = status;
    this.headAt = this.#spec.now();
    this.#headers = headers;
    const id = headers["x-request-id"] ?? headers["request-id"] ?? headers["cf-ray"];
    this.upstreamId = id === undefined ? undefined : String(id);
    if (status < 300) this.#pass?.headed?.(this.#contentType());
  }

  #contentType(): string | undefined {
    const type = this.#headers["content-type"];
    return type === undefined ? undefined : String(type);
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    const first = this.firstByteAt === undefined;
    if (first) this.firstByteAt = this.#spec.now();
    if (this.status! >= 300) this.#collect(chunk, ERROR_BODY_BYTES_MAX);
    else if (!this.#pass) {
      if (first) this.#rearm();
      this.#timer.refresh();
      this.#collect(chunk, BODY_BYTES_MAX);
    } else this.#stream(chunk, first);
  }

  onEnd(): void {
    this.#grace?.cancel();
    if (this.#over) return;
    if (this.status! >= 300) this.#failReply();
    else if (!this.#pass) this.#finishBody();
    else this.#finishStream();
  }

  onError(error: Error & { code?: string }, phase: "connect" | "head" | "body"): void {
    this.#grace?.cancel();
    if (this.#over) return;
    if (this.status !== undefined && this.status >= 300) {
      this.#failReply();
      return;
    }
    const errorClass = error.code === "EGUARD" ? "config" : phase === "body" ? "bad_body" : "connect";
    this.#fail({ class: errorClass, possibleCost: phase !== "connect", cause: error });
  }

  #stream(chunk: Buffer, first: boolean): void {
    const pass = this.#pass!;
    let slices: readonly Buffer[];
    try {
      slices = pass.push(chunk);
    } catch (error) {
      this.#control.abort();
      this.#fail({ class: "bad_body", possibleCost: true, cause: error });
      return;
    }
    // A comment is a sign of life, not the answer's beginning.
    const silent = slices.length === 0 || slices[0]![0] === 0x3a;
    if (first || (this.headAt !== undefined && !silent)) this.#rearm(silent);
    if (!this.#paused) this.#timer.refresh();
    this.#watchProgress(pass.facts);
    this.#give(slices);
  }

  /** From the first event on the idle time-out rules instead of the first-byte one. */
  #rearm(silent = false): void {
    if (!this.#awaitingEvent || silent) return;
    this.#awaitingEvent = false;
    this.#timer.cancel();
    this.#timer = this.#spec.wheel.arm(this.#spec.timers.idleMs, () => this.#tooSlow());
  }

  #watchProgress(facts: ReplyFacts): void {
    const at = this.#spec.now();
    if (facts.contentBytes !== this.#progressBytes || facts.usage !== undefined) {
      this.#progressBytes = facts.contentBytes;
      this.#progressAt = at;
    } else if (at - this.#progressAt > NO_CONTENT_MS) this.#tooSlow();
  }

  #give(slices: readonly Buffer[]): void {
    const { facts } = this.#pass!;
    if (facts.content) this.contentAt ??= this.#spec.now();
    if (this.#consumer) {
      if (slices.length > 0) this.#consumer.onSlices(slices);
    } else {
      for (const slice of slices) {
        this.#chunks.push(slice);
        this.#bytes += slice.length;
      }
      if (!facts.error && (facts.content || this.#bytes > HOLD_START_BYTES_MAX)) this.#open();
      else if (slices.length > 0) this.#holdTimer ??= this.#spec.wheel.arm(HOLD_START_MS, () => this.#open());
    }
    if (facts.error) this.#failInBand();
    else if (facts.complete && !this.#over) this.#complete();
  }

  /** There is content, or it is time to show what there is. The next turn may still bring more: it is kept in `held`. */
  #open(): void {
    const held = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.#resolve({ kind: "stream", held });
    // Until the consumer stands (a microtask or two), later slices join the held ones.
    this.#consumer ??= { onSlices: (slices) => held.push(...slices), onEnding: (ending) => (this.#ending = ending) };
  }

  /** The terminal event has come: nothing that follows matters. */
  #complete(): void {
    this.#close();
    this.#grace = this.#spec.wheel.arm(CLOSE_GRACE_MS, () => this.#control.abort());
    this.#control.resume();
    this.#deliverEnding({ kind: "end" });
  }

  #finishStream(): void {
    const pass = this.#pass!;
    let slices: readonly Buffer[];
    try {
      slices = pass.end();
    } catch (error) {
      this.#fail({ class: "bad_body", cause: error });
      return;
    }
    this.#give(slices);
    if (this.#over) return;
    this.#fail({ class: "bad_body", possibleCost: true, cause: new Error("The stream ended without its end.") });
  }

  #deliverEnding(ending: StreamEnding): void {
    if (this.#consumer) this.#consumer.onEnding(ending);
    else {
      this.#ending = ending;
      this.#open();
    }
  }

  #finishBody(): void {
    this.#close();
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes);
    try {
      const { facts, body: passed } = this.#spec.reader.passBody(body, this.#spec.pass, this.#contentType());
      if (facts.content) this.contentAt = this.#spec.now();
      this.#resolve(facts.error ? { kind: "failed", failure: this.#inBandFailure(facts.error, facts) } : { kind: "body", facts, body: passed });
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      this.#resolve({ kind: "failed", failure: { class: "bad_body", possibleCost: true, cause: error } });
    }
  }

  /** An error object inside a reply of status 200. */
  #failInBand(): void {
    this.#control.abort();
    const { facts } = this.#pass!;
    this.#fail(this.#inBandFailure(facts.error!, facts));
  }

  #inBandFailure(error: NonNullable<ReplyFacts["error"]>, facts: ReplyFacts): Failure {
    const { status, ...rest } = error;
    const failure = this.#spec.classify(status ?? 500, Buffer.from(JSON.stringify({ error: rest })), joined(this.#headers));
    return facts.blocked ? { ...failure, blocked: facts } : failure;
  }

  #failReply(): void {
    const body = Buffer.concat(this.#chunks, this.#bytes);
    this.#fail(this.#spec.classify(this.status!, body, joined(this.#headers)));
  }

  #tooSlow(): void {
    if (this.#over) return;
    if (this.#paused) {
      // The client is what is slow; its own time-out watches it.
      this.#timer = this.#spec.wheel.arm(this.#spec.timers.idleMs, () => this.#tooSlow());
      return;
    }
    this.#control.abort();
    this.#fail({ class: "slow", possibleCost: true, silent: this.firstByteAt === undefined });
  }

  #fail(failure: Failure): void {
    this.#close();
    if (this.#consumer) this.#consumer.onEnding({ kind: "broken", failure });
    else this.#resolve({ kind: "failed", failure });
  }

  #collect(chunk: Buffer, bytesMax: number): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= bytesMax) return;
    this.#control.abort();
    if (this.status! >= 300) this.#failReply();
    else this.#fail({ class: "bad_body", possibleCost: true, cause: new Error("The reply is too large.") });
  }

  #resolve(result: AttemptResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#holdTimer?.cancel();
    this.#settle(result);
  }

  #close(): void {
    this.#over = true;
    this.endedAt = this.#spec.now();
    this.#timer.cancel();
    this.#total.cancel();
    this.#holdTimer?.cancel();
  }
}

const NO_HEADERS: UpstreamHeaders = {};

function joined(headers: UpstreamHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}
