import type { Socket } from "node:net";
import { allInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import { sendStored } from "#platform/outbound/send-stored.ts";
import { MalformedResponse, ResponseReader, type ResponseHeaders } from "#platform/http1/response-reader.ts";
import { atTurnEnd } from "#platform/turn-end.ts";

/** A request as it goes on the wire. */
export type WireRequest = Readonly<{
  method: "GET" | "POST";
  /** Path and query. */
  target: string;
  /** Without host, connection and content-length, which are the connection's business. */
  headers: Readonly<Record<string, string>>;
  body: readonly BodyPart[];
}>;

/** Up to where a call had come when it failed: nothing sent, sent without an answer, in the middle of the answer. */
export type WirePhase = "connect" | "head" | "body";

/** Nothing is called before `dispatch` has returned, and nothing after `onEnd` or `onError`. */
export interface WireSink {
  onHead(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error & { code?: string }, phase: WirePhase): void;
}

export interface WireCall {
  pause(): void;
  resume(): void;
  /** Hangs up; the sink hears nothing more. Idempotent. */
  abort(): void;
}

/** Opens one connection, vetted and ready to write to. */
export type Connect = (done: (error: Error | null, socket: Socket | null) => void) => void;

export type OriginPoolOptions = Readonly<{
  /** Host with port, as the `host` header says it. */
  host: string;
  connect: Connect;
  connectionsMax: number;
  /** Idle connections are closed after this, those that a rush has left over sooner. */
  keepMs: number;
  /** Monotonic, in ms. */
  now: () => number;
}>;

/** What the other side says of its patience is taken with this much off, as the news of its hanging up takes its time. */
const KEEP_MARGIN_MS = 1_000;
/** So many idle connections wait for their whole time; what a rush has left beyond them goes sooner. */
const SPARE_MAX = 64;
const SPARE_KEEP_MS = 10_000;
/** Up to here one buffer with everything is cheaper to send than several. */
const JOIN_BYTES = 64 * 1024;
/** What may stand in a header's value; a line's end in it would begin another header. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Keep-alive connections to one origin, one request on each at a time (RFC 9112). Those used last are used first, so
 * that the others can grow old and go.
 */
export class OriginPool {
  readonly #options: OriginPoolOptions;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #queue: Call[] = [];
  /** Made once: written where a connection is opened, it would keep the call that opened it for as long as the connection. */
  readonly #events: ConnectionEvents = { idle: (one) => this.#idled(one), gone: (one) => this.#gone(one), unsent: (call) => this.#place(call) };
  #opening = 0;
  #closed = false;
  readonly #hostLine: string;

  constructor(options: OriginPoolOptions) {
    this.#options = options;
    this.#hostLine = `host: ${options.host}\r\nconnection: keep-alive\r\n`;
  }

  /** Calls under way or waiting for a connection. */
  get busy(): number {
    return this.#all.size - this.#idle.length + this.#opening + this.#queue.length;
  }

  /** @throws TypeError when a header cannot be sent */
  dispatch(request: WireRequest, sink: WireSink): WireCall {
    if (this.#closed) throw new Error("The connections to this origin have been closed.");
    const call = new Call(this.#encodeHead(request), request.body, sink);
    this.#place(call);
    return call;
  }

  /** Closes what has been idle for too long. To be called every few seconds. */
  sweep(): void {
    const now = this.#options.now();
    // Those that were used last stand at the end.
    const beyond = this.#idle.length - SPARE_MAX;
    const isOld = ({ idleSince, idleUntil }: Connection, at: number): boolean => idleUntil <= now || (at < beyond && now - idleSince >= SPARE_KEEP_MS);
    for (const connection of this.#idle.filter(isOld)) connection.destroy();
  }

  /** Breaks everything. */
  destroy(): void {
    this.#closed = true;
    for (const call of this.#queue.splice(0)) call.fail(new Error("The connections to this origin have been closed."), "connect");
    for (const connection of this.#all) connection.destroy();
  }

  #place(call: Call): void {
    const ready = this.#takeIdle();
    if (ready) ready.send(call);
    else if (this.#all.size + this.#opening < this.#options.connectionsMax) this.#open(call);
    else this.#queue.push(call);
  }

  #takeIdle(): Connection | undefined {
    const now = this.#options.now();
    for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
      if (last.idleUntil > now && last.usable) return last;
      last.destroy();
    }
    return undefined;
  }

  #open(call: Call): void {
    this.#opening += 1;
    this.#options.connect((error, socket) => {
      this.#opening -= 1;
      if (error || !socket) {
        call.fail(error ?? new Error("No connection was made."), "connect");
        this.#serveNext();
        return;
      }
      if (this.#closed) {
        socket.destroy();
        call.fail(new Error("The connections to this origin have been closed."), "connect");
        return;
      }
      const connection = new Connection(socket, this.#events);
      this.#all.add(connection);
      if (call.over) this.#idled(connection);
      else connection.send(call);
    });
  }

  #idled(connection: Connection): void {
    const next = this.#nextWaiting();
    if (next) return connection.send(next);
    const keepMs = connection.keepMs === undefined ? this.#options.keepMs : Math.min(this.#options.keepMs, connection.keepMs - KEEP_MARGIN_MS);
    connection.idleSince = this.#options.now();
    connection.idleUntil = connection.idleSince + keepMs;
    if (keepMs <= 0 || this.#closed) connection.destroy();
    else this.#idle.push(connection);
  }

  #gone(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#serveNext();
  }

  #serveNext(): void {
    if (this.#closed || this.#all.size + this.#opening >= this.#options.connectionsMax) return;
    const next = this.#nextWaiting();
    if (next) this.#open(next);
  }

  #nextWaiting(): Call | undefined {
    for (let call = this.#queue.shift(); call; call = this.#queue.shift()) if (!call.over) return call;
    return undefined;
  }

  #encodeHead({ method, target, headers, body }: WireRequest): string {
    let head = `${method} ${target} HTTP/1.1\r\n${this.#hostLine}`;
    for (const name in headers) {
      const value = headers[name]!;
      if (UNSAFE.test(value)) throw new TypeError(`The header ${name} has a value that cannot be sent.`);
      head += `${name}: ${value}\r\n`;
    }
    if (method === "POST") head += `content-length: ${body.reduce((sum, { length }) => sum + length, 0)}\r\n`;
    return `${head}\r\n`;
  }
}

/** One request and who waits for its answer. */
class Call implements WireCall {
  readonly head: string;
  readonly body: readonly BodyPart[];
  readonly #sink: WireSink;
  #connection: Connection | undefined;
  #paused = false;
  #headCame = false;
  over = false;

  constructor(head: string, body: readonly BodyPart[], sink: WireSink) {
    this.head = head;
    this.body = body;
    this.#sink = sink;
  }

  pause(): void {
    this.#paused = true;
    if (!this.over) this.#connection?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.over) this.#connection?.resume();
  }

  abort(): void {
    if (this.over) return;
    this.over = true;
    this.#connection?.destroy();
  }

  /** @internal */
  sentOn(connection: Connection): void {
    this.#connection = connection;
    if (this.#paused) connection.pause();
  }

  get phase(): WirePhase {
    return this.#headCame ? "body" : "head";
  }

  onHead(status: number, headers: ResponseHeaders): void {
    this.#headCame = true;
    if (!this.over) this.#sink.onHead(status, headers);
  }

  onData(chunk: Buffer): void {
    if (!this.over) this.#sink.onData(chunk);
  }

  onEnd(): void {
    if (this.over) return;
    this.over = true;
    this.#sink.onEnd();
  }

  fail(error: Error, phase: WirePhase): void {
    if (this.over) return;
    this.over = true;
    this.#sink.onError(error, phase);
  }
}

type ConnectionEvents = Readonly<{
  idle(connection: Connection): void;
  gone(connection: Connection): void;
  /** The connection broke before a byte of this call was sent on it: another one is to carry it. */
  unsent(call: Call): void;
}>;

/** One socket and the call that has it. */
class Connection {
  /** When it was used last, and when it is too old to be used, by the pool's clock. */
  idleSince = 0;
  idleUntil = 0;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader: ResponseReader;
  #call: Call | undefined;
  #ended = false;
  #gone = false;
  /** A body from elsewhere is still on its way. */
  #sending = false;
  /** The call's bytes, until they leave at the end of the turn. */
  #unsent: Buffer | undefined;
  /** It has carried a call before. */
  #hasServed = false;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#reader = new ResponseReader({
      onHead: (status, headers) => this.#call?.onHead(status, headers),
      onData: (chunk) => this.#call?.onData(chunk),
      onEnd: () => (this.#ended = true),
    });
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("end", () => this.#halfClosed());
    socket.on("error", (error) => this.#broke(error));
    socket.on("close", () => this.#broke(closed()));
  }

  get usable(): boolean {
    return !this.#gone && this.#socket.writable && !this.#socket.destroyed;
  }
  get keepMs(): number | undefined {
    return this.#reader.keepMs;
  }

  send(call: Call): void {
    const socket = this.#socket;
    this.#reader.reset();
    this.#ended = false;
    this.#call = call;
    call.sentOn(this);
    const { body } = call;
    if (!allInMemory(body)) {
      this.#sending = true;
      sendStored(socket, call.head, body).then(
        () => (this.#sending = false),
        // Answered or given up in the meantime: nobody waits for the rest.
        (error: Error) => (this.#call === call ? this.#fail(error) : this.destroy()),
      );
      return;
    }
    const bytes = body.reduce((sum, { length }) => sum + length, 0);
    if (bytes <= JOIN_BYTES) {
      const whole = Buffer.allocUnsafe(call.head.length + bytes);
      let at = whole.write(call.head, 0, "latin1");
      for (const part of body) at += part.copy(whole, at);
      this.#unsent = whole;
      atTurnEnd(this);
      return;
    }
    socket.cork();
    socket.write(call.head, "latin1");
    for (const part of body) socket.write(part);
    socket.uncork();
  }

  /** @internal */
  flush(): void {
    const bytes = this.#unsent;
    if (bytes === undefined) return;
    if (!this.usable) return this.#fail(closed());
    this.#unsent = undefined;
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#unsent = undefined;
    this.#socket.destroy();
    this.#leave();
  }

  #received(chunk: Buffer): void {
    if (this.#call === undefined) {
      this.destroy(); // bytes that nobody asked for
      return;
    }
    if (this.#unsent !== undefined) {
      this.#fail(new MalformedResponse("The other side answered before it was asked."));
      return;
    }
    try {
      this.#reader.feed(chunk);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (this.#ended) this.#finish();
  }

  /** The response is whole. */
  #finish(): void {
    const call = this.#call;
    this.#call = undefined;
    this.#hasServed = true;
    // A request that was answered before all of it was sent leaves the connection in the middle of a message.
    const reusable = this.usable && this.#reader.reusable && !this.#sending && this.#socket.writableLength === 0;
    if (!reusable) this.destroy();
    else if (this.#socket.isPaused()) this.#socket.resume();
    call?.onEnd();
    if (reusable) this.#events.idle(this);
  }

  #halfClosed(): void {
    if (this.#call === undefined) {
      this.destroy();
      return;
    }
    if (this.#unsent !== undefined) {
      this.#fail(closed());
      return;
    }
    try {
      this.#reader.eof();
    } catch (error) {
      this.#fail(this.#reader.begun ? (error as Error) : closed());
      return;
    }
    if (this.#ended) this.#finish();
  }

  #broke(error: Error): void {
    if (this.#call) this.#fail(error);
    else this.destroy();
  }

  #fail(error: Error): void {
    const call = this.#call;
    const unsent = this.#unsent !== undefined;
    this.#call = undefined;
    this.destroy();
    if (!unsent) call?.fail(error, call.phase);
    // Had it been lying idle, its end was not this call's doing; a new one's is told, so that nobody tries for ever.
    else if (this.#hasServed) this.#events.unsent(call!);
    else call!.fail(error, "connect");
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.gone(this);
  }
}

const closed = (): Error => new MalformedResponse("The other side closed the connection.");
