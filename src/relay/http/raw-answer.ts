import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { atTurnEnd } from "#platform/turn.ts";
import { writeHead, type AnswerHead } from "#relay/http/answer-head.ts";

/**
 * Writes answers past `ServerResponse`, whose general way (a list of headers that it checks, four pieces a chunk) costs
 * more than the rest of sending.
 */
export interface RawAnswer {
  /** Head and body in one piece. Nothing may follow. */
  whole(status: number, headers: AnswerHead, body: Buffer | string): void;
  /** Head of an answer in chunks; goes out with its first bytes. */
  begin(status: number, headers: AnswerHead): void;
  /**
   * Adds bytes, which leave at the end of this turn together with what else comes until then.
   * Returns false when the client's socket is full: wait for `onDrain`.
   */
  write(chunk: Uint8Array | string): boolean;
  /** The last bytes, and the end. */
  end(chunk: Uint8Array | string | undefined): void;
}

/** What Node keeps of an answer; `tests/unit/relay/http/exchange.test.ts` notices when a release changes it. */
type Internals = ServerResponse & { _header?: string | null; _headerSent?: boolean; _keepAliveTimeout?: number; maxRequestsOnConnectionReached?: boolean };

/** Who looks after the connection that an answer is written to. */
export type AnswerKeeper = Readonly<{
  /** How long the connection stays after the answer, in ms; 0 = it ends with it. */
  keepAliveMs: number;
  /** The head goes out. */
  began?(status: number, head: string): void;
  /** The last byte has been written. */
  ended(): void;
}>;

/** Up to here one string of bytes is cheaper to send than several buffers. */
const JOIN_BYTES = 32 * 1024;

/** What gathers in one turn before it is sent at once, so that a full socket is noticed. */
const GATHER_BYTES = 64 * 1024;

/** For a connection that no general server looks after. */
export const socketAnswer = (socket: Socket, keeper: AnswerKeeper, onDrain: () => void): RawAnswer => new SocketAnswer(socket, keeper, onDrain);

/**
 * Node's own bookkeeping goes on: it is told that its head has been sent, and ends the answer as ever, so keep-alive,
 * the next request of the connection and `close` are its business as before. Undefined when this answer needs Node's own way: HTTP/1.0, HEAD, a connection that closes, one that waits for its turn. */
export function rawAnswer(request: IncomingMessage, response: ServerResponse, onDrain: () => void): RawAnswer | undefined {
  const { socket } = response;
  const internals = response as Internals;
  const plain = socket !== null && request.httpVersionMinor === 1 && request.httpVersionMajor === 1 && request.method !== "HEAD"
    && response.shouldKeepAlive && internals.maxRequestsOnConnectionReached !== true && internals._header === null;
  return plain ? new SocketAnswer(socket, nodeKeeper(internals), onDrain) : undefined;
}

const nodeKeeper = (response: Internals): AnswerKeeper => ({
  keepAliveMs: response._keepAliveTimeout ?? 0,
  began(status, head) {
    response.statusCode = status;
    response._header = head;
    response._headerSent = true;
  },
  ended: () => void response.end(),
});

/** Answers without a body, whatever their headers say. */
const BODILESS = new Set([204, 304]);

class SocketAnswer implements RawAnswer {
  private readonly socket: Socket;
  private readonly keeper: AnswerKeeper;
  private over = false;
  private readonly onDrain: () => void;
  private head = "";
  private text = "";
  private parts: Buffer[] | undefined;
  private gathered = 0;
  private waiting = false;
  private full = false;

  constructor(socket: Socket, keeper: AnswerKeeper, onDrain: () => void) {
    this.socket = socket;
    this.keeper = keeper;
    this.onDrain = onDrain;
  }

  whole(status: number, headers: AnswerHead, body: Buffer | string): void {
    const { socket, keeper } = this;
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    const head = writeHead(status, headers, headers["content-length"] === undefined && !BODILESS.has(status) ? `content-length: ${bytes.length}\r\n` : "", keeper.keepAliveMs);
    keeper.began?.(status, head.toString("latin1"));
    if (bytes.length <= JOIN_BYTES) {
      const whole = Buffer.allocUnsafe(head.length + bytes.length);
      head.copy(whole);
      bytes.copy(whole, head.length);
      socket.write(whole);
    } else this.several([head.toString("latin1"), bytes]);
    this.over = true;
    keeper.ended();
  }

  begin(status: number, headers: AnswerHead): void {
    this.head = writeHead(status, headers, "transfer-encoding: chunked\r\n", this.keeper.keepAliveMs).toString("latin1");
    this.keeper.began?.(status, this.head);
  }

  write(chunk: Uint8Array | string): boolean {
    this.add(chunk);
    if (this.gathered >= GATHER_BYTES) this.send("");
    else if (!this.waiting) {
      this.waiting = true;
      atTurnEnd(this);
    }
    return !this.full;
  }

  end(chunk: Uint8Array | string | undefined): void {
    if (chunk !== undefined) this.add(chunk);
    this.send("0\r\n\r\n");
    this.socket.off("drain", this.drained);
    this.over = true;
    this.keeper.ended();
  }

  flush(): void {
    this.waiting = false;
    if (!this.over) this.send("");
  }

  private add(chunk: Uint8Array | string): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    if (bytes.length === 0) return;
    this.gathered += bytes.length;
    if (this.parts === undefined && this.text.length + bytes.length <= JOIN_BYTES) {
      this.text += bytes.toString("latin1");
      return;
    }
    this.parts ??= this.text === "" ? [] : [Buffer.from(this.text, "latin1")];
    this.text = "";
    this.parts.push(bytes);
  }

  /** One HTTP chunk of all that has gathered. */
  private send(tail: string): void {
    const { head, text, parts, socket } = this;
    this.head = this.text = "";
    this.parts = undefined;
    this.gathered = 0;
    if (socket.destroyed) return;
    let roomLeft = true;
    if (parts) roomLeft = this.several([`${head}${parts.reduce((sum, { length }) => sum + length, 0).toString(16)}\r\n`, ...parts, `\r\n${tail}`]);
    else if (text !== "") roomLeft = socket.write(`${head}${text.length.toString(16)}\r\n${text}\r\n${tail}`, "latin1");
    else if (head !== "" || tail !== "") roomLeft = socket.write(head + tail, "latin1");
    if (roomLeft || this.full) return;
    this.full = true;
    socket.once("drain", this.drained);
  }

  private readonly drained = (): void => {
    this.full = false;
    this.onDrain();
  };

  private several(pieces: readonly (Buffer | string)[]): boolean {
    const { socket } = this;
    let roomLeft = true;
    socket.cork();
    for (const piece of pieces) roomLeft = typeof piece === "string" ? socket.write(piece, "latin1") : socket.write(piece);
    socket.uncork();
    return roomLeft;
  }
}
