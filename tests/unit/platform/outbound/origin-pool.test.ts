import net, { type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { OriginPool } from "#platform/outbound/origin-pool.ts";
import type { WireCall, WirePhase } from "#platform/outbound/wire.ts";
import { beforeTurnEnd } from "#platform/turn.ts";
import { until } from "../../../support/until.ts";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

type Server = { pool: OriginPool; sockets: Socket[]; clients: Socket[]; requests: string[]; clock: { now: number } };

/** A pool to a server that does with each request what it is told. */
async function serve(answer: (request: string, socket: Socket, count: number) => void, connectionsMax = 10): Promise<Server> {
  const sockets: Socket[] = [], clients: Socket[] = [], requests: string[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        const request = text.slice(0, end + 4 + length);
        text = text.slice(end + 4 + length);
        requests.push(request);
        answer(request, socket, requests.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clock = { now: 0 };
  const pool = new OriginPool({
    host: `vendor.example:${port}`, connectionsMax, keepMs: 55_000, now: () => clock.now,
    connect(done) {
      const socket = net.connect({ port, host: "127.0.0.1" });
      clients.push(socket);
      socket.once("connect", () => done(null, socket)).once("error", (error) => done(error, null));
    },
  });
  closing.push(() => pool.destroy(), () => server.close());
  return { pool, sockets, clients, requests, clock };
}

type Told = { status: number; body: string; error?: Error & { code?: string }; phase?: WirePhase };

function call(pool: OriginPool, body = "{}", seize: (wire: WireCall) => void = () => {}): Promise<Told> {
  return new Promise((resolve) => {
    const told: Told = { status: 0, body: "" };
    const wire = pool.dispatch({ method: "POST", target: "/v1/chat/completions", headers: { accept: "*/*" }, body: [Buffer.from(body)] }, {
      onHead: (status) => (told.status = status),
      onData: (chunk) => (told.body += chunk.toString()),
      onEnd: () => resolve(told),
      onError: (error, phase) => resolve({ ...told, error, phase }),
    });
    seize(wire);
  });
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

test("a request is written whole, and its connection serves the next one", async () => {
  const { pool, sockets, requests } = await serve((_request, socket) => socket.write(OK));
  expect(await call(pool, '{"a":1}')).toEqual({ status: 200, body: "ok" });
  expect(await call(pool)).toMatchObject({ body: "ok" });
  expect(requests[0]).toMatch(/^POST \/v1\/chat\/completions HTTP\/1\.1\r\nhost: vendor\.example:\d+\r\nconnection: keep-alive\r\naccept: \*\/\*\r\ncontent-length: 7\r\n\r\n\{"a":1\}$/);
  expect(sockets).toHaveLength(1);
  expect(pool.busy).toBe(0);
});

test("a large body arrives as it was", async () => {
  const body = "x".repeat(300_000);
  const { pool, requests } = await serve((_request, socket) => socket.write(OK));
  expect(await call(pool, body)).toMatchObject({ body: "ok" });
  expect(requests[0]!.endsWith(`\r\n\r\n${body}`)).toBe(true);
});

test.each([["a short", 2], ["a long", 300_000]])("%s request leaves after the records of its turn", async (_what, length) => {
  const { pool, clients } = await serve((_request, socket) => socket.write(OK));
  await call(pool);
  const before = clients[0]!.bytesWritten;
  let atRecords: number | undefined;
  const asked = call(pool, "x".repeat(length));
  beforeTurnEnd(() => (atRecords = clients[0]!.bytesWritten));
  expect(await asked).toMatchObject({ body: "ok" });
  expect([clients.length, atRecords]).toEqual([1, before]);
});

test("calls at once have connections of their own; beyond the most they wait", async () => {
  const waiting: Socket[] = [];
  const { pool, sockets } = await serve((_request, socket) => void waiting.push(socket), 2);
  const calls = [call(pool), call(pool), call(pool), call(pool)];
  await until("two have come", () => Promise.resolve(waiting.length === 2 || undefined));
  expect([pool.busy, sockets.length]).toEqual([4, 2]);
  for (let served = 0; served < 4; served++) {
    await until("the next one", () => Promise.resolve(waiting.length > 0 || undefined));
    waiting.shift()!.write(OK);
  }
  expect((await Promise.all(calls)).map(({ body }) => body)).toEqual(["ok", "ok", "ok", "ok"]);
  expect(sockets).toHaveLength(2);
});

test("an idle connection goes when it is old, sooner when the other side says so, and at once when it says more than was asked", async () => {
  const { pool, sockets, clock } = await serve((_request, socket, count) => socket.write(count === 2 ? OK.replace("\r\n\r\n", "\r\nkeep-alive: timeout=5\r\n\r\n") : count === 4 ? `${OK}more` : OK));
  await call(pool);
  clock.now += 54_999;
  await call(pool); // says five seconds
  expect(sockets).toHaveLength(1);
  clock.now += 4_001;
  await call(pool);
  expect(sockets).toHaveLength(2);
  await call(pool); // says more than was asked
  await call(pool);
  expect(sockets).toHaveLength(3);
  clock.now += 60_000;
  pool.sweep();
  await until("all are closed", () => Promise.resolve(sockets.every((socket) => socket.readableEnded || socket.destroyed) || undefined));
});

test("of what a rush has left, 64 connections wait their time, the others ten seconds", async () => {
  const waiting: Socket[] = [];
  const { pool, sockets, clock } = await serve((_request, socket) => void waiting.push(socket), 100);
  const calls = Array.from({ length: 70 }, () => call(pool));
  await until("all have come", () => Promise.resolve(waiting.length === 70 || undefined));
  for (const socket of waiting) socket.write(OK);
  await Promise.all(calls);
  const open = (): number => sockets.filter((socket) => !socket.readableEnded && !socket.destroyed).length;
  clock.now += 9_999;
  pool.sweep();
  expect(open()).toBe(70);
  clock.now += 1;
  pool.sweep();
  await until("six are closed", () => Promise.resolve(open() === 64 || undefined));
  pool.sweep();
  clock.now += 40_000;
  pool.sweep();
  expect(open()).toBe(64);
});

test("how far a call had come is told with its error", async () => {
  const { pool } = await serve((_request, socket, count) => {
    if (count === 1) socket.destroy();
    else if (count === 2) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe");
    else socket.end("garbage\r\n\r\n");
  });
  expect(await call(pool)).toMatchObject({ status: 0, phase: "head" });
  expect(await call(pool)).toMatchObject({ status: 200, body: "he", phase: "body" });
  expect(await call(pool)).toMatchObject({ status: 0, phase: "head", error: { code: "EPROTO" } });
  const shut = new OriginPool({ host: "a", connectionsMax: 1, keepMs: 1, now: () => 0, connect: (done) => setImmediate(() => done(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), null)) });
  expect(await call(shut)).toMatchObject({ phase: "connect", error: { code: "ECONNREFUSED" } });
});

test("a connection that ends in the turn that gave it a call hands the call on: nothing of it was sent", async () => {
  const { pool, clients, requests } = await serve((_request, socket) => socket.write(OK));
  await call(pool);
  const second = call(pool, '{"second":1}');
  clients[0]!.destroy();
  expect(await second).toMatchObject({ status: 200, body: "ok" });
  const third = call(pool, '{"third":1}');
  clients[1]!.emit("end"); // the vendor's patience ended
  expect(await third).toMatchObject({ status: 200, body: "ok" });
  const fourth = call(pool, '{"fourth":1}');
  clients[2]!.emit("data", Buffer.from("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n"));
  expect(await fourth).toMatchObject({ status: 200, body: "ok" });
  expect(clients).toHaveLength(4);
  expect(requests.map((request) => request.slice(request.indexOf("{")))).toEqual(["{}", '{"second":1}', '{"third":1}', '{"fourth":1}']);
});

test("a server that speaks first is not asked again and again", async () => {
  const { pool, clients, requests } = await serve(() => {});
  const told = call(pool);
  clients[0]!.prependOnceListener("connect", () => process.nextTick(() => clients[0]!.emit("data", Buffer.from("220 mail.example ESMTP\r\n"))));
  expect(await told).toMatchObject({ status: 0, error: { code: "EPROTO" } });
  expect([clients.length, requests.length]).toEqual([1, 0]);
});

test("a call that is hung up on before its bytes have left is never sent", async () => {
  const { pool, clients, requests } = await serve((_request, socket) => socket.write(OK));
  await call(pool);
  void call(pool, '{"never":1}', (wire) => wire.abort());
  await call(pool);
  expect(clients).toHaveLength(2);
  expect(requests).toHaveLength(2);
});

test("a call that is hung up on hears nothing more, and its connection goes", async () => {
  const { pool, sockets } = await serve((_request, socket, count) => socket.write(count === 1 ? "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe" : OK));
  let heard = 0;
  const wire = pool.dispatch({ method: "POST", target: "/", headers: {}, body: [] }, { onHead: () => {}, onData: () => (heard += 1), onEnd: () => (heard += 10), onError: () => (heard += 100) });
  await until("the beginning", () => Promise.resolve(heard === 1 || undefined));
  wire.abort();
  wire.abort();
  await until("the end", () => Promise.resolve(sockets[0]!.destroyed || undefined));
  expect(heard).toBe(1);
});

test("a paused call takes nothing until it goes on", async () => {
  const { pool } = await serve((_request, socket) => socket.write(OK));
  let wire: WireCall | undefined;
  let done = false;
  const told = call(pool, "{}", (own) => {
    wire = own;
    own.pause();
  }).then((result) => {
    done = true;
    return result;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(done).toBe(false);
  wire!.resume();
  expect(await told).toMatchObject({ body: "ok" });
  expect(await call(pool)).toMatchObject({ body: "ok" }); // the connection flows again
});

test("an answer before the request was whole is passed on, and the connection is not used again", async () => {
  const { pool, sockets } = await serve(() => {});
  const first = call(pool, "y".repeat(20_000_000));
  await until("it connected", () => Promise.resolve(sockets[0]));
  sockets[0]!.pause();
  sockets[0]!.write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
  expect(await first).toMatchObject({ status: 413 });
  void call(pool);
  await until("another connection", () => Promise.resolve(sockets[1]));
});

test("a header that would begin another one is not sent", async () => {
  const { pool, sockets } = await serve(() => {});
  expect(() => pool.dispatch({ method: "GET", target: "/", headers: { authorization: "Bearer a\r\nx: y" }, body: [] }, { onHead() {}, onData() {}, onEnd() {}, onError() {} })).toThrow(TypeError);
  expect(sockets).toHaveLength(0);
});

test("a closed pool fails what waits and takes nothing new", async () => {
  const { pool } = await serve(() => {}, 1);
  const calls = [call(pool), call(pool)];
  await new Promise((resolve) => setTimeout(resolve, 50));
  pool.destroy();
  expect((await Promise.all(calls)).map(({ phase }) => phase).sort()).toEqual(["connect", "head"]);
  await expect(call(pool)).rejects.toThrow("closed");
});

test("a long body is read as it comes, so that who cannot take more can say so before it is all in memory", async () => {
  const { pool, clients } = await serve(() => {});
  const data: number[] = [];
  const head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
  const wire = pool.dispatch({ method: "POST", target: "/", headers: {}, body: [Buffer.from("{}")] }, {
    onHead: () => undefined, onData: (chunk) => void data.push(chunk.length), onEnd: () => undefined, onError: () => undefined,
  });
  await until("sent", () => (clients[0]?.bytesWritten ?? 0) > 0);
  clients[0]!.emit("data", Buffer.from(head));
  clients[0]!.emit("data", Buffer.alloc(10_000));
  expect(data).toEqual([]);
  clients[0]!.emit("data", Buffer.alloc(64 * 1024));
  clients[0]!.emit("data", Buffer.alloc(64 * 1024));
  expect(data).toEqual([10_000 + 64 * 1024, 64 * 1024]);
  clients[0]!.emit("data", Buffer.alloc(1));
  await until("the rest", () => data.at(-1) === 1);
  wire.abort();
});
