import { correct, fits, inspect, remaining, resetMs, take } from "#relay/limits/gcra.ts";
import type { Rate } from "#relay/limits/gcra.ts";
import type { Limits } from "#snapshot/snapshot.ts";

export type Scope = "key" | "user" | "group" | "model";
export type Dimension = "requests" | "tokens";

/** What a limit is counted by. */
export type Per = "second" | "minute" | "day";

const WINDOW_MS: Readonly<Record<Per, number>> = { second: 1_000, minute: 60_000, day: 86_400_000 };
/** How much of a limit passes at once after idleness, where its scope does not say. Within a second even calm clients come in twos. */
const BURST: Readonly<Record<Per, number>> = { second: 2, minute: 1, day: 1 };
/** Buckets in memory beyond which the idle ones are dropped. */
const BUCKETS_MAX = 200_000;

/**
 * One scope's limits as they bind one request. `id` tells the members of a group apart. `owner` = the user whose bucket
 * it is, undefined for what all share: a shared store keeps the buckets of one owner together.
 */
export type ScopedLimits = Readonly<{ scope: Scope; id: string; limits: Limits; owner?: string }>;

export type LimitState = Readonly<{ scope: Scope; dimension: Dimension; per: Per; limit: number; remaining: number; resetMs: number }>;
export type LimitRefusal = LimitState & Readonly<{ retryAfterMs: number }>;

/** `refused` or the tightest bucket of the answer's headers; both absent where no limit applies. */
export type LimitAnswer = Readonly<{ refused?: LimitRefusal; tightest?: LimitState }>;

/**
 * Request and token rates of the customer's side. All buckets of a call are taken or none. Only the form that several
 * nodes share answers by a promise.
 */
export interface Limiter {
  take(scopes: readonly ScopedLimits[], dimension: Dimension, cost: number): LimitAnswer | Promise<LimitAnswer>;
  /** Once the true number is known: gives back or takes `delta` more, never refusing. */
  correct(scopes: readonly ScopedLimits[], dimension: Dimension, delta: number): void;
}

/** As `Limiter`, answering at once. */
export interface LocalLimiter extends Limiter {
  take(scopes: readonly ScopedLimits[], dimension: Dimension, cost: number): LimitAnswer;
}

/** State of one bucket, shared by everybody whom it binds. */
type Cell = { tat: number | undefined };
type Bucket = Readonly<{ cell: Cell; scope: Scope; rate: Rate; per: Per; limit: number }>;
type Bound = Readonly<{ nodes: number; generation: number; requests: readonly Bucket[]; tokens: readonly Bucket[] }>;

/**
 * The form for one process. With several nodes and no shared store each takes its part of every limit.
 * @param now milliseconds; @param nodes live relay nodes, at least 1
 */
export function createLimiter(now: () => number, nodes: () => number): LocalLimiter {
  const cells = new Map<string, Cell>();
  /** Scopes are the same objects for many requests: their buckets are looked up once. */
  const bound = new WeakMap<readonly ScopedLimits[], Bound>();
  let generation = 0; // raised when cells are dropped: what is bound to them must look them up again

  const cell = (name: string): Cell => {
    let known = cells.get(name);
    if (!known) cells.set(name, (known = { tat: undefined }));
    return known;
  };
  const bucketsOf = (scopes: readonly ScopedLimits[], dimension: Dimension): readonly Bucket[] => {
    let known = bound.get(scopes);
    const live = nodes();
    if (!known || known.nodes !== live || known.generation !== generation) {
      if (cells.size > BUCKETS_MAX) dropIdle(now());
      known = { nodes: live, generation, requests: bind(scopes, "requests", live, cell), tokens: bind(scopes, "tokens", live, cell) };
      bound.set(scopes, known);
    }
    return known[dimension];
  };
  const dropIdle = (at: number): void => {
    for (const [name, { tat }] of cells) if (tat === undefined || tat <= at) cells.delete(name);
    generation += 1;
  };

  return {
    take(scopes, dimension, cost) {
      const buckets = bucketsOf(scopes, dimension);
      if (buckets.length === 0) return NOTHING;
      const at = now();
      const refused = worstRefusal(buckets, dimension, cost, at);
      if (refused) return { refused, tightest: refused };
      let tightest = buckets[0]!;
      let share = Infinity;
      for (const bucket of buckets) {
        const tat = take(bucket.cell.tat, bucket.rate, cost, at);
        bucket.cell.tat = tat;
        const left = remaining(tat, bucket.rate, at) / bucket.rate.limit;
        if (left < share) {
          share = left;
          tightest = bucket;
        }
      }
      const tat = tightest.cell.tat!;
      return { tightest: { scope: tightest.scope, dimension, per: tightest.per, limit: tightest.limit, remaining: remaining(tat, tightest.rate, at), resetMs: resetMs(tat, at) } };
    },
    correct(scopes, dimension, delta) {
      if (delta === 0) return;
      const at = now();
      for (const { cell: state, rate } of bucketsOf(scopes, dimension)) state.tat = correct(state.tat, rate, delta, at);
    },
  };
}

const NOTHING: LimitAnswer = {};

const bind = (scopes: readonly ScopedLimits[], dimension: Dimension, nodes: number, cell: (name: string) => Cell): readonly Bucket[] =>
  namedRates(scopes, dimension).map(({ name, scope, limit, windowMs, burst, per }) => ({ cell: cell(name), scope, rate: { limit: limit / Math.max(nodes, 1), windowMs, burst }, per, limit }));

/** The buckets that limits stand for, each by its name. */
export type NamedRate = Readonly<{ name: string; scope: Scope; owner: string | undefined; limit: number; windowMs: number; burst: number; per: Per }>;

export function namedRates(scopes: readonly ScopedLimits[], dimension: Dimension): readonly NamedRate[] {
  const rates: NamedRate[] = [];
  for (const { scope, id, limits, owner } of scopes) {
    const add = (limit: number | undefined, per: Per): void => {
      if (limit === undefined) return;
      const name = `${scope}:${id}:${dimension === "requests" ? "r" : "t"}${per[0]!}`;
      rates.push({ name, scope, owner, limit, windowMs: WINDOW_MS[per], burst: limits.burst_ratio ?? BURST[per], per });
    };
    if (dimension === "requests") add(limits.rps, "second");
    add(dimension === "requests" ? limits.rpm : limits.tpm, "minute");
    add(dimension === "requests" ? limits.rpd : limits.tpd, "day");
  }
  return rates;
}

/** The bucket that keeps the request waiting longest. */
function worstRefusal(buckets: readonly Bucket[], dimension: Dimension, cost: number, at: number): LimitRefusal | undefined {
  let worst: LimitRefusal | undefined;
  for (const { cell: { tat }, scope, rate, per, limit } of buckets) {
    if (fits(tat, rate, cost, at)) continue;
    const answer = inspect(tat, rate, cost, at);
    if (worst && answer.retryAfterMs <= worst.retryAfterMs) continue;
    worst = { scope, dimension, per, limit, remaining: answer.remaining, resetMs: answer.resetMs, retryAfterMs: answer.retryAfterMs };
  }
  return worst;
}
