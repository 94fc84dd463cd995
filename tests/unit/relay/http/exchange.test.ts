import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createEdgeServer, type EdgeServer } from "#platform/edge-server.ts";
import { RelayError } from "#relay/errors.ts";
import { directExchange } from "#relay/http/direct.ts";
import { BODY_LIMITS, createBodyBudget, type BodyLimits } from "#relay/http/body/limits.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { nodeExchange } from "#relay/http/node.ts";
import { webExchange } from "#relay/http/web.ts";

type Handler = (inbound: Inbound, reply: Reply) => void | Promise<void>;
type Answer = Readonly<{ status: number; headers: Headers; text: string }>;
/** Sends a body to a handler through one of the two mounts. */
type Mount = Readonly<{
  name: string;
  send(handler: Handler, init: Readonly<{ body?: Buffer; headers?: Record<string, string>; limits?: BodyLimits; path?: string }>): Promise<Answer>;
}>;

const edges: EdgeServer[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const edge of edges.splice(0)) {
    edge.cut();
    await edge.close();
  }
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

async function serve(handler: Handler, limits = BODY_LIMITS): Promise<number> {
  const onRequest = (expectContinue: boolean) => (request: IncomingMessage, response: ServerResponse): void => {
    const { inbound, reply } = nodeExchange(request, response, { clientIp: "127.0.0.1", limits, expectContinue });
    void handler(inbound, reply);
  };
  const server = createServer(onRequest(false)).on("checkContinue", onRequest(true));
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const node: Mount = {
  name: "node",
  async send(handler, { body, headers, limits, path = "/v1/x" }) {
    const port = await serve(handler, limits);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: body && new Uint8Array(body), headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  },
};

/** As the shop listens: ordinary calls directly, all others over node:http. */
const edge: Mount = {
  name: "edge",
  async send(handler, { body, headers, limits = BODY_LIMITS, path = "/v1/x" }) {
    const server = createEdgeServer({
      trustedProxies: [],
      handle(request, response, { clientIp }, expectContinue) {
        const { inbound, reply } = nodeExchange(request, response, { clientIp, limits, expectContinue });
        void handler(inbound, reply);
      },
      direct(exchange, { clientIp }) {
        return () => {
          const { inbound, reply } = directExchange(exchange, clientIp, limits);
          void handler(inbound, reply);
        };
      },
    });
    edges.push(server);
    const port = await server.listen(0, "127.0.0.1");
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: body && new Uint8Array(body), headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  },
};

const web: Mount = {
  name: "web",
  async send(handler, { body, headers, limits, path = "/v1/x" }) {
    const request = new Request(`http://shop.test${path}`, { method: "POST", body: body && new Uint8Array(body), headers });
    const { inbound, reply, response } = webExchange(request, { clientIp: "127.0.0.1", limits });
    void handler(inbound, reply);
    const answer = await response;
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  },
};

/** Answers with what the body was, or with the error that it met. */
const echo = (maxBytes: number): Handler => async (inbound, reply) => {
  try {
    const body = await inbound.body(maxBytes);
    reply.head(200, { "x-length": String(body.length) });
    reply.end(body.subarray(0, 100));
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    reply.head(error.status, { ...error.options.headers });
    reply.end(error.code);
  }
};

describe.each([node, edge, web])("$name mount", (mount) => {
  test("hands over method, path, query, headers and body", async () => {
    const { text } = await mount.send(async (inbound, reply) => {
      const { method, path, query, headers, clientIp } = inbound;
      reply.head(200, {});
      reply.end(JSON.stringify([method, path, query.get("q"), headers["x-a"], clientIp, (await inbound.body(10)).toString()]));
    }, { body: Buffer.from("hi"), headers: { "x-a": "1" }, path: "/v1/a%20b?q=z&x" });
    expect(JSON.parse(text)).toEqual(["POST", "/v1/a%20b", "z", "1", "127.0.0.1", "hi"]);
  });

  test("a body sent in one piece is answered in one piece, a stream in parts", async () => {
    const whole = await mount.send((_inbound, reply) => {
      reply.head(201, { "content-type": "text/plain" });
      expect(reply.pristine).toBe(false);
      reply.end("héllo");
    }, {});
    expect([whole.status, whole.text, whole.headers.get("content-type")]).toEqual([201, "héllo", "text/plain"]);
    const parts = await mount.send((_inbound, reply) => {
      expect(reply.pristine).toBe(true);
      reply.head(200, {});
      reply.write("a");
      reply.write(Buffer.from("b"));
      reply.end("c");
    }, {});
    expect(parts.text).toBe("abc");
  });

  test.each([
    ["gzip", gzipSync], ["deflate", deflateSync], ["br", brotliCompressSync], ["zstd", zstdCompressSync],
  ] as const)("decodes %s", async (encoding, compress) => {
    const plain = Buffer.from("text ".repeat(20_000));
    const answer = await mount.send(echo(1e6), { body: compress(plain), headers: { "content-encoding": encoding } });
    expect([answer.status, answer.headers.get("x-length")]).toEqual([200, String(plain.length)]);
  });

  test.each([
    ["a length above the cap", Buffer.alloc(2000), {}, 1000, 413, "request_too_large"],
    ["a bomb, by the cap", gzipSync(Buffer.alloc(2_000_000)), { "content-encoding": "gzip" }, 1e6, 413, "request_too_large"],
    ["a bomb, by its ratio", gzipSync(Buffer.alloc(20_000_000)), { "content-encoding": "gzip" }, 1e9, 413, "request_too_large"],
    ["two encodings", gzipSync("x"), { "content-encoding": "gzip, br" }, 1e6, 415, "unsupported_media_type"],
    ["an unknown encoding", Buffer.from("x"), { "content-encoding": "compress" }, 1e6, 415, "unsupported_media_type"],
    ["broken compression", Buffer.from("not gzip at all"), { "content-encoding": "gzip" }, 1e6, 400, "invalid_json"],
  ] as const)("refuses %s", async (_name, body, headers, maxBytes, status, code) => {
    const answer = await mount.send(echo(maxBytes), { body, headers });
    expect([answer.status, answer.text]).toEqual([status, code]);
  });

  test("large bodies share the node's memory, small ones always pass", async () => {
    const limits = { ...BODY_LIMITS, budget: createBodyBudget(2_000_000) };
    expect((await mount.send(echo(1e8), { body: Buffer.alloc(4_000_000), limits })).text).toBe("server_overloaded");
    // Each of these takes 0.85 MB of the budget and must give it back.
    for (let round = 0; round < 6; round++) expect((await mount.send(echo(1e8), { body: Buffer.alloc(1_900_000), limits })).status).toBe(200);
    const spent = { ...BODY_LIMITS, budget: createBodyBudget(0) };
    expect((await mount.send(echo(1e8), { body: Buffer.alloc(500_000), limits: spent })).status).toBe(200);
  });
});

test("node: a half-sent body times out", async () => {
  const port = await serve(echo(1e6), { ...BODY_LIMITS, firstByteMs: 60, idleMs: 60 });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  const text = Buffer.concat(chunks).toString();
  expect(text).toContain("408 Request Timeout");
  expect(text).toContain("request_timeout");
});

test("node: a body that is sent in chunks is cut at the cap, and its sender can read why", async () => {
  const port = await serve(echo(100_000));
  const outgoing = httpRequest({ port, host: "127.0.0.1", method: "POST", path: "/v1/x" });
  outgoing.on("error", () => undefined);
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  for (let at = 0; at < 20; at++) outgoing.write(Buffer.alloc(64 * 1024));
  const [response] = await answered;
  expect(response.statusCode).toBe(413);
  expect(response.headers.connection).toBe("close");
  outgoing.destroy();
});

test("node: 100-continue is sent when the body is asked for, and not before a refusal", async () => {
  const port = await serve((inbound, reply) => {
    if (inbound.path !== "/v1/refused") return echo(100)(inbound, reply);
    reply.head(401, {});
    reply.end("no");
  });
  const statuses = await Promise.all(["/v1/refused", "/v1/x"].map(async (path) => {
    const outgoing = httpRequest({ port, host: "127.0.0.1", method: "POST", path, headers: { expect: "100-continue", "content-length": "2" } });
    let continued = false;
    outgoing.on("continue", () => {
      continued = true;
      outgoing.end("hi");
    });
    outgoing.on("error", () => undefined);
    outgoing.flushHeaders();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    response.resume();
    return [response.statusCode, continued];
  }));
  expect(statuses).toEqual([[401, false], [200, true]]);
});

test("node: a client that leaves is noticed while the body comes and while the answer goes", async () => {
  const { promise: bodyError, resolve: sawBodyError } = Promise.withResolvers<string>();
  const { promise: left, resolve: sawLeft } = Promise.withResolvers<boolean>();
  const port = await serve(async (inbound, reply) => {
    if (inbound.path === "/v1/body") {
      await inbound.body(1e6).catch((error: RelayError) => sawBodyError(error.code));
      return;
    }
    await inbound.body(1e6);
    reply.onGone(() => sawLeft(reply.gone));
    reply.head(200, {});
    reply.write("first");
  });
  const half = connect(port, "127.0.0.1");
  half.write("POST /v1/body HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
  setTimeout(() => half.destroy(), 50);
  expect(await bodyError).toBe("request_timeout");

  const reader = connect(port, "127.0.0.1");
  reader.write("POST /v1/answer HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi");
  await once(reader, "data");
  reader.destroy();
  expect(await left).toBe(true);
});

test("node: back-pressure is told, and a write after the client left is nothing", async () => {
  const { promise: done, resolve } = Promise.withResolvers<{ full: boolean; afterwards: boolean }>();
  const port = await serve((_inbound, reply) => {
    reply.head(200, {});
    let full = false;
    for (let at = 0; at < 400 && !full; at++) full = !reply.write(Buffer.alloc(64 * 1024));
    reply.onGone(() => resolve({ full, afterwards: reply.write("more") }));
  });
  const reader = connect(port, "127.0.0.1");
  reader.write("GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n");
  reader.pause();
  setTimeout(() => reader.destroy(), 100);
  expect(await done).toEqual({ full: true, afterwards: true });
});

test("web: back-pressure, drain, and a reader who cancels", async () => {
  const { inbound, reply, response } = webExchange(new Request("http://shop.test/v1/x"), { clientIp: "::1" });
  expect((await inbound.body(10)).length).toBe(0);
  const events: string[] = [];
  reply.onDrain(() => events.push("drain"));
  reply.onGone(() => events.push("gone"));
  reply.head(200, { connection: "close" });
  while (reply.write(Buffer.alloc(16 * 1024))) events.push("wrote");
  const answer = await response;
  expect(answer.headers.has("connection")).toBe(false);
  const reader = answer.body!.getReader();
  for (let at = 0; at < 5 && !events.includes("drain"); at++) await reader.read();
  expect(events).toContain("drain");
  await reader.cancel();
  expect(events.at(-1)).toBe("gone");
  expect(reply.write("x")).toBe(true);
});

test("web: an aborted request is a client gone, a destroyed reply a broken body", async () => {
  const abort = new AbortController();
  const first = webExchange(new Request("http://shop.test/v1/x", { signal: abort.signal }), { clientIp: "::1" });
  const { promise, resolve } = Promise.withResolvers<void>();
  first.reply.onGone(resolve);
  abort.abort();
  await promise;
  expect(first.reply.gone).toBe(true);
  const second = webExchange(new Request("http://shop.test/v1/x"), { clientIp: "::1" });
  second.reply.head(200, {});
  second.reply.write("a");
  second.reply.destroy();
  await expect((await second.response).text()).rejects.toThrow();
});
