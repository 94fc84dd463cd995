import { chmod, mkdir, rm } from "node:fs/promises";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import next from "next";
import { readEnv, type Env } from "#config/env.ts";
import { exportEnv } from "#config/process-env.ts";
import { startJobs, startTaskRounds } from "#jobs/index.ts";
import { loadSettings } from "#accounts/index.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { outliveOutput } from "#platform/closed-output.ts";
import { hostAllowed, readyUrl } from "#platform/edge.ts";
import { createLog, type Log } from "#platform/log.ts";
import { asksDocument, sendPlain, twinAddress, writeAside, type Written } from "#platform/plain-page.ts";
import { webRuntime } from "#runtime.ts";
import { isLocale } from "#ui/i18n/routing.ts";

// The web process: Next behind a socket that only the parent's edge can reach, and the jobs.

/** Longest path that a unix socket's address holds everywhere (104 on macOS, 108 on Linux, each with its end mark). */
const SOCKET_PATH_BYTES_MAX = 100;

async function socketPath(dataDir: string): Promise<string> {
  const name = `web-${process.pid}.sock`;
  const wanted = path.join(dataDir, "run", name);
  const folder = Buffer.byteLength(wanted) <= SOCKET_PATH_BYTES_MAX ? path.dirname(wanted) : path.join(tmpdir(), `modelmart-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const file = path.join(folder, name);
  await rm(file, { force: true });
  return file;
}

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
};

/** Other names than the shop's own get 421: a page, a cookie or a mail link must never follow a Host that a stranger chose. */
function misdirected(request: IncomingMessage, response: ServerResponse, env: Env, publicUrl: string | undefined): boolean {
  const host = header(request, "x-mm-host");
  if (hostAllowed(host, { publicUrl, port: env.port, addresses: ownAddresses() })) {
    const secure = publicUrl?.startsWith("https://") && host === new URL(publicUrl).host && header(request, "x-mm-proto") === "http";
    if (!secure) return false;
    response.writeHead(308, { location: new URL(request.url ?? "/", publicUrl).href }).end();
    return true;
  }
  response.writeHead(421, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end("This shop is not served under that name.\n");
  return true;
}

/** Carries the address that led nowhere to the page that says so; the edge takes it away where it comes from outside. */
const MISSING = "x-mm-missing";

/** How long a changed setting that every request needs may take to be obeyed. */
const FACTS_CACHE_MS = 5_000;

/** The shop's public address, from the environment, else the setting, else undefined; and its default language. */
type ShopFacts = Readonly<{ publicUrl: string | undefined; locale: string }>;

function createShopFacts(env: Env, pool: Queryable): () => Promise<ShopFacts> {
  let known: (ShopFacts & { atMs: number }) | undefined;
  return async () => {
    if (known && performance.now() - known.atMs < FACTS_CACHE_MS) return known;
    const settings = await loadSettings(pool);
    known = { publicUrl: env.url ?? settings["shop.url"], locale: settings["shop.default_locale"], atMs: performance.now() };
    return known;
  };
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);

async function main(): Promise<void> {
  const env = readEnv();
  const dev = process.argv.includes("--dev");
  const log: Log = createLog({ level: env.logLevel, format: env.logFormat }).child({ process: "web" });
  // The parent decides when this process ends: Ctrl-C reaches the whole terminal group at once, and pages should drain.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  outliveOutput();
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unhandled rejection"));

  const runtime = await webRuntime(env, log);
  const facts = createShopFacts(env, runtime.pool);
  exportEnv({ NEXTAUTH_SECRET: runtime.keys.sessionSecret, NEXTAUTH_URL: (await facts()).publicUrl ?? readyUrl(env.host, env.port) });

  const file = await socketPath(env.dataDir);
  const server = http.createServer({ keepAliveTimeout: 120_000, requestTimeout: 0, headersTimeout: 0 });
  const app = next({ dev, dir: fileURLToPath(new URL("..", import.meta.url)), hostname: "127.0.0.1", port: env.port, httpServer: server });
  // A request between listen() and the end of prepare() would hang for ever.
  await app.prepare();
  const handle = app.getRequestHandler();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => {
      log.error({ err: error }, "a page failed");
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end("Something failed on our side.\n");
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/metrics" && header(request, "x-mm-host") === "") {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(await runtime.metrics.render());
      return;
    }
    const { publicUrl, locale } = await facts();
    if (misdirected(request, response, env, publicUrl)) return;
    request.headers["x-mm-locale"] = locale;
    if (!dev && asksDocument(request)) sendPlain(request, response, () => writeMissing(request, locale));
    // Here and not by a rewrite of Next's hook, which takes 127.0.0.1 and localhost for two hosts and would ask itself over the network.
    request.url = twinAddress(request.url ?? "/");
    await handle(request, response);
  }

  /** What stands where nothing does, in the language of the address, else the shop's. */
  function writeMissing(request: IncomingMessage, shopLocale: string): Promise<Written> {
    const url = request.url ?? "/";
    const locale = /^\/([a-z]{2})(?:[/?]|$)/.exec(url)?.[1];
    return writeAside(request, `/${isLocale(locale) ? locale : shopLocale}/missing`, handle, { [MISSING]: isLocale(locale) ? url : `/${shopLocale}` });
  }

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(file, resolve));
  await chmod(file, 0o600);
  const jobs = env.databaseUrl === undefined ? undefined : await startJobs({ databaseUrl: env.databaseUrl, pool: runtime.pool, log, payments: runtime.payments });
  const taskRounds = startTaskRounds(() => runtime.pollTasks(), log);
  // Apart: an address that answers slowly must not keep tasks from being looked at.
  const hookRounds = startTaskRounds(() => runtime.tellTaskHooks(), log);
  process.send?.({ listening: file });

  process.once("SIGTERM", () => {
    void (async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(cut);
      await Promise.all([taskRounds.stop(), hookRounds.stop()]);
      await jobs?.stop();
      await runtime.close();
      await rm(file, { force: true });
      process.exit(0);
    })();
  });
}

await main();
