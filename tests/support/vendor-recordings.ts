import { readFileSync } from "node:fs";
import path from "node:path";
import { cutUp } from "./vendor-scripts.ts";
import type { Script } from "./vendor.ts";

/** A recorded reply of a real vendor with what was read off it. */
export type Recording = Readonly<{
  /** `openai/chat/…` */
  dir: string;
  vendor: string;
  protocol: string;
  streaming: boolean;
  status: number;
  model: string;
  request: Readonly<Record<string, unknown>> | undefined;
  body: Buffer;
  headers: Readonly<Record<string, string>>;
  expected: ExpectedUsage;
  reported: unknown;
}>;

export type ExpectedUsage = Readonly<{
  prompt: number | null;
  cached: number | null;
  cache_write?: number | null;
  completion: number | null;
  reasoning: number | null;
  finish_reason?: string | null;
  tool_calls?: number;
  text?: string;
  text_chars?: number;
  reasoning_reported_outside_completion?: boolean;
}>;

type IndexEntry = Readonly<{ dir: string; protocol: string; status: number; streaming: boolean; response: string; vendor: string; model?: string; request: boolean }>;

/** All recordings of the given protocols that were answered with 200, in the index's order. */
export function listRecordings(shared: string, protocols: readonly string[]): Recording[] {
  const root = path.join(shared, "fixtures");
  const { cases } = JSON.parse(readFileSync(path.join(root, "index.json"), "utf8")) as { cases: IndexEntry[] };
  return cases
    .filter(({ protocol, status }) => protocols.includes(protocol) && status === 200)
    .map((entry) => readRecording(root, entry));
}

function readRecording(root: string, entry: IndexEntry): Recording {
  const folder = path.join(root, entry.dir);
  const meta = JSON.parse(readFileSync(path.join(folder, "meta.json"), "utf8")) as {
    expected_usage?: ExpectedUsage; reported_usage?: unknown; response_headers?: Record<string, string>;
  };
  return {
    dir: entry.dir,
    vendor: entry.vendor,
    protocol: entry.protocol,
    streaming: entry.streaming,
    status: entry.status,
    model: entry.model ?? "",
    request: entry.request ? (JSON.parse(readFileSync(path.join(folder, "request.json"), "utf8")) as Record<string, unknown>) : undefined,
    body: readFileSync(path.join(folder, entry.response)),
    headers: meta.response_headers ?? {},
    expected: meta.expected_usage ?? { prompt: null, cached: null, completion: null, reasoning: null },
    reported: meta.reported_usage,
  };
}

/** Hop-by-hop headers and those that belong to another body form than the one kept. */
const NOT_REPLAYED = new Set(["content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "date"]);

/**
 * Sends a recording again with its status and headers.
 *
 * @param split bytes per piece; left out = as events (streams) or whole
 * @param cutAt only so many bytes are sent, then the connection closes unfinished
 */
export function replay(recording: Recording, { split, cutAt }: Readonly<{ split?: number; cutAt?: number }> = {}): Script {
  const headers = Object.fromEntries(Object.entries(recording.headers).filter(([name]) => !NOT_REPLAYED.has(name.toLowerCase())));
  const type = recording.streaming ? "text/event-stream; charset=utf-8" : "application/json";
  const body = cutAt === undefined ? recording.body : recording.body.subarray(0, cutAt);
  return {
    status: recording.status,
    headers: { "content-type": type, ...headers },
    pieces: split === undefined ? [body] : cutUp(body, split),
    ...(cutAt !== undefined && { fate: "cut" as const }),
  };
}
