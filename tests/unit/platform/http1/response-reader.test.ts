import { expect, test } from "vitest";
import { ResponseReader } from "#platform/http1/response-reader.ts";

type Read = { status: number; headers: Record<string, unknown>; body: string; ended: boolean; heads: number; reusable: boolean; keepMs: number | undefined };

/** What a response says when its bytes come in pieces of these sizes (the last one repeated). */
function read(text: string, piece = Infinity, eof = false): Read {
  const result: Read = { status: 0, headers: {}, body: "", ended: false, heads: 0, reusable: false, keepMs: undefined };
  const reader = new ResponseReader({
    onHead(status, headers) {
      Object.assign(result, { status, headers, heads: result.heads + 1 });
    },
    onData: (chunk) => (result.body += chunk.toString("latin1")),
    onEnd: () => (result.ended = true),
  });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += piece) reader.feed(Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + piece))));
  if (eof) reader.eof();
  return { ...result, reusable: reader.reusable, keepMs: reader.keepMs };
}

const CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;name=value\r\n,\r\n00A\r\n more text\r\n0\r\n\r\n";

test("a response of known length", () => {
  const result = read("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Request-Id:  r1 \r\nset-cookie: a\r\nset-cookie: b\r\nkeep-alive: timeout=5, max=100\r\n\r\nhello");
  expect(result).toMatchObject({ status: 200, body: "hello", ended: true, reusable: true, keepMs: 5_000 });
  expect(result.headers).toMatchObject({ "x-request-id": "r1", "set-cookie": ["a", "b"] });
});

test("cut at every byte, a response is the same", () => {
  for (const text of [CHUNKED, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\nhello, more text", CHUNKED.replace("0\r\n\r\n", "0\r\nx-sum: 1\r\ny: 2\r\n\r\n")]) {
    const whole = read(text);
    expect(whole).toMatchObject({ status: 200, body: text === CHUNKED || text.includes("x-sum") ? "hello, more text" : "hello, more text", ended: true, reusable: true, heads: 1 });
    for (let piece = 1; piece < text.length; piece++) expect(read(text, piece)).toEqual(whole);
  }
});

test("chunks that come together leave in one piece", () => {
  const pieces: string[] = [];
  const reader = new ResponseReader({ onHead: () => {}, onData: (chunk) => pieces.push(chunk.toString()), onEnd: () => pieces.push("end") });
  reader.feed(Buffer.from(CHUNKED));
  expect(pieces).toEqual(["hello, more text", "end"]);
});

test.each([
  ["no body", "HTTP/1.1 204 No Content\r\n\r\n", true],
  ["an empty body", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true],
  ["a connection that closes", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nConnection: Close\r\n\r\nx", false],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", false],
  ["HTTP/1.0 that stays", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx", true],
  ["two framings", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false],
  ["bytes behind the end", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\ny", false],
  ["no reason", "HTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx", true],
])("%s: whole, and the connection %#", (_what, text, reusable) => {
  expect(read(text)).toMatchObject({ ended: true, reusable });
});

test("a body that ends with its connection", () => {
  expect(read("HTTP/1.1 200 OK\r\n\r\nhello", 3, true)).toMatchObject({ body: "hello", ended: true, reusable: false });
});

test.each([
  ["not HTTP", "HELLO\r\n\r\n"],
  ["HTTP/2 on the wrong foot", "HTTP/2 200 OK\r\n\r\n"],
  ["an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ["a folded header", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"],
  ["a space before the colon", "HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\nx"],
  ["a bare line feed in a value", "HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n"],
  ["a zero byte in a value", "HTTP/1.1 200 OK\r\na: b\0\r\n\r\n"],
  ["a header without a name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n"],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx"],
  ["a length with a sign", "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\nx"],
  ["a coding that was not asked for", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
  ["a chunk without a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\nx"],
  ["a chunk's size in no number", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"],
  ["a chunk's size with a prefix", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n"],
  ["a chunk longer than it said", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxy\r\n"],
  ["a line feed alone behind a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\nx\r\n"],
  ["a size beyond all sizes", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1000000000\r\n"],
  ["an endless head", `HTTP/1.1 200 OK\r\na: ${"x".repeat(40_000)}`],
  ["an endless extension", `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(5_000)}`],
  ["endless trailers", `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na: ${"x".repeat(40_000)}`],
])("%s is refused, however it is cut", (_what, text) => {
  expect(() => read(text)).toThrow(/response|chunk|protocol/i);
  expect(() => read(text, 7)).toThrow(/response|chunk|protocol/i);
});

test.each(["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "HTTP/1.1 200 O"])("an end in the middle is no end", (text) => {
  expect(() => read(text, Infinity, true)).toThrow("ended before");
});

test("one response after the other", () => {
  const bodies: string[] = [];
  let body = "";
  const reader = new ResponseReader({ onHead: () => (body = ""), onData: (chunk) => (body += chunk.toString()), onEnd: () => bodies.push(body) });
  for (let turn = 0; turn < 3; turn++) {
    reader.feed(Buffer.from(CHUNKED));
    expect(reader.reusable).toBe(true);
    reader.reset();
  }
  expect(bodies).toEqual(Array(3).fill("hello, more text"));
});
