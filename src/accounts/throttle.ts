/** At most `most` within `perMs`. */
export type Rate = Readonly<{ most: number; perMs: number }>;

/** Counts in memory, per process: a restart forgives, which gives nobody more than a few tries. */
export interface Throttle {
  /** Counts one try when none of the rates forbids it; else says how many milliseconds to wait, and counts nothing. */
  take(key: string, rates: readonly Rate[], nowMs: number): number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const KEYS_MAX = 20_000;

/** The key that was used longest ago gives way, so that a flood of addresses cannot fill the memory. */
export function createThrottle(): Throttle {
  const tries = new Map<string, number[]>();
  return {
    take(key, rates, nowMs) {
      const longest = Math.max(...rates.map(({ perMs }) => perMs));
      const kept = (tries.get(key) ?? []).filter((at) => nowMs - at < longest);
      const wait = Math.max(0, ...rates.map((rate) => waitOf(kept, rate, nowMs)));
      if (wait === 0) kept.push(nowMs);
      tries.delete(key);
      if (kept.length > 0) tries.set(key, kept);
      const oldest = tries.size > KEYS_MAX ? tries.keys().next().value : undefined;
      if (oldest !== undefined) tries.delete(oldest);
      return wait;
    },
  };
}

function waitOf(tries: readonly number[], { most, perMs }: Rate, nowMs: number): number {
  const within = tries.filter((at) => nowMs - at < perMs);
  if (within.length < most) return 0;
  return within[within.length - most]! + perMs - nowMs;
}
