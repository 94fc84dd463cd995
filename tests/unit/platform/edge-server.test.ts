import { once } from "node:events";
import net from "node:net";
import { afterEach, expect, test } from "vitest";
import { createEdgeServer, type EdgeServer } from "#platform/edge-server.ts";
import { until } from "../../support/until.ts";

/** Ordinary calls are read without Node's server, all others by it: the client must not be able to tell. */

const servers: EdgeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.cut();
    await server.close();
  }
});

type Shop = Readonly<{ port: number; server: EdgeServer; ways: string[]; gone: number[] }>;

/** Answers each call with its way and its body; `/v1/wait` never, `/v1/unread` without looking at the body. */
async function serve(): Promise<Shop> {
  const ways: string[] = [], gone: number[] = [];
  const answer = (way: string, body: string, close: boolean): string => {
    const text = `${way}:${body}`;
    return `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: ${close ? "close" : "keep-alive"}\r\n\r\n${text}`;
  };
  const server = createEdgeServer({
    trustedProxies: [],
    handle(request, response) {
      ways.push(`node ${request.method} ${request.url}`);
      let body = "";
      request.on("data", (bytes: Buffer) => (body += bytes.toString()));
      request.on("end", () => response.end(`node:${body}`));
    },
    upgrade: {
      wants: (path) => path === "/v1/talk",
      handle(request, socket, head, facts) {
        ways.push(`upgrade ${facts.target} ${request.headers.upgrade} ${head.toString()}`);
        socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\r\n");
      },
    },
    direct(exchange, facts) {
      if (!facts.path.startsWith("/v1/")) return undefined;
      ways.push(`direct ${facts.target}`);
      exchange.onGone(() => gone.push(ways.length));
      const finish = (body: string): void => {
        if (facts.path === "/v1/wait") return;
        exchange.socket.write(answer("direct", body, exchange.lastAnswer));
        exchange.done(exchange.lastAnswer);
      };
      return () => {
        if (facts.path === "/v1/unread") finish("");
        else if (exchange.whole) finish(exchange.whole.toString());
        else {
          let body = "";
          exchange.readBody({ data: (bytes) => (body += bytes.toString()), end: () => finish(body), left: () => undefined });
        }
      };
    },
  });
  servers.push(server);
  return { port: await server.listen(0, "127.0.0.1"), server, ways, gone };
}

class Client {
  text = "";
  ended = false;
  readonly socket: net.Socket;
  constructor(port: number) {
    this.socket = net.connect({ port, host: "127.0.0.1" });
    this.socket.on("data", (bytes: Buffer) => (this.text += bytes.toString()));
    this.socket.on("close", () => (this.ended = true)).on("error", () => undefined);
  }
  bodies(): string[] {
    return [...this.text.matchAll(/(?:direct|node):[^H\r]*/g)].map(([body]) => body);
  }
  sees(...bodies: string[]): Promise<unknown> {
    return until(bodies.join(), () => JSON.stringify(this.bodies()) === JSON.stringify(bodies));
  }
}

const post = (body: string, path = "/v1/echo", more = ""): string => `POST ${path} HTTP/1.1\r\nhost: shop\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;

test("one call after the other on one connection, until one is not ordinary: it and all after it are Node's", async () => {
  const { port, ways } = await serve();
  const client = new Client(port);
  client.socket.write(post("one"));
  await client.sees("direct:one");
  client.socket.write(post("two"));
  await client.sees("direct:one", "direct:two");
  client.socket.write("GET /page HTTP/1.1\r\nhost: shop\r\n\r\n");
  await client.sees("direct:one", "direct:two", "node:");
  client.socket.write(post("four"));
  await until("Node's answer", () => client.text.endsWith("node:four") || client.text.includes("node:four\r\n"));
  expect(ways).toEqual(["direct /v1/echo", "direct /v1/echo", "node GET /page", "node POST /v1/echo"]);
});

test.each([
  ["chunks", "POST /v1/echo HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
  ["a head in two pieces", null],
  ["another address", post("abc", "/pages")],
])("%s: Node's way, with every byte", async (_what, text) => {
  const { port } = await serve();
  const client = new Client(port);
  if (text === null) {
    client.socket.write(post("abc").slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.write(post("abc").slice(20));
  } else client.socket.write(text);
  await until("the answer", () => client.text.includes("node:abc"));
});

test("a body that comes in pieces, one with the head", async () => {
  const { port } = await serve();
  const client = new Client(port);
  const text = post("x".repeat(1_000));
  client.socket.write(text.slice(0, 200));
  await new Promise((resolve) => setTimeout(resolve, 30));
  client.socket.write(text.slice(200, 500));
  await new Promise((resolve) => setTimeout(resolve, 30));
  client.socket.write(text.slice(500) + post("next"));
  await client.sees(`direct:${"x".repeat(1_000)}`, "direct:next");
});

test("calls that were sent at once are answered in turn, whoever reads them", async () => {
  const { port } = await serve();
  const client = new Client(port);
  client.socket.write(post("1") + post("2") + post("3") + "GET /page HTTP/1.1\r\nhost: shop\r\n\r\n");
  await client.sees("direct:1", "direct:2", "direct:3", "node:");
});

test("an answer to an unread body leaves the connection in step", async () => {
  const { port } = await serve();
  const client = new Client(port);
  client.socket.write(post("x".repeat(1_000), "/v1/unread").slice(0, 300));
  await client.sees("direct:");
  client.socket.write("x".repeat(1_000 - (300 - post("x".repeat(1_000), "/v1/unread").indexOf("\r\n\r\n") - 4)) + post("after"));
  await client.sees("direct:", "direct:after");
});

test("who leaves before the answer is noticed, by both ways of leaving", async () => {
  const { port, gone, ways } = await serve();
  for (const leave of ["destroy", "end"] as const) {
    const before = gone.length;
    const client = new Client(port);
    client.socket.write(post("", "/v1/wait"));
    await until("it came", () => ways.length === before + 1);
    client.socket[leave]();
    await until("it is noticed", () => gone.length === before + 1);
  }
});

test("closing ends idle connections at once and busy ones after their answer", async () => {
  const { port, server } = await serve();
  const idle = new Client(port), busy = new Client(port);
  idle.socket.write(post("idle"));
  await idle.sees("direct:idle");
  const text = post("slow");
  busy.socket.write(text.slice(0, -2));
  await until("it came", () => server.connections === 2);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const closed = server.close();
  await until("the idle one ends", () => idle.ended);
  expect(busy.ended).toBe(false);
  busy.socket.write(text.slice(-2));
  await busy.sees("direct:slow");
  await until("the busy one ends", () => busy.ended);
  await closed;
});

test("malformed heads get Node's answer", async () => {
  const { port } = await serve();
  for (const text of ["POST /v1/echo HTTP/1.1\r\nhost: shop\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx", "garbage\r\n\r\n", "POST /v1/echo HTTP/1.1\r\nhost: shop\r\na b: c\r\ncontent-length: 0\r\n\r\n"]) {
    const client = new Client(port);
    client.socket.write(text);
    await once(client.socket, "close");
    expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test("a connection changes over where that is wanted; everywhere else the wish is ignored", async () => {
  const { port, ways } = await serve();
  const wish = (path: string, to = "websocket"): string => `GET ${path} HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade\r\nupgrade: ${to}\r\n\r\n`;
  const talker = new Client(port);
  talker.socket.write(`${wish("/v1/talk?model=m", "WebSocket")}first`);
  await until("the other protocol", () => talker.text.startsWith("HTTP/1.1 101 "));
  for (const [path, to] of [["/v1/talk", "h2c"], ["/pages", "websocket"]] as const) {
    const reader = new Client(port);
    reader.socket.write(wish(path, to));
    await reader.sees("node:");
  }
  const stranger = new Client(port);
  stranger.socket.write(wish("/v1/talk").replace("host: shop", "host: shop\r\nhost: other"));
  await until("it is refused", () => stranger.ended);
  expect(ways).toEqual(["upgrade /v1/talk?model=m WebSocket first", "node GET /v1/talk", "node GET /pages"]);
});

test("who says with his request that he sends no more is answered where that can be done at once", async () => {
  const { port, gone } = await serve();
  const told = async (request: string): Promise<string> => {
    const socket = net.connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (bytes: Buffer) => (text += bytes.toString())).on("error", () => undefined);
    socket.end(request);
    await once(socket, "close");
    return text;
  };
  const post = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n`;
  expect(await told(`${post("/v1/x")}\r\nhi`)).toContain("direct:hi");
  expect(await told("GET /page HTTP/1.1\r\nHost: a\r\n\r\n")).toContain("node:");
  expect(await told(`${post("/page")}\r\nhi`)).toContain("node:hi");
  expect(await told(`${post("/v1/x")}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  expect(await told(`${post("/v1/wait")}\r\nhi`)).toBe("");
  expect(gone).toHaveLength(1);
});
