import { correct, inspect, take } from "#relay/limits/gcra.ts";
import type { GcraAnswer, Rate } from "#relay/limits/gcra.ts";
import type { Limits } from "#snapshot/snapshot.ts";

export type Scope = "key" | "user" | "group" | "model";
export type Dimension = "requests" | "tokens";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Buckets in memory beyond which the idle ones are dropped. */
const BUCKETS_MAX = 200_000;

/** One scope's limits as they bind one request. `id` tells the members of a group apart. */
export type ScopedLimits = Readonly<{ scope: Scope; id: string; limits: Limits }>;

export type LimitState = Readonly<{ scope: Scope; dimension: Dimension; perDay: boolean; limit: number; remaining: number; resetMs: number }>;
export type LimitRefusal = LimitState & Readonly<{ retryAfterMs: number }>;

/** `refused` or the tightest bucket of the answer's headers; both absent where no limit applies. */
export type LimitAnswer = Readonly<{ refused?: LimitRefusal; tightest?: LimitState }>;

/** Request and token rates of the customer's side. All buckets of a call are taken or none. */
export interface Limiter {
  take(scopes: readonly ScopedLimits[], dimension: Dimension, cost: number): LimitAnswer;
  /** Once the true number is known: gives back or takes `delta` more, never refusing. */
  correct(scopes: readonly ScopedLimits[], dimension: Dimension, delta: number): void;
}

type Bucket = Readonly<{ name: string; scope: Scope; rate: Rate; perDay: boolean; limit: number }>;

/**
 * The form for one process. With several nodes and no shared store each takes its part of every limit.
 * @param now milliseconds; @param nodes live relay nodes, at least 1
 */
export function createLimiter(now: () => number, nodes: () => number): Limiter {
  const tats = new Map<string, number>();

  return {
    take(scopes, dimension, cost) {
      const buckets = bucketsOf(scopes, dimension, nodes());
      if (buckets.length === 0) return NOTHING;
      const at = now();
      const answers = buckets.map(({ name, rate }) => inspect(tats.get(name), rate, cost, at));
      const refused = worstRefusal(buckets, answers);
      if (refused >= 0) {
        const state = stateOf(buckets[refused]!, answers[refused]!, dimension);
        return { refused: { ...state, retryAfterMs: answers[refused]!.retryAfterMs }, tightest: state };
      }
      for (const { name, rate } of buckets) tats.set(name, take(tats.get(name), rate, cost, at));
      if (tats.size > BUCKETS_MAX) dropIdle(tats, at);
      const tightest = tightestOf(buckets, answers);
      return { tightest: stateOf(buckets[tightest]!, answers[tightest]!, dimension) };
    },
    correct(scopes, dimension, delta) {
      if (delta === 0) return;
      const at = now();
      for (const { name, rate } of bucketsOf(scopes, dimension, nodes())) tats.set(name, correct(tats.get(name), rate, delta, at));
    },
  };
}

const NOTHING: LimitAnswer = {};

function bucketsOf(scopes: readonly ScopedLimits[], dimension: Dimension, nodes: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { scope, id, limits } of scopes) {
    const [perMinute, perDay] = dimension === "requests" ? [limits.rpm, limits.rpd] : [limits.tpm, limits.tpd];
    if (perMinute !== undefined) buckets.push(bucket(scope, id, dimension, perMinute, false, nodes));
    if (perDay !== undefined) buckets.push(bucket(scope, id, dimension, perDay, true, nodes));
  }
  return buckets;
}

const bucket = (scope: Scope, id: string, dimension: Dimension, limit: number, perDay: boolean, nodes: number): Bucket => ({
  name: `${scope}:${id}:${dimension === "requests" ? "r" : "t"}${perDay ? "d" : "m"}`,
  scope,
  rate: { limit: limit / Math.max(nodes, 1), windowMs: perDay ? DAY_MS : MINUTE_MS },
  perDay,
  limit,
});

function worstRefusal(buckets: readonly Bucket[], answers: readonly GcraAnswer[]): number {
  let worst = -1;
  for (let i = 0; i < buckets.length; i++) {
    if (!answers[i]!.allowed && (worst < 0 || answers[i]!.retryAfterMs > answers[worst]!.retryAfterMs)) worst = i;
  }
  return worst;
}

function tightestOf(buckets: readonly Bucket[], answers: readonly GcraAnswer[]): number {
  let tightest = 0;
  for (let i = 1; i < buckets.length; i++) {
    if (answers[i]!.remaining * buckets[tightest]!.rate.limit < answers[tightest]!.remaining * buckets[i]!.rate.limit) tightest = i;
  }
  return tightest;
}

const stateOf = ({ scope, perDay, limit }: Bucket, { remaining, resetMs }: GcraAnswer, dimension: Dimension): LimitState =>
  ({ scope, dimension, perDay, limit, remaining, resetMs });

function dropIdle(tats: Map<string, number>, now: number): void {
  for (const [name, tat] of tats) if (tat <= now) tats.delete(name);
}
