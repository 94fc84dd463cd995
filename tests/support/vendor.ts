import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import { answer } from "./vendor-scripts.ts";

/** What reached the vendor, byte for byte. */
export type VendorRequest = Readonly<{
  n: number;
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** The body parsed, or undefined when it is no JSON object. */
  json: Readonly<Record<string, unknown>> | undefined;
  model: string;
  stream: boolean;
  atMs: number;
}>;

/** One reply, told as bytes and times. Everything left out is the friendly case. */
export type Script = Readonly<{
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** Written one after the other, each with a turn of the loop (or `gapMs`) in between. */
  pieces?: readonly (Buffer | string)[];
  /** Wait before the head is sent. */
  headMs?: number;
  /** Wait between the head and the first piece. */
  firstMs?: number;
  gapMs?: number;
  /** How it ends: `end` well, `stall` says nothing more, `cut` closes the socket, `reset` sends RST. */
  fate?: "end" | "stall" | "cut" | "reset";
  /** Pieces sent before the fate strikes (default all); -1 = not even the head. */
  after?: number;
  /** Sends a content-length, so the reply is not chunked; only for replies that end well or are cut. */
  sized?: boolean;
  gzip?: boolean;
}>;

export type Rule = Script | ((request: VendorRequest) => Script);

export interface Vendor {
  /** Base address for channels, with `/v1`. */
  readonly url: string;
  readonly port: number;
  /** Latest requests, oldest first, at most `keep`. */
  readonly requests: readonly VendorRequest[];
  /** From now on requests for this model (`*` = any without a rule) are answered so. */
  on(model: string, rule: Rule): void;
  /** The next requests for this model (`*` = any) are answered so, one each; before any `on`. */
  once(model: string, ...rules: readonly Rule[]): void;
  /** Requests so far, of one model or of all. */
  count(model?: string): number;
  /** Callers that hung up before the reply's end, of one model or of all. */
  hangUps(model?: string): number;
  readonly running: number;
  readonly peak: number;
  /** Forgets rules, counts and requests. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * A vendor that speaks the OpenAI wire format and can be slow, fail, break and lie.
 *
 * Without a rule a request is answered by its model name, read as `anything?chunks=20&gap_ms=50&status=429`
 * (see `answer` in vendor-scripts.ts), so a process of its own needs no other control.
 */
export async function startVendor({ port = 0, host = "127.0.0.1", keep = 2_000 } = {}): Promise<Vendor> {
  const state = createState();
  const server = http.createServer({ keepAliveTimeout: 60_000, noDelay: true }, (message, reply) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("error", () => undefined);
    message.on("end", () => {
      const request = readRequest(state.n++, message, Buffer.concat(chunks));
      state.requests.push(request);
      if (state.requests.length > keep) state.requests.shift();
      state.counts.set(request.model, (state.counts.get(request.model) ?? 0) + 1);
      void serve(state, request, reply);
    });
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, 4_096, resolve));
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://${host}:${bound}/v1`,
    port: bound,
    get requests() {
      return state.requests;
    },
    get running() {
      return state.running;
    },
    get peak() {
      return state.peak;
    },
    on: (model, rule) => void state.rules.set(model, rule),
    once: (model, ...rules) => void state.queues.set(model, [...(state.queues.get(model) ?? []), ...rules]),
    count: (model) => (model === undefined ? state.n : (state.counts.get(model) ?? 0)),
    hangUps: (model) => (model === undefined ? sum(state.hangUps) : (state.hangUps.get(model) ?? 0)),
    reset: () => Object.assign(state, createState(), { running: state.running }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

type State = {
  n: number;
  running: number;
  peak: number;
  requests: VendorRequest[];
  rules: Map<string, Rule>;
  queues: Map<string, Rule[]>;
  counts: Map<string, number>;
  hangUps: Map<string, number>;
};

const createState = (): State => ({
  n: 0, running: 0, peak: 0, requests: [], rules: new Map(), queues: new Map(), counts: new Map(), hangUps: new Map(),
});

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);

function readRequest(n: number, message: http.IncomingMessage, body: Buffer): VendorRequest {
  const json = parseObject(body);
  return {
    n,
    method: message.method ?? "",
    path: message.url ?? "",
    headers: message.headers,
    body,
    json,
    model: typeof json?.model === "string" ? json.model : "",
    stream: json?.stream === true,
    atMs: Date.now(),
  };
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const next = (queue: Rule[] | undefined): Rule | undefined => queue?.shift();

function choose(state: State, request: VendorRequest): Script {
  const rule = next(state.queues.get(request.model)) ?? next(state.queues.get("*"))
    ?? state.rules.get(request.model) ?? state.rules.get("*") ?? answer;
  return typeof rule === "function" ? rule(request) : rule;
}

async function serve(state: State, request: VendorRequest, reply: http.ServerResponse): Promise<void> {
  state.running++;
  state.peak = Math.max(state.peak, state.running);
  let over = false;
  const done = new Promise<void>((resolve) => {
    reply.on("error", () => undefined);
    reply.on("close", () => {
      state.running--;
      if (!over && !reply.writableFinished) state.hangUps.set(request.model, (state.hangUps.get(request.model) ?? 0) + 1);
      resolve();
    });
  });
  const script = choose(state, request);
  await play(script, reply, () => (over = true));
  await done;
}

/** @param mine called when it is this side that ends the reply, in whatever way */
async function play(script: Script, reply: http.ServerResponse, mine: () => void): Promise<void> {
  const pieces = script.gzip ? await deflate(script.pieces ?? []) : (script.pieces ?? []);
  const end = script.after ?? pieces.length;
  if (script.headMs) await sleep(script.headMs);
  if (reply.destroyed) return;
  if (end < 0) return strike(script.fate ?? "cut", reply, mine);

  const headers = { "content-type": "application/json", ...(script.gzip && { "content-encoding": "gzip" }), ...script.headers };
  const length = script.sized ? { "content-length": String(pieces.reduce((total, piece) => total + Buffer.byteLength(piece), 0)) } : {};
  reply.writeHead(script.status ?? 200, { ...headers, ...length });
  // A whole reply of one piece goes out in one write, as a vendor's does; otherwise the head goes first.
  if (script.fate === undefined && !script.firstMs && pieces.length <= 1) {
    mine();
    return void reply.end(pieces[0]);
  }
  reply.flushHeaders();
  if (script.firstMs) await sleep(script.firstMs);
  for (const [index, piece] of pieces.entries()) {
    if (index >= end || reply.destroyed) break;
    if (index > 0) await (script.gapMs ? sleep(script.gapMs) : turn());
    if (!reply.destroyed && !reply.write(piece)) await room(reply);
  }
  if (!reply.destroyed) strike(script.fate ?? "end", reply, mine);
}

function strike(fate: NonNullable<Script["fate"]>, reply: http.ServerResponse, mine: () => void): void {
  if (fate === "stall") return;
  mine();
  if (fate === "end") reply.end();
  else if (fate === "reset") reply.socket?.resetAndDestroy();
  else reply.socket?.end(() => reply.destroy()); // what was written still arrives, the body's end does not
}

const room = (reply: http.ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      reply.off("drain", go);
      reply.off("close", go);
      resolve();
    };
    reply.once("drain", go);
    reply.once("close", go);
  });

/** Each piece is flushed by itself, as a vendor that compresses its stream does. */
async function deflate(pieces: readonly (Buffer | string)[]): Promise<Buffer[]> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const out: Buffer[] = [];
  let current: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => current.push(chunk));
  for (const piece of pieces) {
    await new Promise<void>((resolve) => gzip.write(piece, () => gzip.flush(constants.Z_SYNC_FLUSH, resolve)));
    out.push(Buffer.concat(current));
    current = [];
  }
  await new Promise<void>((resolve) => gzip.on("end", resolve).end());
  return current.length > 0 ? [...out, Buffer.concat(current)] : out;
}
