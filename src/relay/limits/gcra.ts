/**
 * Generic cell rate algorithm: one number a bucket. `tat` (theoretical arrival time, ms) lies ahead of now by what has
 * been used; a limit of L per window W admits a burst of L × `burst` and then one more every W / L.
 */
export type Rate = Readonly<{ limit: number; windowMs: number; burst: number }>;

export type GcraAnswer = Readonly<{ allowed: boolean; remaining: number; resetMs: number; retryAfterMs: number }>;

/** After a correction a bucket may be in debt by at most this many windows. */
export const DEBT_WINDOWS = 5;

/** May `cost` units be taken now? @param tat state of the bucket, undefined = never used */
export function fits(tat: number | undefined, rate: Rate, cost: number, now: number): boolean {
  if (rate.limit <= 0) return false;
  const start = tat === undefined || tat < now ? now : tat;
  // More than the whole burst passes on a full bucket only, and puts it into debt: a big prompt could never pass otherwise.
  return start + (cost * rate.windowMs) / rate.limit - now <= rate.burst * rate.windowMs + 1e-6 || (cost > rate.burst * rate.limit && start <= now);
}

/** Units left in a bucket that is in use. */
export const remaining = (tat: number, { limit, windowMs, burst }: Rate, now: number): number =>
  Math.max(0, Math.floor(((burst * windowMs - (tat - now)) * limit) / windowMs + 1e-9));

/** Until the bucket is full again. */
export const resetMs = (tat: number, now: number): number => Math.max(0, Math.ceil(tat - now));

/** How a bucket would answer; nothing is taken. @param cost units asked for */
export function inspect(tat: number | undefined, rate: Rate, cost: number, now: number): GcraAnswer {
  if (rate.limit <= 0) return { allowed: false, remaining: 0, resetMs: rate.windowMs, retryAfterMs: rate.windowMs };
  const start = Math.max(tat ?? now, now);
  const after = start + (cost * rate.windowMs) / rate.limit;
  const allowed = fits(tat, rate, cost, now);
  const level = allowed ? after : start;
  return {
    allowed,
    remaining: remaining(level, rate, now),
    resetMs: resetMs(level, now),
    retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(cost > rate.burst * rate.limit ? start - now : after - rate.burst * rate.windowMs - now)),
  };
}

/** State after taking `cost` units. */
export const take = (tat: number | undefined, rate: Rate, cost: number, now: number): number =>
  Math.max(tat ?? now, now) + (cost * rate.windowMs) / rate.limit;

/** State after learning that `delta` more units (fewer, when negative) were used than were taken. */
export function correct(tat: number | undefined, rate: Rate, delta: number, now: number): number {
  if (rate.limit <= 0) return tat ?? now;
  const moved = Math.max(tat ?? now, now) + (delta * rate.windowMs) / rate.limit;
  return Math.min(Math.max(moved, now), now + (rate.burst + DEBT_WINDOWS) * rate.windowMs);
}
