import { isInMemory } from "#platform/outbound/body-part.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import { answer } from "#relay/providers/simulator/answer.ts";
import { mediaReply } from "#relay/providers/simulator/media.ts";
import { parseScript, type Script } from "#relay/providers/simulator/script.ts";
import { embeddingsBody, errorBody, streamChunks, wholeBody } from "#relay/providers/simulator/wire.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamSink } from "#relay/upstream/transport.ts";

type Json = Readonly<Record<string, unknown>>;
type Reply = Readonly<{ status: number; headers: Readonly<Record<string, string>>; chunks: readonly Buffer[]; script: Script }>;

const FAIL_STATUS = 500;
const COUNTED_NAMES_MAX = 1_000;

/**
 * A vendor inside the process, behind the same interface as the HTTP client. Deterministic: the same body
 * gives the same bytes but for `created`. The body's `model` may carry a script behind `?`.
 */
export function createSimulator({ clock }: Readonly<{ clock: Readonly<{ now(): number }> }>): Transport {
  const failures = new Map<string, number>();

  const failsNow = (name: string, script: Script): boolean => {
    const failed = failures.get(name) ?? 0;
    if (failed >= script.failFirst) return false;
    if (failures.size >= COUNTED_NAMES_MAX) failures.clear();
    failures.set(name, failed + 1);
    return true;
  };

  return {
    send(call, sink) {
      return play(prepare(call, clock.now(), failsNow), sink);
    },
  };
}

function prepare(call: UpstreamCall, nowMs: number, failsNow: (name: string, script: Script) => boolean): Reply {
  const parts = call.body.filter(isInMemory), body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const request = parseRequest(body);
  const name = typeof request?.model === "string" ? request.model : "";
  const script = parseScript(name);
  const json = { "content-type": "application/json" };
  const fails = script.failFirst > 0 ? failsNow(name, script) : script.status !== undefined;
  const operation = operationOf(call.url);
  if (request === undefined) return { status: 400, headers: json, chunks: [errorBody(400)], script };
  if (operation === undefined) return { status: 404, headers: json, chunks: [errorBody(404)], script };
  if (fails) {
    const status = script.status ?? FAIL_STATUS;
    const headers = script.retryAfter === undefined ? json : { ...json, "retry-after": script.retryAfter };
    return { status, headers, chunks: [errorBody(status)], script };
  }
  if (operation === "embeddings") return { status: 200, headers: json, chunks: [embeddingsBody(request, script)], script };
  const media = mediaReply(operation, request, script, nowMs);
  if (media) return { status: 200, headers: { "content-type": media.contentType }, chunks: media.chunks, script };
  const said = answer(body, request, operation, script);
  const head = { id: said.id, created: Math.floor(nowMs / 1000), model: script.model };
  if (request.stream !== true) return { status: 200, headers: json, chunks: [wholeBody(said, head, operation)], script };
  return { status: 200, headers: { "content-type": "text/event-stream" }, chunks: streamChunks(said, head, operation), script };
}

function parseRequest(body: Buffer): Json | undefined {
  try {
    const request: unknown = JSON.parse(body.toString("utf8"));
    return typeof request === "object" && request !== null ? (request as Json) : undefined;
  } catch {
    return undefined;
  }
}

function operationOf(url: URL): Operation | undefined {
  if (url.pathname.endsWith("/chat/completions")) return "chat";
  if (url.pathname.endsWith("/completions")) return "completions";
  return OTHERS.find(([path]) => url.pathname.endsWith(path))?.[1];
}

const OTHERS: readonly (readonly [path: string, operation: Operation])[] = [
  ["/embeddings", "embeddings"], ["/images/generations", "images"], ["/audio/speech", "speech"], ["/moderations", "moderations"], ["/rerank", "rerank"],
];

/** Plays a reply chunk by chunk: timers where the script asks for delays, else one chunk a turn of the loop. */
function play({ status, headers, chunks, script }: Reply, sink: UpstreamSink): UpstreamControl {
  let next = -1; // -1: the head
  let paused = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;

  const schedule = (ms: number): void => {
    if (over || paused || timer || turn) return;
    if (ms > 0) timer = setTimeout(step, ms);
    else turn = setImmediate(step);
  };
  const step = (): void => {
    timer = undefined;
    turn = undefined;
    if (over || paused) return;
    if (next < 0) {
      next = 0;
      sink.onHead(status, headers);
      schedule(0);
      return;
    }
    if (status === 200 && next === script.stallAfter) return;
    if (status === 200 && next === script.cutAfter) {
      over = true;
      sink.onError(Object.assign(new Error("simulated reset"), { code: "ECONNRESET" }), "body");
      return;
    }
    const chunk = chunks[next++];
    if (chunk === undefined) {
      over = true;
      sink.onEnd();
      return;
    }
    sink.onData(chunk);
    schedule(next < chunks.length ? script.chunkMs : 0);
  };
  schedule(script.firstMs);

  return {
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      schedule(0);
    },
    abort() {
      over = true;
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
}
