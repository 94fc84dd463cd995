import type { Scope, ScopedLimits } from "#relay/limits/limiter.ts";

export type ConcurrencyAnswer = Readonly<{ release: () => void } | { refused: Readonly<{ scope: Scope; limit: number }> }>;

/** Requests in flight per scope, streams included. Only the form that several nodes share answers by a promise. */
export interface Concurrency {
  /** Takes one place in every scope that has a limit, or none. `release` may be called more than once. */
  acquire(scopes: readonly ScopedLimits[]): ConcurrencyAnswer | Promise<ConcurrencyAnswer>;
}

/** As `Concurrency`, answering at once. */
export interface LocalConcurrency extends Concurrency {
  acquire(scopes: readonly ScopedLimits[]): ConcurrencyAnswer;
}

const NOTHING: ConcurrencyAnswer = { release: () => {} };
/** Scopes in memory beyond which the idle ones are dropped. */
const CELLS_MAX = 200_000;

type Cell = { running: number };
type Place = Readonly<{ cell: Cell; scope: Scope; limit: number }>;

/** @param nodes live relay nodes: without a shared store each has its part, at least 1 */
export function createConcurrency(nodes: () => number): LocalConcurrency {
  const cells = new Map<string, Cell>();
  /** Scopes are the same objects for many requests: their places are looked up once. */
  const bound = new WeakMap<readonly ScopedLimits[], Readonly<{ generation: number; places: readonly Place[] }>>();
  let generation = 0; // raised when cells are dropped

  const bind = (scopes: readonly ScopedLimits[]): readonly Place[] => {
    const known = bound.get(scopes);
    if (known?.generation === generation) return known.places;
    if (cells.size > CELLS_MAX) {
      for (const [name, { running }] of cells) if (running === 0) cells.delete(name);
      generation += 1;
    }
    const places: Place[] = [];
    for (const { scope, id, limits } of scopes) {
      if (limits.concurrency === undefined) continue;
      const name = `${scope}:${id}`;
      let cell = cells.get(name);
      if (!cell) cells.set(name, (cell = { running: 0 }));
      places.push({ cell, scope, limit: limits.concurrency });
    }
    bound.set(scopes, { generation, places });
    return places;
  };

  return {
    acquire(scopes) {
      const places = bind(scopes);
      if (places.length === 0) return NOTHING;
      for (const { cell, scope, limit } of places) {
        if (cell.running >= Math.max(1, Math.floor(limit / nodes()))) return { refused: { scope, limit } };
      }
      for (const { cell } of places) cell.running += 1;
      let held = true;
      return {
        release() {
          if (!held) return;
          held = false;
          for (const { cell } of places) cell.running -= 1;
        },
      };
    },
  };
}
