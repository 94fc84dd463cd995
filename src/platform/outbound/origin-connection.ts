import type { Socket } from "node:net";
import { Arrivals } from "#platform/outbound/arrivals.ts";
import { allInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import { sendStored } from "#platform/outbound/send-stored.ts";
import type { WireCall, WirePhase, WireSink } from "#platform/outbound/wire.ts";
import { MalformedResponse, ResponseReader, type HeaderNames, type ResponseHeaders } from "#platform/http1/response-reader.ts";
import { atTurnEnd } from "#platform/turn.ts";

/** A request on the wire: its head with what of its body goes along, and the rest. */
export type Message = Readonly<{ start: Buffer; rest: readonly BodyPart[] }>;

/** One request and who waits for its answer. */
export class Call implements WireCall {
  readonly #sink: WireSink;
  #connection: Connection | undefined;
  #paused = false;
  #headCame = false;
  #message: Message | undefined;
  over = false;

  constructor(message: Message, sink: WireSink) {
    this.#message = message;
    this.#sink = sink;
  }

  /** @internal Once: who waits for the answer need not keep the question. */
  takeMessage(): Message {
    const message = this.#message!;
    this.#message = undefined;
    return message;
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

/** Where the pool hears of its connections. */
export type ConnectionEvents = Readonly<{
  idle(connection: Connection): void;
  gone(connection: Connection): void;
  /** The connection broke before a byte of this call was sent on it: another one is to carry it. */
  unsent(call: Call): void;
}>;

/** One socket and the call that has it. */
export class Connection {
  /** When it was used last, and when it is too old to be used, by the pool's clock. */
  idleSince = 0;
  idleUntil = 0;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader: ResponseReader;
  #call: Call | undefined;
  readonly #arrivals = new Arrivals((bytes) => this.#gone || this.#received(bytes));
  #ended = false;
  #gone = false;
  /** A body from elsewhere is still on its way. */
  #sending = false;
  /** The call whose bytes have not left yet. */
  #unsent: Call | undefined;
  /** It has carried a call before. */
  #hasServed = false;

  constructor(socket: Socket, events: ConnectionEvents, names: HeaderNames) {
    this.#socket = socket;
    this.#events = events;
    this.#reader = new ResponseReader({
      onHead: (status, headers) => this.#call?.onHead(status, headers),
      onData: (chunk) => this.#call?.onData(chunk),
      onEnd: () => (this.#ended = true),
    }, names);
    socket.on("data", this.#arrivals.add);
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

  /** The bytes leave at the end of the turn, when its records are written: nothing is asked that no record tells of. */
  send(call: Call): void {
    this.#reader.reset();
    this.#ended = false;
    this.#call = call;
    call.sentOn(this);
    this.#unsent = call;
    atTurnEnd(this);
  }

  /** @internal */
  flush(): void {
    this.#arrivals.read(); // before it is sent no answer can be meant for it
    const call = this.#unsent;
    if (call === undefined) return;
    if (!this.usable) return this.#fail(closed());
    this.#unsent = undefined;
    this.#write(call);
  }

  #write(call: Call): void {
    const socket = this.#socket;
    const { start, rest } = call.takeMessage();
    if (!allInMemory(rest)) {
      this.#sending = true;
      sendStored(socket, start, rest).then(
        () => (this.#sending = false),
        // Answered or given up in the meantime: nobody waits for the rest.
        (error: Error) => (this.#call === call ? this.#fail(error) : this.destroy()),
      );
      return;
    }
    if (rest.length === 0) {
      socket.write(start);
      return;
    }
    socket.cork();
    socket.write(start);
    for (const part of rest) socket.write(part);
    socket.uncork();
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
    this.#arrivals.read();
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
    this.#arrivals.read();
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
