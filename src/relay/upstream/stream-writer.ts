import type { Reply } from "#relay/http/exchange.ts";
import type { TimerWheel, WheelTimer } from "#relay/upstream/timers.ts";

/** Silence after which a comment tells the client, and what stands between, that the stream lives. */
const PING_MS = 15_000;
/** Pings before the vendor's first byte commit the status 200, so they begin late. */
const FIRST_PING_MS = 25_000;
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
export function createStreamWriter(
  reply: Reply, wheel: TimerWheel, headers: () => Readonly<Record<string, string | undefined>>, style: StreamStyle = COMMENTS,
): StreamWriter {
  const framing = style.framing?.();
  let begun = false, wrote = false, stopped = false, full = false;
  let events: StreamWriterEvents | undefined;
  let stuck: WheelTimer | undefined;
  let pings: WheelTimer = wheel.arm(FIRST_PING_MS, ping);

  function begin(): void {
    if (begun) return;
    begun = true;
    reply.head(200, headers());
    pings.cancel();
    pings = wheel.arm(PING_MS, ping);
  }
  function ping(): void {
    if (stopped || reply.gone) return;
    const sign = style.ping(wrote);
    if (sign === undefined) return;
    begin();
    if (!full) sent(reply.write(sign));
    pings.cancel();
    pings = wheel.arm(PING_MS, ping);
  }
  function sent(roomLeft: boolean): boolean {
    if (roomLeft || full) return roomLeft;
    full = true;
    stuck = wheel.arm(STUCK_MS, () => {
      if (stopped) return;
      reply.destroy();
      events?.onStuck();
    });
    return false;
  }
  function stop(): void {
    stopped = true;
    pings.cancel();
    stuck?.cancel();
  }

  reply.onDrain(() => {
    if (!full) return;
    full = false;
    stuck?.cancel();
    events?.onDrain();
  });

  return {
    get begun() {
      return begun;
    },
    write(chunks) {
      if (stopped || reply.gone || chunks.length === 0) return true;
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      const framed = framing ? framing.push(bytes) : bytes;
      if (framed.length === 0) return !full;
      begin();
      wrote ||= typeof framed === "string" || framed[0] !== COLON; // a comment is no event
      pings.refresh();
      return sent(reply.write(framed));
    },
    end(chunk) {
      if (!stopped && !reply.gone) {
        begin();
        reply.end(framing ? framing.end(chunk) : chunk);
      }
      stop();
    },
    listen(listener) {
      events = listener;
    },
    stop,
  };
}
