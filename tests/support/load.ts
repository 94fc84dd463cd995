import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A place to send one and the same prebuilt request to, over and over. */
export type Target = Readonly<{ host: string; port: number; request: Buffer }>;

export type LoadResult = Readonly<{
  /** Answers with status 200 that came to their end. */
  ok: number;
  /** Other statuses with their counts; `broken` = the connection ended or failed inside an answer. */
  other: ReadonlyMap<number | "broken", number>;
  bytes: number;
  seconds: number;
  /** Milliseconds from the request's last byte to the answer's last, of the ok ones, ascending. */
  latencies: Float64Array;
}>;

/** The bytes of one POST with a JSON body over a kept-alive connection. */
export function buildRequest(url: string, path: string, key: string, body: object, headers: Readonly<Record<string, string>> = {}): Target {
  const { hostname, port } = new URL(url);
  const text = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    `authorization: Bearer ${key}`,
    "content-type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return { host: hostname, port: Number(port), request: Buffer.from(`${lines.join("\r\n")}\r\n\r\n${text}`) };
}

/** @param p between 0 and 1; NaN of nothing */
export const percentile = (sorted: Float64Array, p: number): number =>
  sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!;

/** Each connection sends its next request as soon as its last answer has ended, until the time is up. */
export async function closedLoop(target: Target, { connections, durationMs }: Readonly<{ connections: number; durationMs: number }>): Promise<LoadResult> {
  const tally = createTally();
  const end = performance.now() + durationMs;
  const lines = await openLines(target, connections, tally);
  await Promise.all(lines.map(async (line) => {
    while (performance.now() < end && (await line.ask())) continue;
  }));
  const result = tally.result(durationMs);
  for (const line of lines) line.close();
  return result;
}

/** Sends at a steady rate whether or not answers come; a request that finds no idle connection waits for one. */
export async function openLoop(
  target: Target,
  { ratePerSecond, durationMs, connections }: Readonly<{ ratePerSecond: number; durationMs: number; connections: number }>,
): Promise<LoadResult> {
  const tally = createTally();
  const idle = await openLines(target, connections, tally);
  const all = [...idle];
  const total = Math.round((ratePerSecond * durationMs) / 1_000);
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * ratePerSecond) / 1_000) + 1);
    while (sent < due && idle.length > 0) {
      const line = idle.pop()!;
      if (!line.usable) {
        // Unused for longer than a server waits: another takes its place, as in any client's pool.
        const fresh = await openLine(target, tally);
        all.push(fresh);
        idle.push(fresh);
        continue;
      }
      sent++;
      running.push(line.ask().then((alive) => {
        if (alive) idle.push(line);
      }));
    }
    await sleep(1);
  }
  await Promise.all(running);
  const result = tally.result(performance.now() - started);
  for (const line of all) line.close();
  return result;
}

/** So many requests at once, one each on a connection of its own. */
export async function burst(target: Target, count: number): Promise<LoadResult> {
  const tally = createTally();
  const started = performance.now();
  const lines: Line[] = [];
  for (let made = 0; made < count; made += 100) lines.push(...(await openLines(target, Math.min(100, count - made), tally)));
  await Promise.all(lines.map((line) => line.ask()));
  const result = tally.result(performance.now() - started);
  for (const line of lines) line.close();
  return result;
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const latencies: number[] = [];
  const other = new Map<number | "broken", number>();
  let bytes = 0;
  const started = performance.now();
  return {
    count(status: number | "broken", ms: number, received: number): void {
      bytes += received;
      if (status === 200) latencies.push(ms);
      else other.set(status, (other.get(status) ?? 0) + 1);
    },
    result: (durationMs: number): LoadResult => ({
      ok: latencies.length,
      other,
      bytes,
      seconds: Math.max(durationMs, performance.now() - started) / 1_000,
      latencies: Float64Array.from(latencies).sort(),
    }),
  };
}

interface Line {
  /** Sends the request; resolves at the answer's end with false when the connection cannot be used again. */
  ask(): Promise<boolean>;
  /** The other side has not hung up on it. */
  readonly usable: boolean;
  close(): void;
}

const openLines = (target: Target, count: number, tally: Tally): Promise<Line[]> =>
  Promise.all(Array.from({ length: count }, () => openLine(target, tally)));

async function openLine({ host, port, request }: Target, tally: Tally): Promise<Line> {
  const socket = net.connect({ host, port, noDelay: true });
  const reader = createAnswerReader();
  let finish: ((alive: boolean) => void) | undefined;
  let sentAt = 0;
  const settle = (status: number | "broken", alive: boolean): void => {
    const resolve = finish;
    if (resolve === undefined) return;
    finish = undefined;
    tally.count(status, performance.now() - sentAt, reader.bytes);
    reader.start();
    resolve(alive);
  };
  socket.on("data", (data) => reader.read(data) && settle(reader.status, true));
  socket.on("close", () => settle("broken", false));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  socket.on("error", () => undefined);
  return {
    ask: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve(false);
        finish = resolve;
        sentAt = performance.now();
        socket.write(request);
      }),
    get usable() {
      return socket.readyState === "open";
    },
    close: () => socket.destroy(),
  };
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** Finds an answer's end with as little work as will do: one answer at a time, chunked or with a content-length. */
function createAnswerReader() {
  let head: Buffer | undefined;
  let remaining = -1;
  let chunked = false;
  let tail: Buffer = Buffer.alloc(0);

  const reader = {
    status: 0,
    bytes: 0,
    start(): void {
      head = undefined;
      remaining = -1;
      chunked = false;
      tail = Buffer.alloc(0);
      reader.status = 0;
      reader.bytes = 0;
    },
    /** True when the answer is complete. */
    read(data: Buffer): boolean {
      reader.bytes += data.length;
      let body = data;
      if (reader.status === 0) {
        head = head === undefined ? data : Buffer.concat([head, data]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return false;
        reader.status = Number(head.toString("latin1", 9, 12));
        const length = /\r\ncontent-length: *(\d+)/i.exec(head.toString("latin1", 0, end + 2));
        if (length) remaining = Number(length[1]);
        else chunked = true;
        body = head.subarray(end + 4);
      }
      if (!chunked) return (remaining -= body.length) <= 0;
      tail = body.length >= LAST_CHUNK.length || tail.length === 0 ? body : Buffer.concat([tail, body]);
      const ended = tail.length >= LAST_CHUNK.length && tail.compare(LAST_CHUNK, 0, LAST_CHUNK.length, tail.length - LAST_CHUNK.length) === 0;
      if (tail.length > LAST_CHUNK.length) tail = tail.subarray(tail.length - LAST_CHUNK.length);
      return ended;
    },
  };
  return reader;
}
