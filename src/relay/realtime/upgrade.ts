import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { RelayError } from "#relay/errors.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { FRAME_BYTES_MAX, type FrameSocket } from "#relay/realtime/frame-socket.ts";
import { wrapSocket } from "#relay/realtime/ws-socket.ts";

const KEY_PROTOCOL = "openai-insecure-api-key.";
const BETA_PROTOCOL = "openai-beta.";
const REALTIME_PROTOCOL = "realtime";
const NONCE = /^[+/0-9A-Za-z]{22}==$/;

/** A client's wish to change over to a WebSocket, as Node hands it over. */
export type UpgradeCall = Readonly<{ request: IncomingMessage; socket: Socket; head: Buffer; clientIp: string }>;

/** The client's end of a conversation that has not begun: it can be refused like a request, or agreed to. */
export type UpgradeExchange = Readonly<{
  inbound: Inbound;
  reply: Reply;
  /** Parts of the client's wishes that matter to a vendor. */
  forwarded: Readonly<Record<string, string>>;
  /**
   * Says 101. @throws RelayError invalid_value when it is no proper wish for a WebSocket
   * @returns undefined when the client has gone meanwhile
   */
  accept(headers: Readonly<Record<string, string>>): FrameSocket | undefined;
}>;

/** A browser cannot set headers, so its key comes as the name of a protocol. */
export function upgradeExchange(call: UpgradeCall): UpgradeExchange {
  const { request } = call;
  const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const keys = protocols.filter((name) => name.startsWith(KEY_PROTOCOL)).map((name) => `Bearer ${name.slice(KEY_PROTOCOL.length)}`);
  const beta = request.headers["openai-beta"] ?? protocols.filter((name) => name.startsWith(BETA_PROTOCOL)).map((name) => name.slice(BETA_PROTOCOL.length).replace(/-(?=v\d+$)/, "=")).join(",");
  const authorization = [request.headers.authorization, ...keys].filter((value) => value !== undefined && value !== "").join(", ");
  const target = request.url ?? "/", mark = target.indexOf("?");
  const inbound: Inbound = {
    method: request.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    headers: { ...(request.headers as Record<string, string | undefined>), ...(authorization !== "" && { authorization }) },
    clientIp: call.clientIp,
    body: () => Promise.resolve(Buffer.alloc(0)),
  };
  const reply = new SocketReply(call.socket);
  return {
    inbound, reply,
    forwarded: typeof beta === "string" && beta !== "" ? { "openai-beta": beta } : {},
    accept(headers) {
      checkHandshake(request);
      return reply.gone ? undefined : accept({ ...call, head: Buffer.concat([call.head, ...reply.handOver()]) }, protocols, headers);
    },
  };
}

/** What the library would refuse in words of its own. */
function checkHandshake({ method, headers }: IncomingMessage): void {
  if (method !== "GET" || headers["sec-websocket-version"] !== "13" || !NONCE.test(headers["sec-websocket-key"] ?? "")) {
    throw new RelayError("invalid_value", "This is no proper WebSocket handshake: GET with 'Sec-WebSocket-Version: 13' and a key of 16 bytes is expected.", { headers: { "sec-websocket-version": "13" } });
  }
}

function accept({ request, socket, head }: UpgradeCall, protocols: readonly string[], headers: Readonly<Record<string, string>>): FrameSocket | undefined {
  const server = new WebSocketServer({
    noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: FRAME_BYTES_MAX,
    // Never the name that holds the key.
    handleProtocols: () => (protocols.includes(REALTIME_PROTOCOL) ? REALTIME_PROTOCOL : false),
  });
  server.on("headers", (lines) => {
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  });
  let accepted: FrameSocket | undefined;
  server.handleUpgrade(request, socket, head, (opened) => (accepted = wrapSocket(opened)));
  return accepted;
}

/** What a client may send before it has been agreed to; honest ones wait. */
const EARLY_BYTES_MAX = 64 * 1024;

/** The way of a refusal: an ordinary answer, after which the connection ends. Reads on, as only so an end is seen. */
class SocketReply implements Reply {
  pristine = true;
  gone = false;
  readonly #socket: Socket;
  #head = "";
  #goneListener: (() => void) | undefined;
  readonly #onClose = (): void => {
    this.gone = true;
    this.#goneListener?.();
  };
  readonly #onError = (): void => undefined; // `close` follows
  readonly #early: Buffer[] = [];
  #earlyBytes = 0;
  readonly #onData = (bytes: Buffer): void => {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > EARLY_BYTES_MAX) this.#socket.destroy();
  };
  /** Half a connection is of no use to a conversation. */
  readonly #onEnd = (): void => {
    if (this.pristine) this.#socket.destroy();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("close", this.#onClose);
    socket.on("error", this.#onError);
    socket.on("end", this.#onEnd);
    socket.on("data", this.#onData);
    if (socket.destroyed) this.gone = true;
  }

  head(status: number, headers: Readonly<Record<string, string | undefined>>): void {
    this.pristine = false;
    const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined || name === "connection" ? [] : [`${name}: ${value}`]));
    this.#head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "connection: close", "", ""].join("\r\n");
  }

  write(chunk: Uint8Array | string): boolean {
    this.#flush();
    return this.#socket.write(chunk);
  }

  end(chunk?: Uint8Array | string): void {
    this.#flush();
    if (chunk === undefined) this.#socket.end();
    else this.#socket.end(chunk);
    this.#socket.off("data", this.#onData);
    this.#socket.resume(); // what the client goes on sending is thrown away
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onDrain(listener: () => void): void {
    this.#socket.on("drain", listener);
  }

  onGone(listener: () => void): void {
    if (this.gone) listener();
    else this.#goneListener = listener;
  }

  /** From now on the socket is the conversation's, which must begin to read it at once. @returns what has come meanwhile */
  handOver(): readonly Buffer[] {
    this.#socket.off("close", this.#onClose).off("error", this.#onError).off("end", this.#onEnd).off("data", this.#onData);
    this.pristine = false;
    return this.#early;
  }

  #flush(): void {
    if (this.#head !== "") this.#socket.write(this.#head);
    this.#head = "";
  }
}
