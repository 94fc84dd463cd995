import type { Role } from "#accounts/permissions.ts";

/** What a browser's signed cookie carries; everything else is read from the session's row at each request. */
export type SessionClaims = Readonly<{ sid: string; uid: string; epoch: number }>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long a session lives without use, and at most. Staff sit before other people's money, so theirs are short. */
export const sessionLife = (role: Role): Readonly<{ idleMs: number; absoluteMs: number }> =>
  role === "customer" ? { idleMs: 30 * DAY_MS, absoluteMs: 90 * DAY_MS } : { idleMs: 30 * MINUTE_MS, absoluteMs: 12 * 60 * MINUTE_MS };

/** The longest of them: the cookie may outlive the row, never the other way round. */
export const SESSION_COOKIE_MAX_S = (90 * DAY_MS) / 1_000;

export type Attempt = Readonly<{ failures: number; lastMs: number }>;

/** Failures that cost nothing; people mistype. */
const FREE_FAILURES = 3;
const WAIT_MAX_MS = 15 * MINUTE_MS;
/** After this long without a failure the count begins anew. */
const FORGET_MS = 60 * MINUTE_MS;

/** How long the next try for this address must still wait: 1 s after the fourth failure, doubled each time, never a lock. */
export function waitMs(attempt: Attempt | undefined, nowMs: number): number {
  if (!attempt || attempt.failures <= FREE_FAILURES || nowMs - attempt.lastMs > FORGET_MS) return 0;
  const wait = Math.min(1_000 * 2 ** (attempt.failures - FREE_FAILURES - 1), WAIT_MAX_MS);
  return Math.max(0, attempt.lastMs + wait - nowMs);
}

export const failed = (attempt: Attempt | undefined, nowMs: number): Attempt =>
  ({ failures: attempt && nowMs - attempt.lastMs <= FORGET_MS ? attempt.failures + 1 : 1, lastMs: nowMs });

/** Failures by address and sender, in memory: a restart forgives, which is no way to guess faster. */
export interface AttemptStore {
  get(key: string): Attempt | undefined;
  set(key: string, attempt: Attempt): void;
  delete(key: string): void;
}

const ATTEMPTS_MAX = 10_000;

/** The oldest entries give way, so that a flood of addresses cannot fill the memory. */
export function createAttemptStore(): AttemptStore {
  const attempts = new Map<string, Attempt>();
  return {
    get: (key) => attempts.get(key),
    set(key, attempt) {
      attempts.delete(key);
      attempts.set(key, attempt);
      const oldest = attempts.size > ATTEMPTS_MAX ? attempts.keys().next().value : undefined;
      if (oldest !== undefined) attempts.delete(oldest);
    },
    delete: (key) => void attempts.delete(key),
  };
}
