import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEnv } from "#config/env.ts";
import { createLog } from "#platform/log.ts";
import { createMetrics } from "#platform/metrics.ts";
import { startShop, type RelayHalf, type Shop, type WebHalf } from "#server.ts";

/** The listener with a relay and a site that only say what they saw. */

let folder: string;
let site: http.Server;
let shop: Shop;
let url: URL;
const seen: http.IncomingMessage[] = [];
const relayed: string[] = [];
let socketPath: string | undefined;
let ready = true;
let drained = false;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "modelmart-web-"));
  const file = path.join(folder, "web.sock");
  site = http.createServer((request, response) => {
    seen.push(request);
    if (request.url === "/metrics") return void response.end("# HELP up x\n# TYPE up gauge\nup 1\n");
    if (request.url === "/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      request.on("close", () => seen.push(request));
      return;
    }
    if (request.url === "/broken") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
      return;
    }
    let bytes = 0;
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.on("end", () => response.end(JSON.stringify({ path: request.url, bytes, ip: request.headers["x-mm-client-ip"] })));
  });
  await once(site.listen(file), "listening");
  socketPath = file;
  const web: WebHalf = { firstUp: Promise.resolve(), stop: () => Promise.resolve(), get socketPath() { return socketPath; } };
  const relayHalf: RelayHalf = {
    metrics: createMetrics(),
    ready: () => ready,
    close: () => Promise.resolve(),
    relay: {
      matches: (at) => at.startsWith("/v1/"),
      upgrades: (at) => at === "/v1/realtime",
      converse: ({ socket }) => Promise.resolve(void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n")),
      async handle(inbound, reply) {
        relayed.push(`${inbound.method} ${inbound.path} ${inbound.clientIp}`);
        reply.head(200, { "content-type": "application/json" });
        reply.end('{"relay":true}');
      },
      drain: async () => void (drained = true),
      draining: false,
      running: 0,
    },
  };
  const env = { ...readEnv({ MODELMART_DATA: folder, HOST: "127.0.0.1", PORT: "0", DRAIN_SECONDS: "1" }) };
  shop = await startShop({ env, log: createLog({ level: "silent", format: "json" }), relayHalf, startWeb: () => web, dev: false });
  url = new URL(shop.url);
});

afterAll(async () => {
  await shop.stop();
  site.closeAllConnections();
  site.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (at: string, init?: RequestInit) => fetch(new URL(at, url), init);

/** Sends bytes as they are and reads what comes until the other side closes. */
async function raw(bytes: string): Promise<string> {
  const socket = net.connect(Number(url.port), url.hostname);
  socket.setEncoding("latin1");
  let answer = "";
  socket.on("data", (chunk: string) => (answer += chunk));
  socket.write(bytes);
  await Promise.race([once(socket, "close"), new Promise((resolve) => setTimeout(resolve, 1_500))]);
  socket.destroy();
  return answer;
}
const status = (answer: string): number => Number(answer.split(" ")[1] ?? 0);

test("relay addresses go to the relay, all others to the site", async () => {
  expect(await (await get("/v1/models")).json()).toEqual({ relay: true });
  expect(relayed).toContain("GET /v1/models 127.0.0.1");
  expect(await (await get("/en?x=1")).json()).toMatchObject({ path: "/en?x=1", ip: "127.0.0.1" });
});

test("the relay's own WebSocket address changes over, no other does", async () => {
  const wish = (at: string): string => `GET ${at} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`;
  expect(status(await raw(wish("/v1/realtime?model=m")))).toBe(101);
  expect(status(await raw(wish("/v1/models").replace("Upgrade\r\n", "Upgrade, close\r\n")))).toBe(200);
});

test("the site cannot be told who the client is by the client", async () => {
  await get("/en", { headers: { "x-mm-client-ip": "6.6.6.6", "x-forwarded-for": "6.6.6.6", "x-middleware-subrequest": "1" } });
  const { headers } = seen.at(-1)!;
  expect(headers).toMatchObject({ "x-mm-client-ip": "127.0.0.1", "x-forwarded-for": "127.0.0.1", "x-mm-host": url.host, host: url.host });
  expect(headers["x-middleware-subrequest"]).toBeUndefined();
  expect(headers["x-mm-request-id"]).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
});

test("bodies pass, up to 20 MiB", async () => {
  expect(await (await get("/upload", { method: "POST", body: Buffer.alloc(3_000_000) })).json()).toMatchObject({ bytes: 3_000_000 });
  const answer = await raw(`POST /upload HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: 20971521\r\n\r\n`);
  expect(status(answer)).toBe(413);
});

test("health, readiness and metrics are the front's own", async () => {
  expect((await get("/healthz")).status).toBe(200);
  expect(await (await get("/readyz")).json()).toEqual({ status: "ready", web: "up" });
  ready = false;
  expect((await get("/readyz")).status).toBe(503);
  ready = true;
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toContain('up{process="web"} 1');
  expect(metrics).toMatch(/process_cpu_seconds_total\{process="relay"\}/);
});

test("a client that leaves ends the inner request", async () => {
  const controller = new AbortController();
  const response = await get("/stream", { signal: controller.signal });
  const before = seen.length;
  expect(new TextDecoder().decode((await response.body!.getReader().read()).value)).toBe("data: 1\n\n");
  controller.abort();
  await expect.poll(() => seen.length).toBeGreaterThan(before);
});

test("a page that breaks half-way does not look whole", async () => {
  const response = await get("/broken");
  await expect(response.text()).rejects.toThrow();
});

test("while the site is down pages say when to come back, and the relay serves", async () => {
  const kept = socketPath;
  socketPath = undefined;
  const page = await get("/en", { headers: { accept: "text/html" } });
  expect([page.status, page.headers.get("retry-after")]).toEqual([503, "1"]);
  expect((await get("/v1/models")).status).toBe(200);
  socketPath = kept;
});

test.each([
  ["two hosts", `GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`, 400],
  ["no host", `GET / HTTP/1.1\r\n\r\n`, 400],
  ["length beside coding", `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ["two lengths", `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcd`, 400],
  ["folded header", `GET / HTTP/1.1\r\nhost: a\r\nx-a: 1\r\n 2\r\n\r\n`, 400],
  ["bare line feeds", `GET / HTTP/1.1\nhost: a\n\n`, 400],
  ["blank before the colon", `GET / HTTP/1.1\r\nhost : a\r\n\r\n`, 400],
  ["target of another host", `GET http://other.example/ HTTP/1.1\r\nhost: a\r\n\r\n`, 400],
  ["unknown coding", `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n`, 400],
  ["too long a target", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 414],
  ["headers over the limit", `GET / HTTP/1.1\r\nhost: a\r\nx-big: ${"a".repeat(40_000)}\r\n\r\n`, 431],
  ["headers far over the limit", `GET / HTTP/1.1\r\nhost: a\r\nx-big: ${"a".repeat(80_000)}\r\n\r\n`, 431],
  ["no HTTP at all", "\u0016\u0003\u0001hello\r\n\r\n", 400],
])("%s: refused, and the connection closes", async (_name, bytes, expected) => {
  const before = seen.length;
  const answer = await raw(bytes);
  expect([400, 501].includes(expected) ? [400, 501] : [expected]).toContain(status(answer));
  expect(answer.toLowerCase()).toContain("connection: close");
  expect(seen.length).toBe(before);
});

test("stopping drains the relay, then closes", async () => {
  await shop.stop();
  expect(drained).toBe(true);
  await expect(get("/healthz")).rejects.toThrow();
});
