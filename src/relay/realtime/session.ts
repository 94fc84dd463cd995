import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { brokenTurn, endedTurn, transcribedTurn, unwrittenTurn, writtenTurn, type Passed } from "#relay/realtime/answer-turn.ts";
import { readClientFrame, type ClientRule } from "#relay/realtime/client-frames.ts";
import { textFrame, type Frame, type FrameSocket } from "#relay/realtime/frame-socket.ts";
import { errorEvent, VendorWords } from "#relay/realtime/session-errors.ts";
import { publicSession, sessionFacts, UNKNOWN_SESSION, type PublicNames } from "#relay/realtime/session-facts.ts";
import type { SessionKind } from "#relay/realtime/session-kind.ts";
import type { SessionMoney } from "#relay/realtime/session-money.ts";
import { readVendorFrame, text, type Json } from "#relay/realtime/vendor-frames.ts";
import { isWelcome, WrittenPiece } from "#relay/realtime/written-piece.ts";
import type { WheelTimer } from "#relay/upstream/timers.ts";

const IDLE_MS = 15 * 60_000;
const SESSION_MS = 60 * 60_000;
/** Balancers cut connections that are silent for a minute. */
const PING_MS = 25_000;
/** How long a vendor that was told to stop may take to say what it used. */
const CANCEL_MS = 5_000;
const CUT_MS = 2_000;
/** So much before the money for speech ends more of it is set aside. */
const AHEAD_MS = 15_000;
/** Ids beyond which a vendor is not believed that it repeats itself. */
const ANSWERS_MAX = 100_000;

export const CLOSE = { normal: 1000, lost: 1011, restart: 1012 } as const;
/** Refusals in the middle of a conversation close with 4000 and their HTTP status: 4402 when the money is used up. */
export const closeCode = (error: RelayError): number => 4000 + error.status;

type End = Readonly<{ code: number; reason: string; error?: RelayError; how: "left" | "broken" | "ended" }>;

export type SessionParts = Readonly<{
  state: RelayState;
  context: RequestContext;
  client: FrameSocket;
  vendor: FrameSocket;
  money: SessionMoney;
  rule: ClientRule;
  names: PublicNames;
  words: VendorWords;
  kind: SessionKind;
  /** An event that sets the session up: what the client's short-lived key brings along, in the vendor's names. */
  opening?: Json;
  /** The client was welcomed before there was a vendor, whose own welcome would be a second one. */
  welcomed: boolean;
}>;

/** One conversation after both sides have agreed to it: frames pass both ways, answers are charged as they end. */
export class RealtimeSession {
  readonly #parts: SessionParts;
  readonly #over = Promise.withResolvers<void>();
  readonly #idle: WheelTimer;
  readonly #longest: WheelTimer;
  #ping: WheelTimer;
  #grace: WheelTimer | undefined;
  /** Frames of the vendor's that wait for a charge to be durable. */
  #waiting: Frame[] | undefined;
  #vendorClosed: readonly [code: number, reason: string] | undefined;
  /** Answers under way, and what of them has passed. */
  readonly #active = new Set<string>();
  readonly #charged = new Set<string>();
  #audioBytes = 0;
  #textBytes = 0;
  #startedAt = 0;
  #contentAt: number | undefined;
  #facts = UNKNOWN_SESSION;
  readonly #written: WrittenPiece | undefined;
  #covering = false;
  #welcome: boolean;
  #leaving = false;
  #end: End | undefined;
  #closed = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#written = parts.kind === "transcription" ? new WrittenPiece(UNKNOWN_SESSION.heardBytesPerMs, this.#now()) : undefined;
    this.#welcome = parts.welcomed;
    const { wheel } = parts.state;
    this.#idle = wheel.arm(IDLE_MS, () => this.#finish({ code: CLOSE.normal, reason: "nothing was said for 15 minutes", how: "ended" }));
    this.#longest = wheel.arm(SESSION_MS, () => this.#finish({
      code: CLOSE.normal, reason: "a session ends after 60 minutes", how: "ended",
      error: new RelayError("request_timeout", "The session has reached its longest time of 60 minutes."),
    }));
    this.#ping = wheel.arm(PING_MS, () => this.#sayHello());
  }

  /** Resolves when the conversation is over and everything of it is charged. */
  run(): Promise<void> {
    const { client, vendor, opening } = this.#parts;
    if (opening) vendor.send(textFrame(opening));
    vendor.listen({
      onFrame: (frame) => this.#onVendor(frame),
      onClose: (code, reason) => this.#onVendorClosed(code, reason),
      onDrain: () => client.resume(),
    });
    client.listen({
      onFrame: (frame) => this.#onClient(frame),
      onClose: () => this.#finish({ code: CLOSE.normal, reason: "", how: "left" }),
      onDrain: () => this.#resumeVendor(),
    });
    return this.#over.promise;
  }

  /** The node is going: the conversation ends with the answer that is under way, or at once. */
  goAway(): void {
    this.#leaving = true;
    if (this.#active.size === 0 && !this.#waiting) this.#finish({ code: CLOSE.restart, reason: "the server restarts", how: "ended" });
  }

  /** The node must go now. */
  cut(): void {
    this.#finish({ code: CLOSE.restart, reason: "the server restarts", how: "ended" });
    this.#grace?.cancel();
    this.#grace = this.#parts.state.wheel.arm(CUT_MS, () => this.#close());
  }

  #onClient(frame: Frame): void {
    if (this.#end) return;
    this.#idle.refresh();
    const { client, vendor, rule, context } = this.#parts;
    if (this.#written) {
      this.#written.hear(frame);
      this.#cover(this.#written);
    }
    const read = readClientFrame(frame, rule);
    if ("refused" in read) client.send(errorEvent(read.refused, context.idText, read.eventId));
    else if (!vendor.send(read.pass)) client.pause();
  }

  /** Keeps the money ahead of a piece that goes on and on. Until it is there no more is heard. */
  #cover(written: WrittenPiece): void {
    const { client, money } = this.#parts, neededMs = written.audioMs + AHEAD_MS;
    if (this.#covering || this.#end || neededMs <= money.coveredMs) return;
    this.#covering = true;
    client.pause();
    money.cover(neededMs).catch((error: unknown) => this.#failed(error)).finally(() => {
      this.#covering = false;
      client.resume();
      this.#cover(written);
    }).catch((error: unknown) => this.#parts.state.log.error({ err: error }, "a realtime session failed"));
  }

  #onVendor(frame: Frame): void {
    if (this.#waiting) this.#waiting.push(frame);
    else if (!this.#closed) this.#take(frame);
  }

  #onVendorClosed(code: number, reason: string): void {
    this.#vendorClosed = [code, reason];
    if (this.#waiting) return;
    if (this.#end) this.#close();
    else if (code === CLOSE.normal && this.#active.size === 0) this.#finish({ code, reason: "the model's server has ended the session", how: "ended" });
    else this.#finish({ code: CLOSE.lost, reason: "the model's server was lost", how: "broken", error: new RelayError("bad_upstream_response", "The connection to the model's server was lost.") });
  }

  #take(frame: Frame): void {
    const { names, words } = this.#parts;
    const event = readVendorFrame(frame);
    if (event.kind !== "other") this.#idle.refresh();
    switch (event.kind) {
      case "delta":
        this.#audioBytes += event.audioBytes;
        this.#textBytes += event.textBytes;
        this.#contentAt ??= this.#now();
        return this.#forward(frame);
      case "begun":
        if (this.#active.size === 0) this.#startedAt = this.#now();
        this.#active.add(event.responseId ?? "");
        this.#parts.money.begin();
        return this.#forward(frame);
      case "session": {
        this.#facts = sessionFacts(event.session);
        this.#written?.setFormat(this.#facts.heardBytesPerMs);
        if (this.#welcome) {
          this.#welcome = false;
          if (isWelcome(event.event)) return;
        }
        const session = publicSession(event.session, names);
        return this.#forward(session === event.session ? frame : textFrame({ ...event.event, session }));
      }
      case "error": {
        const error = words.scrubbed(event.error);
        return this.#forward(error === event.error ? frame : textFrame({ ...event.event, error }));
      }
      case "done":
        return this.#meanwhile(() => this.#answered(event.response, frame));
      case "committed":
        if (this.#written) this.#parts.money.begin();
        return this.#forward(frame);
      case "written":
        this.#written?.write(event.textBytes, this.#now());
        return this.#forward(frame);
      case "transcribed":
        return this.#meanwhile(() => (this.#written ? this.#writtenDown(this.#written, event, frame) : this.#transcribed(event.key, event.usage, frame)));
      default:
        this.#forward(frame);
    }
  }

  /** What follows waits, in its order, until this is done. */
  #meanwhile(work: () => Promise<void>): void {
    const { vendor, state, context } = this.#parts;
    this.#waiting = [];
    vendor.pause();
    work().catch((error: unknown) => this.#failed(error)).finally(() => {
      const frames = this.#waiting ?? [];
      this.#waiting = undefined;
      this.#resumeVendor();
      for (const frame of frames) this.#onVendor(frame);
      if (!this.#waiting) this.#afterwards();
    }).catch((error: unknown) => state.log.error({ err: error, request: context.idText }, "a realtime session failed"));
  }

  /** What came up while a charge was written. */
  #afterwards(): void {
    if (this.#vendorClosed) this.#onVendorClosed(...this.#vendorClosed);
    else if (this.#end && this.#active.size === 0) this.#close();
    else if (this.#leaving) this.goAway();
  }

  async #answered(response: Json, frame: Frame): Promise<void> {
    const { money, words, state, context } = this.#parts;
    const id = text(response.id);
    // Said twice, charged once.
    if (id !== undefined && this.#charged.has(id)) return this.#forward(frame);
    if (id !== undefined && this.#charged.size < ANSWERS_MAX) this.#charged.add(id);
    const turn = endedTurn(response, this.#passed(), this.#now(), this.#end !== undefined, money.sellsTime);
    this.#active.delete(id ?? "");
    this.#startAnew();
    await money.charge(turn);
    this.#forward(words.told(response, frame, { state, context }));
    if (this.#end || this.#leaving) return;
    await money.renew();
    // Answers may run side by side.
    if (this.#active.size > 0) money.begin();
  }

  async #transcribed(key: string, usage: unknown, frame: Frame): Promise<void> {
    const { money, names } = this.#parts;
    const said = `item ${key}`;
    const turn = this.#charged.has(said) ? undefined : transcribedTurn(usage, key, this.#now());
    if (this.#charged.size < ANSWERS_MAX) this.#charged.add(said);
    const { transcriber } = this.#facts;
    if (turn) await money.transcribed(turn, transcriber === undefined ? undefined : names.transcriber(transcriber));
    this.#forward(frame);
  }

  /** In a session that only writes down each piece is what an answer is in another: charged by itself, one hold ahead. */
  async #writtenDown(written: WrittenPiece, { key, usage, textBytes }: Readonly<{ key: string; usage: unknown; textBytes: number }>, frame: Frame): Promise<void> {
    const { money } = this.#parts, said = `item ${key}`;
    if (this.#charged.has(said)) return this.#forward(frame);
    if (this.#charged.size < ANSWERS_MAX) this.#charged.add(said);
    await money.charge(writtenTurn(usage, key, written.take(textBytes, money.sellsLength, this.#now()), this.#now()));
    this.#forward(frame);
    if (this.#end || this.#leaving) return;
    await money.renew();
    this.#cover(written);
  }

  /** Between an answer and the next: no money, no right any more, or a fault of ours. */
  #failed(thrown: unknown): void {
    const { state, context } = this.#parts;
    const error = thrown instanceof RelayError ? thrown : new RelayError("internal_error", "Something went wrong on our side.", { cause: thrown });
    if (error.code === "internal_error") state.log.error({ err: thrown, request: context.idText }, "a realtime session failed");
    this.#finish({ code: error.code === "internal_error" ? CLOSE.lost : closeCode(error), reason: error.code, error, how: "ended" });
  }

  /** The conversation is to end. What is under way is stopped, and said what it took, before the sides part. */
  #finish(end: End): void {
    if (this.#end) return;
    this.#end = end;
    for (const timer of [this.#idle, this.#longest, this.#ping]) timer.cancel();
    const { client, vendor, context, state } = this.#parts;
    if (end.error && end.how !== "left") client.send(errorEvent(end.error, context.idText));
    if (this.#vendorClosed || (this.#active.size === 0 && !this.#waiting)) {
      this.#close();
      return;
    }
    for (const id of this.#active) vendor.send(textFrame({ type: "response.cancel", ...(id !== "" && { response_id: id }) }));
    this.#resumeVendor();
    this.#grace = state.wheel.arm(CANCEL_MS, () => this.#close());
  }

  #close(): void {
    if (this.#closed || this.#waiting) return;
    this.#closed = true;
    this.#grace?.cancel();
    const { client, vendor, money, state, context } = this.#parts;
    const { code, reason, how } = this.#end!;
    const open = [...this.#active];
    const charged = this.#chargeOpen(how === "broken" ? "broken" : "left-stream", open);
    charged.catch((error: unknown) => state.log.error({ err: error, request: context.idText }, "a realtime answer could not be charged")).finally(() => {
      money.end();
      client.close(code, reason);
      vendor.close(CLOSE.normal, "");
      context.outcome = how === "left" ? "client_abort" : how === "broken" ? "upstream_abort" : "ok";
      this.#over.resolve();
    });
  }

  /** What had begun to reach the client and will not end any more. */
  async #chargeOpen(how: "broken" | "left-stream", open: readonly string[]): Promise<void> {
    const { money } = this.#parts, now = this.#now();
    if (open.length > 0) await money.charge(brokenTurn(how, open[0] || undefined, this.#passed(), now));
    else if (this.#written?.hasText) await money.charge(unwrittenTurn(how, this.#written.take(0, money.sellsLength, now), now));
  }

  #forward(frame: Frame): void {
    const { client, vendor } = this.#parts;
    if (!client.send(frame) && !this.#end) vendor.pause();
  }

  #resumeVendor(): void {
    if (!this.#waiting) this.#parts.vendor.resume();
  }

  #sayHello(): void {
    this.#parts.client.ping();
    this.#ping = this.#parts.state.wheel.arm(PING_MS, () => this.#sayHello());
  }

  #passed(): Passed {
    const startedAt = this.#startedAt || this.#now();
    return { audioBytes: this.#audioBytes, textBytes: this.#textBytes, audioBytesPerToken: this.#facts.audioBytesPerToken, startedAt, contentAt: this.#contentAt };
  }

  /** Answers can run side by side; what has passed is counted until all of them have ended. */
  #startAnew(): void {
    this.#contentAt = undefined;
    if (this.#active.size > 0) return;
    this.#audioBytes = this.#textBytes = this.#startedAt = 0;
  }

  #now(): number {
    return this.#parts.state.clock.monotonic();
  }
}
