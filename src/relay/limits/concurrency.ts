import type { Scope, ScopedLimits } from "#relay/limits/limiter.ts";

export type ConcurrencyAnswer = Readonly<{ release: () => void } | { refused: Readonly<{ scope: Scope; limit: number }> }>;

/** Requests in flight per scope, streams included. */
export interface Concurrency {
  /** Takes one place in every scope that has a limit, or none. `release` may be called more than once. */
  acquire(scopes: readonly ScopedLimits[]): ConcurrencyAnswer;
}

const NOTHING: ConcurrencyAnswer = { release: () => {} };

/** @param nodes live relay nodes: without a shared store each has its part, at least 1 */
export function createConcurrency(nodes: () => number): Concurrency {
  const running = new Map<string, number>();

  return {
    acquire(scopes) {
      const names: string[] = [];
      for (const { scope, id, limits } of scopes) {
        if (limits.concurrency === undefined) continue;
        const name = `${scope}:${id}`;
        if ((running.get(name) ?? 0) >= Math.max(1, Math.floor(limits.concurrency / nodes()))) return { refused: { scope, limit: limits.concurrency } };
        names.push(name);
      }
      if (names.length === 0) return NOTHING;
      for (const name of names) running.set(name, (running.get(name) ?? 0) + 1);
      let held = true;
      return {
        release() {
          if (!held) return;
          held = false;
          for (const name of names) {
            const left = running.get(name)! - 1;
            if (left === 0) running.delete(name);
            else running.set(name, left);
          }
        },
      };
    },
  };
}
