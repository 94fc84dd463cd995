import http from "node:http";
import { keyOf } from "../support/shop-store.ts";

/** What a client knows about one request of his when the line is gone. */
export type Seen = Readonly<{
  kind: Kind;
  /** `x-request-id`, when the head came. */
  id: string | undefined;
  status: number | undefined;
  /** He has all of it: a body that parses, or a stream with its `[DONE]`. */
  complete: boolean;
  /** He hung up himself. */
  left: boolean;
}>;

export type Kind = "whole" | "stream" | "embedding" | "leaver";

const KINDS: readonly Readonly<{ kind: Kind; path: string; body: object }>[] = [
  { kind: "whole", path: "/v1/chat/completions", body: { model: "chat", messages: [{ role: "user", content: "hello" }] } },
  { kind: "stream", path: "/v1/chat/completions", body: { model: "chat", stream: true, messages: [{ role: "user", content: "hello" }] } },
  { kind: "embedding", path: "/v1/embeddings", body: { model: "embed", input: ["hello"] } },
  { kind: "leaver", path: "/v1/chat/completions", body: { model: "slow", stream: true, messages: [{ role: "user", content: "hello" }] } },
];

export interface Load {
  readonly seen: readonly Seen[];
  readonly complete: number;
  /** No new requests; resolves when those that run have ended in one way or another. */
  stop(): Promise<void>;
}

/** So many clients, each with one request after the other, of all kinds in turn, until `stop`. */
export function startLoad(url: string, clients: number): Load {
  const seen: Seen[] = [];
  let stopped = false;
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const running = Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let n = client; !stopped; n++) {
      const one = await send(url, agent, KINDS[n % KINDS.length]!);
      seen.push(one);
      if (one.status === undefined) await new Promise((resolve) => setTimeout(resolve, 20)); // nobody there: no busy loop
    }
  }));
  return {
    seen,
    get complete() {
      return seen.filter(({ complete }) => complete).length;
    },
    async stop() {
      stopped = true;
      await running;
      agent.destroy();
    },
  };
}

function send(url: string, agent: http.Agent, { kind, path, body }: (typeof KINDS)[number]): Promise<Seen> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let id: string | undefined;
    let status: number | undefined;
    let text = "";
    let left = false;
    const finish = (ended: boolean): void =>
      resolve({ kind, id, status, left, complete: ended && status === 200 && (kind === "stream" || kind === "leaver" ? text.includes("data: [DONE]") : parses(text)) });
    const headers = { authorization: `Bearer ${keyOf(kind === "leaver" ? "leaver" : "steady")}`, "content-type": "application/json" };
    const request = http.request({ hostname, port, path, agent, method: "POST", headers, timeout: 30_000 }, (reply) => {
      id = reply.headers["x-request-id"] as string | undefined;
      status = reply.statusCode;
      reply.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (kind === "leaver" && text.length > 600) {
          left = true;
          request.destroy();
        }
      });
      reply.on("end", () => finish(true));
      // What came before the break counts: a stream whose [DONE] arrived is complete, whatever happened then.
      reply.on("error", () => finish(text.includes("data: [DONE]")));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => finish(text.includes("data: [DONE]")));
    request.end(JSON.stringify(body));
  });
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
