import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net, { type Socket } from "node:net";

export type SocketProxyOptions = Readonly<{
  /** Path of the inner server's socket, or undefined while there is none. */
  socketPath: () => string | undefined;
  bodyBytesMax: number;
  /** Told when the inner server failed an answer; the client has been answered already. */
  onFailure: (error: Error) => void;
}>;

/** What is sent on in place of the request's own head. */
export type Forwarded = Readonly<{ target: string; headers: readonly string[] }>;

export interface SocketProxy {
  forward(request: IncomingMessage, response: ServerResponse, forwarded: Forwarded): void;
  /** Joins both ends of an upgraded connection (development only). */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, forwarded: Forwarded): void;
  close(): void;
}

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Passes requests to an HTTP server on a unix socket, unbuffered both ways; a client that leaves ends the inner request. */
export function createSocketProxy(options: SocketProxyOptions): SocketProxy {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1_024, maxFreeSockets: 64, timeout: 0 });

  function forward(request: IncomingMessage, response: ServerResponse, forwarded: Forwarded): void {
    const socketPath = options.socketPath();
    if (socketPath === undefined) return answerDown(request, response);
    if (Number(request.headers["content-length"] ?? 0) > options.bodyBytesMax) return answerTooLarge(response);
    send(request, response, forwarded, socketPath, true);
  }

  function send(request: IncomingMessage, response: ServerResponse, forwarded: Forwarded, socketPath: string, mayRetry: boolean): void {
    const chunked = request.headers["transfer-encoding"] === undefined ? [] : ["transfer-encoding", "chunked"];
    const inner = http.request({
      socketPath,
      agent,
      method: request.method,
      path: forwarded.target,
      headers: [...forwarded.headers, ...chunked],
      setHost: false,
    });
    const onLeave = (): void => {
      if (!response.writableFinished) inner.destroy();
    };
    response.once("close", onLeave);
    inner.on("response", (reply) => answer(reply, response, options.onFailure));
    inner.on("error", (error) => {
      response.removeListener("close", onLeave);
      if (response.destroyed || response.headersSent) return void response.destroy();
      // A kept connection that the inner side closed in the same moment: safe to ask again when nothing was sent.
      if (mayRetry && inner.reusedSocket && isBodyless(request)) return send(request, response, forwarded, socketPath, false);
      options.onFailure(error);
      answerDown(request, response);
    });
    if (isBodyless(request)) inner.end();
    else sendBody(request, response, inner, options.bodyBytesMax);
  }

  return {
    forward,
    upgrade(request, socket, head, forwarded) {
      const socketPath = options.socketPath();
      if (socketPath === undefined) return void socket.destroy();
      joinSockets(request, socket, head, forwarded, socketPath);
    },
    close: () => agent.destroy(),
  };
}

const isBodyless = (request: IncomingMessage): boolean =>
  request.headers["transfer-encoding"] === undefined && Number(request.headers["content-length"] ?? 0) === 0;

function sendBody(request: IncomingMessage, response: ServerResponse, inner: http.ClientRequest, bytesMax: number): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bytesMax) return;
    request.unpipe(inner);
    if (!response.headersSent) answerTooLarge(response);
    inner.destroy();
  });
  request.pipe(inner);
}

function answer(reply: IncomingMessage, response: ServerResponse, onFailure: (error: Error) => void): void {
  if (response.headersSent || response.destroyed) return void reply.destroy();
  const headers: string[] = [];
  for (let i = 0; i + 1 < reply.rawHeaders.length; i += 2) {
    const name = reply.rawHeaders[i] ?? "";
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push(name, reply.rawHeaders[i + 1] ?? "");
  }
  response.writeHead(reply.statusCode ?? 502, headers);
  response.flushHeaders();
  reply.on("error", (error) => {
    onFailure(error);
    response.destroy();
  });
  // An inner answer that breaks must break ours too: an end would make a cut page look whole.
  reply.on("aborted", () => response.destroy());
  reply.pipe(response);
}

function answerTooLarge(response: ServerResponse): void {
  response.writeHead(413, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end("The request is too large.\n");
}

/** The site restarts within seconds, so a browser is told to look again by itself. */
function answerDown(request: IncomingMessage, response: ServerResponse): void {
  const html = request.headers.accept?.includes("text/html") ?? false;
  response.writeHead(503, {
    "content-type": html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
    "retry-after": "1",
    "cache-control": "no-store",
    ...(isBodyless(request) ? {} : { connection: "close" }),
  });
  const text = "The site is starting. This page tries again by itself.";
  response.end(html ? `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="1"><title>Starting</title><p>${text}</p>` : "The site is starting.\n");
}

function joinSockets(request: IncomingMessage, socket: Socket, head: Buffer, forwarded: Forwarded, socketPath: string): void {
  const inner = net.connect(socketPath, () => {
    const lines = [`${request.method} ${forwarded.target} HTTP/1.1`];
    for (let i = 0; i + 1 < forwarded.headers.length; i += 2) lines.push(`${forwarded.headers[i]}: ${forwarded.headers[i + 1]}`);
    inner.write(`${lines.join("\r\n")}\r\nconnection: upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`);
    if (head.length > 0) inner.write(head);
    inner.pipe(socket).pipe(inner);
  });
  inner.on("error", () => socket.destroy());
  socket.on("error", () => inner.destroy());
}
