import http from "node:http";
import net from "node:net";
import type { AddressInfo } from "node:net";

/** Tokens that every reply of the instant vendor reports. */
export const INSTANT_PROMPT_TOKENS = 12;
export const INSTANT_CHUNKS = 20;

export type InstantVendor = Readonly<{ url: string; port: number; close(): Promise<void> }>;

/**
 * The cheapest vendor that speaks HTTP: raw sockets, replies built beforehand, so that a bench measures the proxies
 * and not this. Serves one request at a time per connection. A body with `"stream":true` gets 20 content chunks in
 * writes of their own, any other body a chat completion; usage is 12 tokens in, 20 out.
 */
export async function startInstantVendor({ port = 0, host = "127.0.0.1" } = {}): Promise<InstantVendor> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", createReader(socket));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, 4_096, resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host}:${bound}/v1`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const HEAD_END = Buffer.from("\r\n\r\n");

/** Collects one request after the other; knows content-length and chunked bodies. */
function createReader(socket: net.Socket): (data: Buffer) => void {
  let pending: Buffer | undefined;
  return (data) => {
    pending = pending === undefined ? data : Buffer.concat([pending, data]);
    const headEnd = pending.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = pending.toString("latin1", 0, headEnd);
    const length = /content-length: *(\d+)/i.exec(head);
    const end = length ? headEnd + 4 + Number(length[1]) : chunkedEnd(pending, headEnd + 4, head);
    if (end === undefined || pending.length < end) return;
    const streaming = pending.indexOf('"stream":true', headEnd) >= 0 || pending.indexOf('"stream": true', headEnd) >= 0;
    pending = pending.length > end ? pending.subarray(end) : undefined;
    if (streaming) for (const piece of STREAM) socket.write(piece);
    else socket.write(WHOLE);
  };
}

function chunkedEnd(data: Buffer, from: number, head: string): number | undefined {
  if (!/transfer-encoding: *chunked/i.test(head)) return from;
  const last = data.indexOf("0\r\n\r\n", from);
  return last < 0 ? undefined : last + 5;
}

const usage = { prompt_tokens: INSTANT_PROMPT_TOKENS, completion_tokens: INSTANT_CHUNKS, total_tokens: INSTANT_PROMPT_TOKENS + INSTANT_CHUNKS };
const common = { id: "chatcmpl-instant", created: 1_700_000_000, model: "instant" };

const wholeBody = JSON.stringify({
  ...common,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "word ".repeat(INSTANT_CHUNKS) }, finish_reason: "stop" }],
  usage,
});
export const WHOLE_BODY: Buffer = Buffer.from(wholeBody);
const WHOLE = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(wholeBody)}\r\n\r\n${wholeBody}`);

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const event = (body: object): string => `data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", ...body })}\n\n`;
const delta = (content: object, finish_reason: string | null = null): string => event({ choices: [{ index: 0, delta: content, finish_reason }] });

/** What a stream says: the role, the content, why it ended, usage, the end. */
const EVENTS: readonly string[] = [
  delta({ role: "assistant", content: "" }),
  ...Array.from({ length: INSTANT_CHUNKS }, () => delta({ content: "word " })),
  delta({}, "stop"), event({ choices: [], usage }), "data: [DONE]\n\n",
];

/** Each as a chunk of its own. */
export const STREAM_EVENTS: readonly Buffer[] = EVENTS.map((text) => Buffer.from(text));

/** The same on the wire: head with the role, one piece per content chunk, then the end in one. */
const STREAM: readonly Buffer[] = [
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n${chunk(EVENTS[0]!)}`,
  ...EVENTS.slice(1, INSTANT_CHUNKS + 1).map(chunk),
  `${EVENTS.slice(INSTANT_CHUNKS + 1).map(chunk).join("")}0\r\n\r\n`,
].map((text) => Buffer.from(text));

/** The same replies by node:http, as vendors in other people's measurements are: dearer, so the proxies weigh less. */
export async function startHttpInstantVendor({ port = 0, host = "127.0.0.1" } = {}): Promise<InstantVendor> {
  const server = http.createServer({ noDelay: true }, (request, reply) => {
    let streaming = false;
    request.on("data", (chunk: Buffer) => (streaming ||= chunk.includes('"stream":true')));
    request.on("end", () => {
      if (!streaming) return void reply.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(wholeBody) }).end(wholeBody);
      reply.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      for (const text of EVENTS) reply.write(text);
      reply.end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, 4_096, resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host}:${bound}/v1`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
