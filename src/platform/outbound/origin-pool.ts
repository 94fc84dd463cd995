import type { Socket } from "node:net";
import { HeadBytes } from "#platform/http1/head-bytes.ts";
import { HeaderNames } from "#platform/http1/response-reader.ts";
import { allInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import { Call, Connection, type ConnectionEvents, type Message } from "#platform/outbound/origin-connection.ts";
import type { WireCall, WireRequest, WireSink } from "#platform/outbound/wire.ts";

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
  readonly #names = new HeaderNames();
  readonly #heads = new HeadBytes();
  #opening = 0;
  #closed = false;
  /** How every head goes on behind its target. */
  readonly #hostLines: string;

  constructor(options: OriginPoolOptions) {
    this.#options = options;
    this.#hostLines = ` HTTP/1.1\r\nhost: ${options.host}\r\nconnection: keep-alive\r\n`;
  }

  /** For good: another one is to be asked for. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Calls under way or waiting for a connection. */
  get busy(): number {
    return this.#all.size - this.#idle.length + this.#opening + this.#queue.length;
  }

  /** @throws TypeError when a header cannot be sent */
  dispatch(request: WireRequest, sink: WireSink): WireCall {
    if (this.#closed) throw new Error("The connections to this origin have been closed.");
    const call = new Call(this.#encode(request), sink);
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
      const connection = new Connection(socket, this.#events, this.#names);
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

  /** Head and, where it is small, body in one piece. */
  #encode({ method, target, headers, body }: WireRequest): Message {
    const bytes = body.reduce((sum, { length }) => sum + length, 0);
    const out = this.#heads;
    out.begin();
    out.add(method);
    out.add(" ");
    out.add(target);
    out.add(this.#hostLines);
    for (const name in headers) out.header(name, headers[name]!);
    out.add(method === "POST" ? `content-length: ${bytes}\r\n\r\n` : "\r\n");
    const head = out.end(), joins = bytes <= JOIN_BYTES && allInMemory(body);
    const start = Buffer.allocUnsafe(head.length + (joins ? bytes : 0));
    let at = head.copy(start);
    if (joins) for (const part of body) at += part.copy(start, at);
    return { start, rest: joins ? NOTHING : body };
  }
}

const NOTHING: readonly BodyPart[] = [];
