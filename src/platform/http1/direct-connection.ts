import type { Socket } from "node:net";
import type { RequestHead } from "#platform/http1/request-head.ts";
import { whenRequestsAreRead } from "#platform/turn.ts";

export type DirectLimits = Readonly<{
  /** A connection that brings nothing. */
  silentMs: number;
  /** One that has had its answer. */
  keepAliveMs: number;
  requestsMax: number;
  /** Larger bodies take the general way. */
  bodyBytesMax: number;
}>;

/** What gets the bytes of a body as they come. */
export type BodySink = Readonly<{ data(bytes: Buffer): void; end(): void; left(): void }>;

/** One request and its answer's way out. */
export interface DirectExchange {
  readonly head: RequestHead;
  readonly socket: Socket;
  /** The connection ends with this answer, as its head is to say. */
  readonly lastAnswer: boolean;
  /** How long the connection stays afterwards, in ms, as its head is to say. */
  readonly keepAliveMs: number;
  /** The body, when all of it has come with the head: no need to wait. */
  readonly whole: Buffer | undefined;
  /** Asks for the body that has not come whole. Once. */
  readBody(sink: BodySink): void;
  /** Called once when the client leaves before `done`. One listener. */
  onGone(listener: () => void): void;
  /** The last byte of the answer has been written. `close` = its head said so. */
  done(close: boolean): void;
  /** Breaks the connection. */
  destroy(): void;
}

export type DirectEvents = Readonly<{
  limits: DirectLimits;
  /** Undefined = not an ordinary call. @param before the connection's last one */
  readHead(bytes: Buffer, before: RequestHead | undefined): RequestHead | undefined;
  /** @returns what begins the exchange, to be called in the turn's phase for it; undefined = it is the general way's */
  accept(exchange: DirectExchange): (() => void) | undefined;
  /** Gives the connection with what has been read of it to the general server, for good. */
  handOver(socket: Socket, bytes: Buffer): void;
  closed(connection: DirectConnection): void;
  isClosing(): boolean;
  now(): number;
}>;

/** How long a connection that is to be closed may take to read its answer. */
const GOODBYE_MS = 2_000;

/**
 * A connection whose ordinary calls are read here, one after the other, past the general server's machinery. Whatever
 * is not ordinary (another method, a strange head, chunks, `Expect` …) goes to that server with every byte, and stays.
 */
export class DirectConnection {
  readonly #socket: Socket;
  readonly #events: DirectEvents;
  #exchange: Exchange | undefined;
  /** Of a request that came in this turn of the event loop. */
  #start: (() => void) | undefined;
  /** Bytes that came before their turn. */
  #pending: Buffer | undefined;
  #lastHead: RequestHead | undefined;
  #requests = 0;
  #deadline: number;
  #handedOver = false;

  constructor(socket: Socket, events: DirectEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#deadline = events.now() + events.limits.silentMs;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  /** Between two requests. */
  get idle(): boolean {
    return this.#exchange === undefined;
  }

  /** Ends a connection whose time is over. To be called every few seconds. */
  sweep(now: number): void {
    if (now >= this.#deadline) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (bytes: Buffer): void => {
    const exchange = this.#exchange;
    if (exchange === undefined) this.#begin(bytes);
    else if (exchange.missing > 0) this.#body(exchange, bytes);
    else this.#keep(bytes);
  };

  /** The client says that it sends no more: as the general server does, taken for leaving. */
  readonly #onEnd = (): void => {
    if (this.#start === undefined) return this.#ended();
    // It came with the request: what can be answered at once still is.
    this.#go();
    setImmediate(this.#ended);
  };

  readonly #ended = (): void => {
    if (this.#exchange) this.#socket.destroy();
    else this.#socket.end();
  };

  readonly #onError = (): void => undefined; // `close` follows and tells

  readonly #onClose = (): void => {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#start = undefined;
    this.#pending = undefined;
    this.#events.closed(this);
    exchange?.leave();
  };

  #begin(bytes: Buffer): void {
    const head = this.#events.readHead(bytes, this.#lastHead);
    if (head === undefined || head.length > this.#events.limits.bodyBytesMax) return this.#handOver(bytes);
    this.#lastHead = head;
    const came = bytes.length - head.bytes;
    const exchange = new Exchange(this, this.#socket, head, came >= head.length ? bytes.subarray(head.bytes, head.bytes + head.length) : undefined, {
      lastAnswer: this.#requests + 1 >= this.#events.limits.requestsMax || this.#events.isClosing(),
      keepAliveMs: this.#events.limits.keepAliveMs,
    });
    this.#exchange = exchange;
    if (came > head.length) this.#keep(bytes.subarray(head.bytes + head.length));
    else if (came < head.length) {
      exchange.missing = head.length - came;
      if (came > 0) exchange.early = bytes.subarray(head.bytes);
    }
    const start = this.#events.accept(exchange);
    if (!start) {
      this.#exchange = undefined;
      this.#pending = undefined;
      this.#handOver(bytes);
      return;
    }
    this.#requests += 1;
    this.#deadline = Infinity;
    this.#start = start;
    whenRequestsAreRead(this.#go);
  }

  readonly #go = (): void => {
    const start = this.#start;
    this.#start = undefined;
    start?.();
  };

  #body(exchange: Exchange, bytes: Buffer): void {
    const own = bytes.length <= exchange.missing ? bytes : bytes.subarray(0, exchange.missing);
    exchange.missing -= own.length;
    if (own.length < bytes.length) this.#keep(bytes.subarray(own.length));
    exchange.came(own);
    // An answered request whose body has come to its end at last.
    if (exchange.answered && exchange.missing === 0) this.#next();
  }

  /** The next request is there before this one is answered. */
  #keep(bytes: Buffer): void {
    this.#pending = this.#pending ? Buffer.concat([this.#pending, bytes]) : bytes;
    this.#socket.pause();
  }

  /** @internal */
  finished(exchange: Exchange, close: boolean): void {
    if (this.#exchange !== exchange) return;
    const now = this.#events.now();
    if (close) {
      this.#deadline = now + GOODBYE_MS;
      this.#socket.end();
      this.#socket.resume(); // what still comes is of no interest, but unread bytes would break the answer's way
      return;
    }
    if (exchange.missing > 0) {
      this.#deadline = now + this.#events.limits.silentMs;
      this.#socket.resume();
      return;
    }
    this.#next();
  }

  #next(): void {
    this.#exchange = undefined;
    if (this.#events.isClosing()) {
      this.#pending = undefined;
      this.#deadline = this.#events.now() + GOODBYE_MS;
      this.#socket.end();
      this.#socket.resume();
      return;
    }
    this.#deadline = this.#events.now() + this.#events.limits.keepAliveMs;
    // Who asks on and on without reading the answers waits until he does.
    if (this.#socket.writableNeedDrain) {
      this.#socket.pause();
      this.#socket.once("drain", this.#proceed);
    } else if (this.#pending !== undefined) process.nextTick(this.#proceed);
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** To what came before its turn, or to what comes. */
  readonly #proceed = (): void => {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#socket.destroyed || this.#exchange !== undefined) return;
    if (pending !== undefined) this.#begin(pending);
    if (!this.#handedOver && this.#pending === undefined) this.#socket.resume();
  };

  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    this.#handedOver = true;
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("error", this.#onError);
    socket.off("close", this.#onClose);
    socket.off("drain", this.#proceed);
    this.#events.closed(this);
    this.#events.handOver(socket, bytes);
  }
}

type Promises = Readonly<{ lastAnswer: boolean; keepAliveMs: number }>;

class Exchange implements DirectExchange {
  readonly head: RequestHead;
  readonly socket: Socket;
  readonly lastAnswer: boolean;
  readonly keepAliveMs: number;
  readonly whole: Buffer | undefined;
  /** Bytes of the body that are still to come. */
  missing = 0;
  /** Bytes of the body that came with the head. */
  early: Buffer | undefined;
  answered = false;
  readonly #connection: DirectConnection;
  #sink: BodySink | undefined;
  #gone: (() => void) | undefined;
  #left = false;

  constructor(connection: DirectConnection, socket: Socket, head: RequestHead, whole: Buffer | undefined, { lastAnswer, keepAliveMs }: Promises) {
    this.#connection = connection;
    this.socket = socket;
    this.head = head;
    this.whole = whole;
    this.lastAnswer = lastAnswer;
    this.keepAliveMs = keepAliveMs;
  }

  readBody(sink: BodySink): void {
    this.#sink = sink;
    const { early } = this;
    this.early = undefined;
    if (this.#left) sink.left();
    else if (early) this.came(early);
  }

  onGone(listener: () => void): void {
    if (this.#left) listener();
    else this.#gone = listener;
  }

  done(close: boolean): void {
    this.answered = true;
    this.#connection.finished(this, close);
  }

  destroy(): void {
    this.answered = true;
    this.socket.destroy();
  }

  came(bytes: Buffer): void {
    const sink = this.#sink;
    if (sink === undefined) {
      if (!this.answered) this.early = this.early ? Buffer.concat([this.early, bytes]) : bytes;
      return;
    }
    sink.data(bytes);
    if (this.missing === 0) sink.end();
  }

  /** @internal */
  leave(): void {
    this.#left = true;
    this.#sink?.left();
    if (!this.answered) this.#gone?.();
  }
}
