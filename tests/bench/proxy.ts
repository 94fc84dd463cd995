// The yardstick of the bench: the least that a proxy on this machine can do. No key, no limit, no money, no look at
// the bytes; node:http in front, undici behind.  node tests/bench/proxy.ts UPSTREAM_ORIGIN
// Prints its address on the first line and ends when its standard input closes.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

const origin = process.argv[2];
if (origin === undefined) throw new Error("usage: node tests/bench/proxy.ts UPSTREAM_ORIGIN");
const pool = new Pool(origin, { connections: 2_000, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

const server = http.createServer({ noDelay: true }, (request, reply) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => forward(request, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), reply));
});

function forward(request: http.IncomingMessage, body: Buffer, reply: http.ServerResponse): void {
  let resume: (() => void) | undefined;
  reply.on("drain", () => resume?.());
  pool.dispatch(
    { method: "POST", path: request.url ?? "/", headers: { "content-type": "application/json" }, body },
    {
      onRequestStart: () => undefined,
      onResponseStart(controller, status, headers) {
        resume = () => controller.resume();
        reply.on("close", () => reply.writableFinished || controller.abort(new Error("client left")));
        const length = headers["content-length"];
        reply.writeHead(status, { "content-type": String(headers["content-type"]), ...(length !== undefined && { "content-length": String(length) }) });
      },
      onResponseData(controller, chunk) {
        if (!reply.write(chunk)) controller.pause();
      },
      onResponseEnd: () => void reply.end(),
      onResponseError: () => void reply.destroy(),
    },
  );
}

server.listen(0, "127.0.0.1", 4_096, () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.stdin.on("close", () => process.exit(0)).resume();
