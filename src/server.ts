import http, { type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readEnv, type Env } from "#config/env.ts";
import { childEnv } from "#config/process-env.ts";
import { superviseChild, type SupervisedChild } from "#platform/child.ts";
import { isLoopback } from "#platform/cidr.ts";
import { readyUrl, type EdgeFacts } from "#platform/edge.ts";
import { createEdgeServer, rawRequest, type EdgeServer } from "#platform/edge-server.ts";
import { joinExpositions } from "#platform/exposition.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";
import { tidyWhenIdle } from "#platform/idle-memory.ts";
import { createLog, type Log } from "#platform/log.ts";
import { createSocketProxy, type SocketProxy } from "#platform/socket-proxy.ts";
import { directExchange, nodeExchange, type Relay } from "#relay/index.ts";
import { relayRuntime } from "#runtime.ts";

/** The relay half as this file sees it; built by `relayRuntime`. */
export type RelayHalf = Readonly<{
  relay: Relay;
  metrics: Readonly<{ render(): Promise<string> }>;
  ready(): boolean;
  close(): Promise<void>;
}>;

/** The site, in a process of its own. */
export type WebHalf = Readonly<Pick<SupervisedChild, "firstUp" | "stop"> & { readonly socketPath: string | undefined }>;

export type ShopOptions = Readonly<{
  env: Env;
  log: Log;
  /** Undefined with MODELMART_ROLE=web. */
  relayHalf: RelayHalf | undefined;
  /** Starts the site once the port is known; undefined with MODELMART_ROLE=relay. */
  startWeb: ((port: number) => WebHalf) | undefined;
  /** Pass `Upgrade` on to the site: hot reload. */
  dev: boolean;
}>;

export interface Shop {
  /** As in the ready line. */
  readonly url: string;
  /** Resolves when pages are served too. */
  readonly ready: Promise<void>;
  /** Lets streams finish, then ends everything that this process holds. */
  stop(): Promise<void>;
}

/** Of the site's own addresses: uploads of pages are small, bodies of the relay never come this way. */
const PAGE_BODY_BYTES_MAX = 20 * 1024 * 1024;
/** Pages still open when the last stream has ended get this long. */
const PAGE_GRACE_MS = 2_000;
const WEB_METRICS_TIMEOUT_MS = 1_000;

/**
 * One node: the listener that strangers reach, the relay behind `/v1` and its siblings, the site behind everything else.
 *
 * @throws Error of the socket (EADDRINUSE …)
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { env, log, relayHalf } = options;
  let web: WebHalf | undefined;
  let draining = false;
  let served = 0;
  const stopTidying = relayHalf && tidyWhenIdle({ running: () => relayHalf.relay.running, done: () => served });
  const proxy = createSocketProxy({
    socketPath: () => web?.socketPath,
    bodyBytesMax: PAGE_BODY_BYTES_MAX,
    onFailure: (error) => log.warn({ err: error }, "the web half failed a request"),
  });
  const hasWeb = options.startWeb !== undefined;
  const status = { isReady: () => !draining && (relayHalf?.ready() ?? web?.socketPath !== undefined) };

  const server: EdgeServer = createEdgeServer({
    trustedProxies: env.trustedProxies,
    handle(request, response, facts, expectContinue) {
      if (relayHalf?.relay.matches(facts.path)) {
        served += 1;
        return relay(relayHalf.relay, request, response, { clientIp: facts.clientIp, expectContinue }, log);
      }
      const answer = health(facts.path);
      if (answer) return void answer(request, response, facts);
      if (!hasWeb || isRelayAddress(facts.path)) return notFound(response);
      if (expectContinue) response.writeContinue();
      const requestId = requestIdText(uuidv7());
      proxy.forward(request, response, { target: facts.target, headers: server.edge.forwardHeaders(rawRequest(request), facts, requestId) });
    },
    ...(relayHalf && {
      direct(exchange, facts) {
        if (!relayHalf.relay.matches(facts.path)) return undefined;
        served += 1;
        return () => carry(relayHalf.relay, directExchange(exchange, facts.clientIp), () => exchange.destroy(), log);
      },
    }),
    upgrade: {
      wants: (path) => relayHalf?.relay.upgrades(path) === true || (options.dev && hasWeb),
      handle(request, socket, head, facts) {
        if (!relayHalf?.relay.upgrades(facts.path)) return upgradeTo(proxy, server)(request, socket, head, facts);
        served += 1;
        relayHalf.relay.converse({ request, socket, head, clientIp: facts.clientIp }).catch((error: unknown) => {
          log.error({ err: error }, "the relay failed outside its pipeline");
          socket.destroy();
        });
      },
    },
  });

  function health(at: string): ((request: IncomingMessage, response: ServerResponse, facts: EdgeFacts) => void) | undefined {
    if (at === "/healthz") return (request, response) => sendJson(request, response, 200, { status: "ok" });
    if (at === "/readyz") {
      return (request, response) => {
        const ready = status.isReady();
        sendJson(request, response, ready ? 200 : 503, {
          status: ready ? "ready" : draining ? "draining" : "not ready",
          ...(hasWeb ? { web: web?.socketPath ? "up" : "down" } : {}),
        });
      };
    }
    if (at === "/metrics") return (request, response, facts) => void metrics(request, response, facts);
    return undefined;
  }

  /** Loopback only: the numbers tell a competitor what the shop sells. */
  async function metrics(request: IncomingMessage, response: ServerResponse, facts: EdgeFacts): Promise<void> {
    if (!isLoopback(facts.clientIp)) return notFound(response);
    const own = relayHalf ? [{ process: "relay", text: await relayHalf.metrics.render() }] : [];
    const socketPath = web?.socketPath;
    const site = socketPath ? [{ process: "web", text: await fetchMetrics(socketPath) }] : [];
    send(request, response, 200, "text/plain; version=0.0.4; charset=utf-8", joinExpositions([...own, ...site]));
  }

  const port = await server.listen(env.port, env.host);
  web = options.startWeb?.(port);
  return {
    url: readyUrl(env.host, port),
    ready: web?.firstUp ?? Promise.resolve(),
    async stop() {
      draining = true;
      stopTidying?.();
      const closed = server.close();
      await relayHalf?.relay.drain(env.drainSeconds * 1_000);
      const cut = setTimeout(() => server.cut(), PAGE_GRACE_MS);
      await closed;
      clearTimeout(cut);
      await web?.stop(PAGE_GRACE_MS + 3_000);
      proxy.close();
      await relayHalf?.close();
    },
  };
}

function relay(core: Relay, request: IncomingMessage, response: ServerResponse, facts: Parameters<typeof nodeExchange>[2], log: Log): void {
  carry(core, nodeExchange(request, response, facts), () => response.destroy(), log);
}

function carry(core: Relay, { inbound, reply }: ReturnType<typeof nodeExchange>, destroy: () => void, log: Log): void {
  core.handle(inbound, reply).catch((error: unknown) => {
    // The core answers its own errors; what arrives here is a bug, and the client must not wait for ever.
    log.error({ err: error }, "the relay failed outside its pipeline");
    destroy();
  });
}

const upgradeTo =
  (proxy: SocketProxy, server: EdgeServer) =>
  (request: IncomingMessage, socket: Parameters<SocketProxy["upgrade"]>[1], head: Buffer, facts: EdgeFacts): void =>
    proxy.upgrade(request, socket, head, {
      target: facts.target,
      headers: server.edge.forwardHeaders(rawRequest(request), facts, requestIdText(uuidv7())),
    });

/** With MODELMART_ROLE=web the relay's addresses are nobody's: the site must not answer them with a page. */
const isRelayAddress = (at: string): boolean => /^\/(?:v1|v1beta|v2\/rerank|openai\/realtime|(?:anthropic|openai)\/v1|gemini\/v1beta|mj(?:-[a-z]+)?|suno|kling)(?:\/|$)/.test(at);

function send(request: IncomingMessage, response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { "content-type": type, "cache-control": "no-store", "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

const sendJson = (request: IncomingMessage, response: ServerResponse, code: number, body: object): void =>
  send(request, response, code, "application/json", JSON.stringify(body));

function notFound(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error: { code: "not_found", message: "There is nothing at this address." } }));
}

/** The other half's numbers; empty when it does not answer in time, as half a page is better than none. */
const fetchMetrics = (socketPath: string): Promise<string> =>
  new Promise((resolve) => {
    const request = http.get({ socketPath, path: "/metrics", timeout: WEB_METRICS_TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
      response.on("error", () => resolve(""));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(""));
  });

/** Starts src/web.ts and keeps it running; it learns the port and the database from its environment. */
export const forkWeb =
  (env: Env, log: Log, dev: boolean) =>
  (port: number): SupervisedChild =>
    superviseChild({
      script: fileURLToPath(new URL("./web.ts", import.meta.url)),
      argv: dev ? ["--dev"] : [],
      env: childEnv({
        PORT: String(port),
        HOST: env.host,
        MODELMART_DATA: path.resolve(env.dataDir),
        DATABASE_URL: env.databaseUrl,
        MODELMART_URL: env.url,
        NODE_ENV: dev ? "development" : "production",
        // By it `node --watch` has processes report what they load, to whoever has forked them: Next's tools fork workers
        // and take every report for an answer that they cannot read.
        WATCH_REPORT_DEPENDENCIES: undefined,
      }),
      log,
      backOffMs: 200,
      backOffMaxMs: 10_000,
      steadyMs: 30_000,
    });

/** Serves by the environment until a signal comes; resolves when everything is closed. */
export async function serveUntilSignal(env: Env, log: Log, dev: boolean, onReady: (url: string) => void): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  const relayHalf = env.role === "web" ? undefined : await relayRuntime(env, log);
  const shop = await startShop({ env, log, relayHalf, startWeb: env.role === "relay" ? undefined : forkWeb(env, log, dev), dev });
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "stopping: no new requests, running streams finish");
    shop.stop().then(stopped.resolve, stopped.reject);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(signal));
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unhandled rejection"));
  process.on("uncaughtException", (error) => {
    log.error({ err: error }, "uncaught exception");
    if (!isStraySocketError(error)) {
      process.exitCode = 1;
      stop("uncaught exception");
    }
  });
  await Promise.race([shop.ready.then(() => stopping || onReady(shop.url)), stopped.promise]);
  await stopped.promise;
}

/** A socket that breaks between two handlers harms nobody but its own request. */
const isStraySocketError = (error: NodeJS.ErrnoException): boolean =>
  /^(?:ERR_STREAM_|ECONNRESET|EPIPE|ECONNABORTED)/.test(error.code ?? "");

if (import.meta.main) {
  const dev = process.argv.includes("--dev");
  const env = readEnv();
  const log = createLog({ level: env.logLevel, format: env.logFormat });
  await serveUntilSignal(env, log, dev, (url) => process.stdout.write(`Modelmart is ready at ${url}\n`));
  process.exit();
}
