/**
 * Generic cell rate algorithm: one number a bucket. `tat` (theoretical arrival time, ms) lies ahead of now by what has
 * been used; a limit of L per window W admits a burst of L and then one more every W / L.
 */
export type Rate = Readonly<{ limit: number; windowMs: number }>;

export type GcraAnswer = Readonly<{ allowed: boolean; remaining: number; resetMs: number; retryAfterMs: number }>;

/** After a correction a bucket may be in debt by at most this many windows. */
const DEBT_WINDOWS = 5;

/** @param tat state of the bucket, undefined = never used; @param cost units asked for */
export function inspect(tat: number | undefined, rate: Rate, cost: number, now: number): GcraAnswer {
  if (rate.limit <= 0) return { allowed: false, remaining: 0, resetMs: rate.windowMs, retryAfterMs: rate.windowMs };
  const interval = rate.windowMs / rate.limit;
  const start = Math.max(tat ?? now, now);
  const burstMs = rate.limit * interval;
  const after = start + cost * interval;
  // More than the whole burst passes on a full bucket only, and puts it into debt: a big prompt could never pass otherwise.
  const allowed = after - now <= burstMs + 1e-6 || (cost > rate.limit && start <= now);
  const level = allowed ? after : start;
  return {
    allowed,
    remaining: Math.max(0, Math.floor((burstMs - (level - now)) / interval + 1e-9)),
    resetMs: Math.max(0, Math.ceil(level - now)),
    retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(cost > rate.limit ? start - now : after - burstMs - now)),
  };
}

/** State after taking `cost` units. */
export const take = (tat: number | undefined, rate: Rate, cost: number, now: number): number =>
  Math.max(tat ?? now, now) + (cost * rate.windowMs) / rate.limit;

/** State after learning that `delta` more units (fewer, when negative) were used than were taken. */
export function correct(tat: number | undefined, rate: Rate, delta: number, now: number): number {
  if (rate.limit <= 0) return tat ?? now;
  const moved = Math.max(tat ?? now, now) + (delta * rate.windowMs) / rate.limit;
  return Math.min(Math.max(moved, now), now + (1 + DEBT_WINDOWS) * rate.windowMs);
}
