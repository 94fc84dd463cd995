import net from "node:net";
import { Agent, request, type Dispatcher } from "undici";
import { keyOf } from "../support/shop-store.ts";

export type Json = Readonly<Record<string, unknown>>;

export type Reply = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The body parsed; an empty object when it is no JSON object. */
  json: Json;
  /** `x-request-id` */
  id: string;
  /** False when the answer broke off. */
  whole: boolean;
}>;

export type Ask = Readonly<{
  method?: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH";
  /** The name that the key is made from; null = no key. */
  as?: string | null;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text and bytes as they are. */
  body?: object | string | Buffer;
}>;

const agent = new Agent({ connections: 500, headersTimeout: 60_000, bodyTimeout: 60_000 });

/** One call over a kept-alive connection; never throws on a broken answer. */
export async function ask(url: string, { method, as = "rich", headers = {}, body }: Ask = {}): Promise<Reply> {
  const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const reply = await request(url, {
    dispatcher: agent,
    method: (method ?? (body === undefined ? "GET" : "POST")) as Dispatcher.HttpMethod,
    headers: { ...(as !== null && { authorization: `Bearer ${keyOf(as)}` }), ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(raw !== undefined && { body: raw }),
  });
  const chunks: Buffer[] = [];
  let whole = true;
  try {
    for await (const chunk of reply.body) chunks.push(chunk as Buffer);
  } catch {
    whole = false;
  }
  const text = Buffer.concat(chunks).toString();
  const plain = Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name, String(value)]));
  return { status: reply.statusCode, headers: plain, text, json: parseObject(text), id: plain["x-request-id"] ?? "", whole };
}

function parseObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

/** The data of an SSE text, `[DONE]` as that word, the rest parsed. */
export function events(text: string): (Json | "[DONE]")[] {
  return text.replace(/\r\n?/g, "\n").split("\n\n").flatMap((block) => {
    const data = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
    return data === "" ? [] : [data === "[DONE]" ? "[DONE]" : (JSON.parse(data) as Json)];
  });
}

type Choice = Readonly<{ index?: number; delta?: Readonly<{ content?: string | null }> }>;

/** All content of a chat stream's first choice put together. */
export const contentOf = (text: string): string =>
  events(text).map((event) => {
    const choices = event === "[DONE]" ? undefined : (event.choices as readonly Choice[] | undefined);
    return choices?.find(({ index = 0 }) => index === 0)?.delta?.content ?? "";
  }).join("");

/** Sends raw bytes and gives back what came until the server closed or nothing came for `idleMs`. */
export function rawExchange(url: string, bytes: Buffer | string, { idleMs = 2_000, leaveAfterMs }: Readonly<{ idleMs?: number; leaveAfterMs?: number }> = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text) : reject(error)));
    socket.on("close", () => resolve(text));
    if (leaveAfterMs !== undefined) setTimeout(() => socket.destroy(), leaveAfterMs);
  });
}
