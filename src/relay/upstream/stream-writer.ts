import type { Reply } from "#relay/http/exchange.ts";
import type { TimerWheel, WheelTimer } from "#relay/upstream/timers.ts";

/** Silence after which a comment tells the client, and what stands between, that the stream lives. */
export const PING_MS = 15_000;
/** Pings before the vendor's first byte commit the status 200, so they begin late. */
export const FIRST_PING_MS = 25_000;
/** A client that takes nothing for so long is treated as gone. */
const STUCK_MS = 60_000;

/** How a stream is written to this client. */
export type StreamStyle = Readonly<{
  contentType?: string;
  /** A sign of life; undefined = there is none. @param begun something else has been written before */
  ping(begun: boolean): string | undefined;
  /** Bytes of a file: nothing can be said between them, and what goes wrong breaks the connection. */
  raw?: boolean;
  /** Puts events into another frame. */
  framing?: () => StreamFraming;
}>;

export interface StreamFraming {
  /** Bytes for these events; may be empty. */
  push(chunk: Buffer): Buffer | string;
  /** The last events and the frame's end. */
  end(chunk: Buffer | string): Buffer | string;
}

const COLON = 0x3a;
const COMMENTS: StreamStyle = { ping: () => ": ping\n\n" };

export type StreamWriterEvents = Readonly<{
  /** The client takes bytes again. */
  onDrain(): void;
  /** The client has taken nothing for a minute; the connection has been broken. */
  onStuck(): void;
}>;

/** The client's side of a stream: head at the first byte, pings in silence, a limit on the client's patience. */
export interface StreamWriter {
  /** The head has been sent: errors can only go in-band now. */
  readonly begun: boolean;
  /** Returns false when the client's socket is full: nothing more should be written until `onDrain`. */
  write(chunks: readonly Buffer[]): boolean;
  /** The last bytes. */
  end(chunk: Buffer | string): void;
  listen(events: StreamWriterEvents): void;
  /** Stops pings and timers without ending the answer. */
  stop(): void;
}

/** @param headers asked for once, when the head goes out */
export const createStreamWriter = (
  reply: Reply, wheel: TimerWheel, headers: () => Readonly<Record<string, string | undefined>>, style: StreamStyle = COMMENTS,
): StreamWriter => new ReplyWriter(reply, wheel, headers, style);

/** A class, as a literal with a getter would get a shape of its own for each stream. */
class ReplyWriter implements StreamWriter {
  begun = false;
  readonly #reply: Reply;
  readonly #wheel: TimerWheel;
  readonly #headers: () => Readonly<Record<string, string | undefined>>;
  readonly #style: StreamStyle;
  readonly #framing: StreamFraming | undefined;
  #wrote = false;
  #stopped = false;
  #full = false;
  #events: StreamWriterEvents | undefined;
  #stuck: WheelTimer | undefined;
  #pings: WheelTimer;

  constructor(reply: Reply, wheel: TimerWheel, headers: () => Readonly<Record<string, string | undefined>>, style: StreamStyle) {
    this.#reply = reply;
    this.#wheel = wheel;
    this.#headers = headers;
    this.#style = style;
    this.#framing = style.framing?.();
    this.#pings = this.#pingIn(FIRST_PING_MS);
    reply.onDrain(() => this.#drained());
  }

  write(chunks: readonly Buffer[]): boolean {
    if (this.#stopped || this.#reply.gone || chunks.length === 0) return true;
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const framed = this.#framing ? this.#framing.push(bytes) : bytes;
    if (framed.length === 0) return !this.#full;
    this.#begin();
    this.#wrote ||= typeof framed === "string" || framed[0] !== COLON; // a comment is no event
    this.#pings.refresh();
    return this.#sent(this.#reply.write(framed));
  }

  end(chunk: Buffer | string): void {
    if (!this.#stopped && !this.#reply.gone) {
      this.#begin();
      this.#reply.end(this.#framing ? this.#framing.end(chunk) : chunk);
    }
    this.stop();
  }

  listen(events: StreamWriterEvents): void {
    this.#events = events;
  }

  stop(): void {
    this.#stopped = true;
    this.#pings.cancel();
    this.#stuck?.cancel();
  }

  #pingIn(ms: number): WheelTimer {
    return this.#wheel.arm(ms, () => this.#ping());
  }

  #begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.#reply.head(200, this.#headers());
    this.#pings.cancel();
    this.#pings = this.#pingIn(PING_MS);
  }

  #ping(): void {
    if (this.#stopped || this.#reply.gone) return;
    const sign = this.#style.ping(this.#wrote);
    if (sign === undefined) return;
    this.#begin();
    if (!this.#full) this.#sent(this.#reply.write(sign));
    this.#pings.cancel();
    this.#pings = this.#pingIn(PING_MS);
  }

  #sent(roomLeft: boolean): boolean {
    if (roomLeft || this.#full) return roomLeft;
    this.#full = true;
    this.#stuck = this.#wheel.arm(STUCK_MS, () => {
      if (this.#stopped) return;
      this.#reply.destroy();
      this.#events?.onStuck();
    });
    return false;
  }

  #drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#stuck?.cancel();
    this.#events?.onDrain();
  }
}
