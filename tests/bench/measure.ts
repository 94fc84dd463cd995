import { setTimeout as sleep } from "node:timers/promises";
import { burst, closedLoop, openLoop, percentile, type LoadResult, type Target } from "../support/load.ts";
import { cpuSeconds, memory } from "./processes.ts";

/** One way to the vendor under test. */
export type Contender = Readonly<{ name: string; pid: number; json: Target; stream: Target }>;

/** Answers that were no 200 in full, by status or `broken`. */
export type Failures = Readonly<Record<string, number>>;

export type Throughput = Readonly<{ perSecond: number; cpuMicros: number; failed: Failures; ok: number }>;

const failures = ({ other }: LoadResult): Failures => Object.fromEntries(other);

/** @param per units in one answer: 1 for requests per second, chunks for chunks per second */
export async function throughput(contender: Contender, target: Target, per: number, load: Readonly<{ connections: number; durationMs: number }>): Promise<Throughput> {
  const before = cpuSeconds(contender.pid);
  const result = await closedLoop(target, load);
  const cpu = cpuSeconds(contender.pid) - before;
  return { perSecond: (result.ok * per) / result.seconds, cpuMicros: (cpu * 1e6) / Math.max(1, result.ok), failed: failures(result), ok: result.ok };
}

export type Latency = Readonly<{ p50: number; p99: number; failed: Failures; ok: number }>;

/** Milliseconds to the whole answer at a steady rate. */
export async function latency(target: Target, load: Readonly<{ ratePerSecond: number; durationMs: number; connections: number }>): Promise<Latency> {
  const result = await openLoop(target, load);
  return { p50: percentile(result.latencies, 0.5), p99: percentile(result.latencies, 0.99), failed: failures(result), ok: result.ok };
}

export type SlowStreams = Readonly<{ asked: number; complete: number; failed: Failures; seconds: number; beforeMb: number; duringMb: number; afterMb: number; cpuShare: number }>;

/** Many streams at once that trickle; memory of the process before, at its highest during, and after a rest. */
export async function slowStreams(pid: number, target: Target, count: number, restMs: number): Promise<SlowStreams> {
  const beforeMb = memory(pid).rssMb;
  const cpu = cpuSeconds(pid);
  let duringMb = 0;
  const watch = setInterval(() => (duringMb = Math.max(duringMb, memory(pid).rssMb)), 200);
  const result = await burst(target, count);
  clearInterval(watch);
  const cpuShare = (cpuSeconds(pid) - cpu) / result.seconds;
  await sleep(restMs);
  return { asked: count, complete: result.ok, failed: failures(result), seconds: result.seconds, beforeMb, duringMb, afterMb: memory(pid).rssMb, cpuShare };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
