import type { Limits } from "#snapshot/snapshot.ts";

const BUCKET_MS = 5_000;
const BUCKETS = 12;
const DAY_MS = 86_400_000;
/** Vendors count a little differently than we do: stay below what they allow. */
const SAFETY = 0.95;

type Counter = { requests: Float64Array; tokens: Float64Array; slot: number; day: number; dayRequests: number; dayTokens: number; running: number };

/** Limits that a vendor sets on a channel or one of its keys: sliding minutes and calendar days (UTC), as vendors count. */
export interface UpstreamLimits {
  /** How long until a request of so many tokens fits; 0 = now. Nothing is taken. */
  waitMs(id: string, limits: Limits, tokens: number): number;
  take(id: string, limits: Limits, tokens: number): void;
  /** This node's part of what may be in flight; undefined = any number. */
  places(limits: Limits): number | undefined;
  /** Takes it for somebody who is not ready yet. @returns undoes it, as if nothing had been taken; idempotent */
  reserve(id: string, limits: Limits, tokens: number): () => void;
  /** Corrects the tokens and ends the request; `tokens` is what differs from the estimate. */
  release(id: string, limits: Limits, tokens: number): void;
}

/** @param now wall-clock milliseconds; @param nodes live relay nodes, each with its part of every limit */
export function createUpstreamLimits(now: () => number, nodes: () => number): UpstreamLimits {
  const counters = new Map<string, Counter>();
  const placesOf = ({ concurrency }: Limits): number => Math.max(1, Math.floor(concurrency! / nodes()));
  const current = (id: string, at: number): Counter => {
    let counter = counters.get(id);
    if (!counter) counters.set(id, (counter = fresh(at)));
    advance(counter, at);
    return counter;
  };

  return {
    places: (limits) => (limits.concurrency === undefined ? undefined : placesOf(limits)),
    waitMs(id, limits, tokens) {
      if (unlimited(limits)) return 0;
      const at = now(), counter = current(id, at), part = 1 / nodes();
      const room = (limit: number | undefined): number => (limit === undefined ? Infinity : Math.max(1, limit * part * SAFETY));
      if (limits.concurrency !== undefined && counter.running >= placesOf(limits)) return 1_000;
      if (counter.dayRequests + 1 > room(limits.rpd) || (counter.dayTokens > 0 && counter.dayTokens + tokens > room(limits.tpd))) return DAY_MS - (at % DAY_MS);
      return Math.max(untilFits(counter.requests, counter.slot, 1, room(limits.rpm), at), untilFits(counter.tokens, counter.slot, tokens, room(limits.tpm), at));
    },
    take(id, limits, tokens) {
      if (!unlimited(limits)) add(current(id, now()), tokens);
    },
    reserve(id, limits, tokens) {
      if (unlimited(limits)) return () => undefined;
      const counter = current(id, now()), { slot, day } = counter;
      add(counter, tokens);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        advance(counter, now());
        counter.running -= 1;
        if (counter.slot - slot < BUCKETS) {
          counter.requests[slot % BUCKETS]! -= 1;
          counter.tokens[slot % BUCKETS] = Math.max(0, counter.tokens[slot % BUCKETS]! - tokens);
        }
        if (counter.day !== day) return;
        counter.dayRequests -= 1;
        counter.dayTokens = Math.max(0, counter.dayTokens - tokens);
      };
    },
    release(id, limits, tokens) {
      if (unlimited(limits)) return;
      const counter = current(id, now()), index = counter.slot % BUCKETS;
      counter.tokens[index] = Math.max(0, counter.tokens[index]! + tokens);
      counter.dayTokens = Math.max(0, counter.dayTokens + tokens);
      counter.running = Math.max(0, counter.running - 1);
    },
  };
}

const unlimited = ({ rpm, tpm, rpd, tpd, concurrency }: Limits): boolean =>
  rpm === undefined && tpm === undefined && rpd === undefined && tpd === undefined && concurrency === undefined;

const fresh = (at: number): Counter => ({
  requests: new Float64Array(BUCKETS), tokens: new Float64Array(BUCKETS),
  slot: Math.floor(at / BUCKET_MS), day: Math.floor(at / DAY_MS), dayRequests: 0, dayTokens: 0, running: 0,
});

function add(counter: Counter, tokens: number): void {
  counter.requests[counter.slot % BUCKETS]! += 1;
  counter.tokens[counter.slot % BUCKETS]! += tokens;
  counter.dayRequests += 1;
  counter.dayTokens += tokens;
  counter.running += 1;
}

function advance(counter: Counter, at: number): void {
  const slot = Math.floor(at / BUCKET_MS), day = Math.floor(at / DAY_MS);
  for (let i = Math.max(counter.slot + 1, slot - BUCKETS + 1); i <= slot; i++) {
    counter.requests[i % BUCKETS] = 0;
    counter.tokens[i % BUCKETS] = 0;
  }
  counter.slot = Math.max(counter.slot, slot);
  if (day > counter.day) {
    counter.day = day;
    counter.dayRequests = counter.dayTokens = 0;
  }
}

/** Walks the oldest sub-buckets out until the cost fits; a cost above the whole room fits into an empty window. */
function untilFits(buckets: Float64Array, slot: number, cost: number, room: number, at: number): number {
  if (room === Infinity) return 0;
  let used = 0;
  for (const value of buckets) used += value;
  for (let gone = 0; gone < BUCKETS; gone++) {
    if (used + cost <= room || used <= 0) return gone === 0 ? 0 : gone * BUCKET_MS - (at % BUCKET_MS);
    used -= buckets[(slot + 1 + gone) % BUCKETS]!;
  }
  return BUCKETS * BUCKET_MS - (at % BUCKET_MS);
}
