import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createAddressSet, isLoopback, plainAddress } from "#platform/cidr.ts";
import { DirectConnection, type DirectExchange } from "#platform/http1/direct-connection.ts";
import { createHeadReader } from "#platform/http1/request-head.ts";
import { createEdge, isRejection, type Edge, type EdgeFacts, type RawRequest } from "#platform/edge.ts";

/** Where each number comes from stands beside it; all of them bound what a stranger can make us hold. */
const LIMITS = {
  /** Above the 16 KiB target + 32 KiB headers of `EDGE_LIMITS`, so that our own 414 and 431 speak first. */
  parserBytesMax: 56 * 1024,
  /** Above `EDGE_LIMITS.headersMax`: Node silently drops what is over its own count. */
  parserHeadersMax: 200,
  headersTimeoutMs: 10_000,
  /** Backstop only: body readers give 100 s + 1 s per MiB, and 100 MiB is the largest body. */
  requestTimeoutMs: 240_000,
  /** Common balancers keep idle connections 60 s; shorter makes them reuse a connection that we just closed. */
  keepAliveMs: 61_000,
  /** Now and then a connection must be made anew, so that a balancer can spread its clients. */
  requestsPerSocketMax: 10_000,
  connectionsMax: 20_000,
  connectionsPerAddressMax: 1_000,
  /** Larger bodies take Node's way, which reads them with back pressure. */
  directBodyBytesMax: 1024 * 1024,
  sweepMs: 1_000,
} as const;

/** @param expectContinue the sender waits for `100 Continue` before the body; whoever wants the body sends it */
export type EdgeHandler = (request: IncomingMessage, response: ServerResponse, facts: EdgeFacts, expectContinue: boolean) => void;
/** Takes an ordinary call past Node's machinery. @returns what begins it; undefined = it is not one for this */
export type DirectHandler = (exchange: DirectExchange, facts: EdgeFacts) => (() => void) | undefined;
export type UpgradeHandler = (request: IncomingMessage, socket: Socket, head: Buffer, facts: EdgeFacts) => void;

export type EdgeServerOptions = Readonly<{
  trustedProxies: readonly string[];
  handle: EdgeHandler;
  direct?: DirectHandler;
  /** Where it does not want the address, `Upgrade` is ignored, as HTTP allows. */
  upgrade?: Readonly<{ wants(path: string): boolean; handle: UpgradeHandler }>;
}>;

export interface EdgeServer {
  readonly edge: Edge;
  readonly connections: number;
  /** @throws Error (EADDRINUSE, EACCES …) of the socket; resolves to the port in use */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting; every answer from now on closes its connection. Resolves when the last connection is gone. */
  close(): Promise<void>;
  /** Breaks whatever is still open. */
  cut(): void;
}

/** Facts of Node's request that the edge looks at. */
export const rawRequest = (request: IncomingMessage): RawRequest => ({
  method: request.method ?? "GET",
  url: request.url ?? "/",
  httpVersion: request.httpVersion,
  rawHeaders: request.rawHeaders,
  peer: request.socket.remoteAddress ?? "",
  encrypted: "encrypted" in request.socket,
});

/** The only listener that strangers reach: bounded, strictly parsed, every request inspected before anyone sees it. */
export function createEdgeServer({ trustedProxies, handle, direct, upgrade }: EdgeServerOptions): EdgeServer {
  const edge = createEdge({ trustedProxies });
  let closing = false;
  const receive = (request: IncomingMessage, response: ServerResponse, expectContinue: boolean): void => {
    if (closing) response.shouldKeepAlive = false;
    const facts = edge.inspect(rawRequest(request));
    if (isRejection(facts)) return reject(response, facts.status, facts.reason);
    handle(request, response, facts, expectContinue);
  };
  const server = http.createServer(
    {
      maxHeaderSize: LIMITS.parserBytesMax,
      headersTimeout: LIMITS.headersTimeoutMs,
      requestTimeout: LIMITS.requestTimeoutMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: true,
      insecureHTTPParser: false,
      noDelay: true,
      shouldUpgradeCallback: (request) => upgrade?.wants(pathOf(request.url ?? "/")) === true && request.headers.upgrade?.toLowerCase() === "websocket",
    },
    (request, response) => receive(request, response, false),
  );
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => receive(request, response, true));
  server.maxHeadersCount = LIMITS.parserHeadersMax;
  server.maxRequestsPerSocket = LIMITS.requestsPerSocketMax;
  server.maxConnections = LIMITS.connectionsMax;
  server.on("clientError", answerUnparsed);
  if (upgrade) {
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const facts = edge.inspect(rawRequest(request));
      if (isRejection(facts)) socket.destroy();
      else upgrade.handle(request, socket, head, facts);
    });
  }
  const connections = countConnections(server, trustedProxies);
  const directs = direct && readDirectly(server, edge, direct, () => closing);
  return {
    edge,
    get connections() {
      return connections.total;
    },
    listen: (port, host) => listen(server, port, host),
    close() {
      closing = true;
      directs?.closeIdle();
      return closeServer(server);
    },
    cut() {
      directs?.cut();
      server.closeAllConnections();
    },
  };
}

/** Puts direct connections in front of Node's own reading of new ones. */
function readDirectly(server: Server, edge: Edge, handle: DirectHandler, isClosing: () => boolean): { closeIdle(): void; cut(): void } {
  const [nodes] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
  if (!nodes) throw new Error("Node's server has no listener for connections.");
  server.removeListener("connection", nodes);
  const open = new Set<DirectConnection>();
  const now = (): number => performance.now();
  /** What follows from a head and the address that it came from. */
  const known = new WeakMap<object, EdgeFacts>();
  const inspected = ({ head: { method, target, rawHeaders, same }, socket }: DirectExchange): EdgeFacts | undefined => {
    const before = known.get(same);
    if (before) return before;
    const facts = edge.inspect({ method, url: target, httpVersion: "1.1", rawHeaders, peer: socket.remoteAddress ?? "", encrypted: false });
    if (isRejection(facts)) return undefined;
    known.set(same, facts);
    return facts;
  };
  const events = {
    limits: { silentMs: LIMITS.headersTimeoutMs, keepAliveMs: LIMITS.keepAliveMs, requestsMax: LIMITS.requestsPerSocketMax, bodyBytesMax: LIMITS.directBodyBytesMax },
    readHead: createHeadReader(),
    accept(exchange: DirectExchange): (() => void) | undefined {
      const facts = inspected(exchange);
      return facts && handle(exchange, facts);
    },
    handOver(socket: Socket, bytes: Buffer): void {
      socket.pause();
      socket.unshift(bytes);
      nodes.call(server, socket);
      socket.resume();
    },
    closed: (connection: DirectConnection) => void open.delete(connection),
    isClosing,
    now,
  };
  server.on("connection", (socket: Socket) => {
    if (!socket.destroyed) open.add(new DirectConnection(socket, events));
  });
  const sweeper = setInterval(() => {
    const at = now();
    for (const connection of open) connection.sweep(at);
  }, LIMITS.sweepMs).unref();
  server.once("close", () => clearInterval(sweeper));
  return {
    closeIdle() {
      for (const connection of open) if (connection.idle) connection.destroy();
    },
    cut() {
      for (const connection of open) connection.destroy();
    },
  };
}

const pathOf = (target: string): string => {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
};

function reject(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${reason}\n`);
}

/** Bytes that are no HTTP request: answer by the parser's complaint, and never reuse the connection. */
function answerUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large"
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "408 Request Timeout"
    : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function countConnections(server: Server, trustedProxies: readonly string[]): { total: number } {
  const trusted = createAddressSet(trustedProxies);
  const perAddress = new Map<string, number>();
  const count = { total: 0 };
  server.on("connection", (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? "");
    const open = (perAddress.get(address) ?? 0) + 1;
    if (open > LIMITS.connectionsPerAddressMax && !isLoopback(address) && !trusted.has(address)) {
      socket.destroy();
      return;
    }
    count.total += 1;
    perAddress.set(address, open);
    socket.once("close", () => {
      count.total -= 1;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  });
  return count;
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** Node closes idle connections at once; those that turn idle later are swept here, as their heads promised keep-alive. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
