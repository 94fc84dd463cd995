import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, type ClientOptions } from "ws";
import type { Outbound } from "#platform/outbound/agent.ts";
import { FRAME_BYTES_MAX, type FrameSocket } from "#relay/realtime/frame-socket.ts";
import { wrapSocket } from "#relay/realtime/ws-socket.ts";

export type SocketCall = Readonly<{
  url: URL;
  headers: Readonly<Record<string, string>>;
  connectMs: number;
  /** As of every call of the channel. */
  proxy?: string;
  /** From the first byte of the connection to the vendor's consent. */
  openMs: number;
  /** Gives up: the client has left. */
  signal: AbortSignal;
}>;

/** Opens WebSockets to vendors; the network and the simulator stand behind the same interface. */
export interface SocketTransport {
  /** @throws SocketRefused when the vendor answers something else; OutboundRefused, or an error of the connection with its `code` */
  open(call: SocketCall): Promise<FrameSocket>;
}

/** The vendor answered the handshake with an ordinary reply. */
export class SocketRefused extends Error {
  override readonly name = "SocketRefused";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer) {
    super(`the vendor answered ${status}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

const REFUSAL_BYTES_MAX = 64 * 1024;

/** Vendors over the network: one vetted connection each, no redirects, nothing compressed. */
export const createSocketTransport = (outbound: Outbound): SocketTransport => ({ open: (call) => open(outbound, call) });

/** An operator may write `wss:` where the rules for addresses know `https:`. */
function httpForm(url: URL): URL {
  const plain = new URL(url);
  if (plain.protocol === "wss:") return new URL(plain.href.replace(/^wss/, "https"));
  return plain.protocol === "ws:" ? new URL(plain.href.replace(/^ws/, "http")) : plain;
}

async function open(outbound: Outbound, call: SocketCall): Promise<FrameSocket> {
  const url = httpForm(call.url);
  const connect = outbound.connector(url, "channel", call.connectMs, call.proxy);
  const { promise, resolve, reject } = Promise.withResolvers<FrameSocket>();
  const options: ClientOptions = {
    headers: call.headers,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    followRedirects: false,
    createConnection: ((_options: unknown, done: (error: Error | null, socket?: Duplex) => void) => {
      connect((error, socket) => (error ? done(error) : done(null, socket!)));
      return undefined;
    }) as unknown as NonNullable<ClientOptions["createConnection"]>,
  };
  const socket = new WebSocket(url, options);
  const stop = (error: Error): void => {
    reject(error);
    socket.terminate();
  };
  const giveUp = (): void => stop(Object.assign(new Error("the client has left"), { code: "ABORTED" }));
  // The library's own time-out watches sockets that it has made itself.
  const late = setTimeout(() => stop(Object.assign(new Error("the vendor did not answer in time"), { code: "ETIMEDOUT" })), call.openMs);
  const failed = (error: Error): void => reject(error);
  socket.on("error", failed);
  socket.once("unexpected-response", (request, response) => {
    readRefusal(response).then(reject, reject).finally(() => request.destroy());
  });
  socket.once("open", () => {
    // Before anything else is read: what the vendor says first comes right behind its consent.
    const wrapped = wrapSocket(socket);
    socket.off("error", failed);
    resolve(wrapped);
  });
  if (call.signal.aborted) giveUp();
  call.signal.addEventListener("abort", giveUp);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    call.signal.removeEventListener("abort", giveUp);
  }
}

async function readRefusal(response: IncomingMessage): Promise<SocketRefused> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= REFUSAL_BYTES_MAX) break;
  }
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return new SocketRefused(response.statusCode ?? 502, headers, Buffer.concat(chunks).subarray(0, REFUSAL_BYTES_MAX));
}
