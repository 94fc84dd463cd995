import { expect, test } from "vitest";
import { createHeadReader } from "#platform/http1/request-head.ts";

const readHead = createHeadReader();
const read = (text: string) => readHead(Buffer.from(text, "latin1"));
const POST = "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2\r\n";

test("an ordinary call", () => {
  const text = `${POST}Authorization:   Bearer k \r\nConnection: Keep-Alive\r\n\r\n{}`;
  expect(read(text)).toMatchObject({
    method: "POST", target: "/v1/chat/completions?a=b", length: 2, bytes: text.length - 2,
    headers: { host: "shop.example", "content-length": "2", authorization: "Bearer k", connection: "Keep-Alive" },
    rawHeaders: ["Host", "shop.example", "Content-Length", "2", "Authorization", "Bearer k", "Connection", "Keep-Alive"],
  });
  expect(read(`${POST}\r\n`)).toMatchObject({ length: 2 });
});

test.each([
  ["a head that has not come whole", `${POST}X: y\r\n`],
  ["another method", POST.replace("POST", "GET") + "\r\n"],
  ["a method in small letters", POST.replace("POST", "post") + "\r\n"],
  ["HTTP/1.0", POST.replace("HTTP/1.1", "HTTP/1.0") + "\r\n"],
  ["a whole address as target", POST.replace("/v1/chat", "http://shop.example/v1/chat") + "\r\n"],
  ["a space in the target", POST.replace("?a=b", "?a= b") + "\r\n"],
  ["letters beyond ASCII in the target", POST.replace("?a=b", "?a=\xe4") + "\r\n"],
  ["a fragment in the target", POST.replace("?a=b", "#a") + "\r\n"],
  ["no host", POST.replace("Host: shop.example\r\n", "") + "\r\n"],
  ["two hosts", `${POST}host: other\r\n\r\n`],
  ["no length", POST.replace("Content-Length: 2\r\n", "") + "\r\n"],
  ["two lengths", `${POST}content-length: 2\r\n\r\n`],
  ["a length with a sign", POST.replace(": 2", ": +2") + "\r\n"],
  ["a length with a leading zero", POST.replace(": 2", ": 02") + "\r\n"],
  ["a length beyond reason", POST.replace(": 2", ": 1000000000") + "\r\n"],
  ["chunks", `${POST}Transfer-Encoding: chunked\r\n\r\n`],
  ["a compressed body", `${POST}Content-Encoding: gzip\r\n\r\n`],
  ["who waits to be asked on", `${POST}Expect: 100-continue\r\n\r\n`],
  ["an upgrade", `${POST}Upgrade: websocket\r\n\r\n`],
  ["a connection that is to close", `${POST}Connection: close\r\n\r\n`],
  ["a header twice", `${POST}x-a: 1\r\nX-A: 2\r\n\r\n`],
  ["a folded header", `${POST}x-a: 1\r\n 2\r\n\r\n`],
  ["a space before the colon", `${POST}x-a : 1\r\n\r\n`],
  ["a header without a name", `${POST}: 1\r\n\r\n`],
  ["a line without a colon", `${POST}x-a\r\n\r\n`],
  ["a line feed alone", `${POST}x-a: 1\nx-b: 2\r\n\r\n`],
  ["a carriage return alone", `${POST}x-a: 1\rx-b: 2\r\n\r\n`],
  ["a zero byte", `${POST}x-a: 1\0\r\n\r\n`],
  ["too many headers", `${POST}${Array.from({ length: 100 }, (_, at) => `x-${at}: 1\r\n`).join("")}\r\n`],
  ["a head too large", `${POST}x-a: ${"y".repeat(20_000)}\r\n\r\n`],
  ["an empty line in front", `\r\n${POST}\r\n`],
  ["no HTTP at all", "\x16\x03\x01\r\n\r\n"],
])("%s is for the general server", (_what, text) => {
  expect(read(text)).toBeUndefined();
});

test("heads that differ in nothing but the length are one to whoever keeps something under them", () => {
  const read = (text: string, before?: ReturnType<typeof readHead>) => readHead(Buffer.from(text, "latin1"), before);
  const first = read(`${POST}x-a: 1\r\n\r\n`)!, same = (text: string): boolean => read(text, first)!.same === first.same;
  expect([same(`${POST}x-a: 1\r\n\r\n`), same(`${POST.replace(": 2", ": 345")}x-a: 1\r\n\r\n`)]).toEqual([true, true]);
  expect([same(`${POST}x-a: 2\r\n\r\n`), same(`${POST.replace("/v1", "/v2")}x-a: 1\r\n\r\n`), read(`${POST}x-a: 1\r\n\r\n`)!.same === first.same]).toEqual([false, false, false]);
});

test("a connection's next head is read as one that nobody has seen before", () => {
  const heads = [
    `${POST}X-Long: ${"y".repeat(50)}\r\n\r\n`, `${POST}X-Long: ${"y".repeat(50)}\r\n\r\n`,
    ...["7", "1234", "99999999", "0"].map((length) => `${POST.replace(": 2", `: ${length}`)}X-Long: ${"y".repeat(50)}\r\n\r\n`),
    ...["-1", "02", "+2", "", "2 ", "123456789", "2\r\nx-2: 2"].map((length) => `${POST.replace(": 2", `: ${length}`)}X-Long: ${"y".repeat(50)}\r\n\r\n`),
    `${POST}X-Long: ${"y".repeat(51)}\r\n\r\n`, `${POST}X-Long: ${"y".repeat(50)}\r\nConnection: close\r\n\r\n`,
    `${POST.replace("/v1", "/v2").replace(": 2", ": 3")}X-Long: ${"y".repeat(50)}\r\n\r\n`, `${POST.replace(": 2", ":   22  ")}\r\n`, `${POST.replace(": 2", ":   2  ")}\r\n`,
    `Content-Length: 2`, `${POST}content-length: 2\r\n\r\n`, "\r\n\r\n",
  ].map((text) => Buffer.from(text, "latin1"));
  for (const before of heads) {
    const known = readHead(before);
    for (const next of heads) expect(readHead(next, known)).toEqual(readHead(next));
  }
});
