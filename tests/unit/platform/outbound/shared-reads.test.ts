import { once } from "node:events";
import net from "node:net";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { afterEach, expect, test } from "vitest";
import { sharedReads } from "#platform/outbound/shared-reads.ts";

const servers: net.Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

async function listen(answer: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => answer(socket.on("error", () => undefined)));
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const open = (port: number): net.Socket => net.connect({ port, host: "127.0.0.1", onread: sharedReads });

async function received(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

test("many connections read into one buffer, and each keeps what was its own", async () => {
  let next = 0;
  const port = await listen((socket) => {
    const mark = next++ % 256;
    let left = 40;
    const write = (): void => {
      if (left-- === 0) socket.end(Buffer.of(mark));
      else socket.write(Buffer.alloc(5_000, mark), () => (mark % 2 === 0 ? setImmediate(write) : setTimeout(write, 1)));
    };
    write();
  });
  const all = await Promise.all(Array.from({ length: 30 }, async () => received(open(port))));
  for (const bytes of all) expect(bytes.equals(Buffer.alloc(200_001, bytes[0]))).toBe(true);
  expect(new Set(all.map((bytes) => bytes[0])).size).toBe(30);
});

test("connections that are encrypted read so too", async () => {
  // Keys that both sides know beforehand take no certificate.
  const psk = Buffer.alloc(32, 7), shared = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const sent = Buffer.alloc(300_000, "0123456789abcdef");
  const server = tls.createServer({ ...shared, pskCallback: () => psk }, (socket) => socket.once("data", () => socket.end(sent)));
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const all = await Promise.all(Array.from({ length: 5 }, async () => {
    const socket = tls.connect({ ...shared, port, host: "127.0.0.1", onread: sharedReads, pskCallback: () => ({ psk, identity: "test" }), checkServerIdentity: () => undefined } as tls.ConnectionOptions);
    await once(socket, "secureConnect");
    socket.write("go");
    return received(socket);
  }));
  for (const bytes of all) expect(bytes.equals(sent)).toBe(true);
});

test("a paused connection reads no further, and goes on where it was", async () => {
  const sent = Buffer.alloc(8 * 1024 * 1024, "0123456789abcdef");
  const port = await listen((socket) => socket.end(sent));
  const socket = open(port);
  let bytes = 0, seen = -1;
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (seen >= 0) return;
    socket.pause();
    seen = bytes;
    setTimeout(() => {
      seen = bytes - seen;
      socket.resume();
    }, 30);
  });
  await once(socket, "end");
  expect(seen).toBe(0);
  expect(bytes).toBe(sent.length);
});

test("who speaks before anybody listens is hung up on", async () => {
  const port = await listen((socket) => socket.write("hello"));
  await once(open(port), "close");
});
