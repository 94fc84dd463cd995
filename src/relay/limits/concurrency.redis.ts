import { randomUUID } from "node:crypto";
import type { SharedStore } from "#platform/redis.ts";
import type { Concurrency, ConcurrencyAnswer, LocalConcurrency } from "#relay/limits/concurrency.ts";
import type { ScopedLimits } from "#relay/limits/limiter.ts";
import { ACQUIRE, HOLD, RELEASE } from "#relay/limits/scripts.ts";
import { byOwner, createRest, slotOf } from "#relay/limits/shared-slots.ts";

/** A place lives so long without being held anew, which is done three times as often. */
const LIFE_MS = 30_000;

export type SharedConcurrencyDeps = Readonly<{
  store: SharedStore;
  local: LocalConcurrency;
  monotonic: () => number;
  /** As in `SharedLimiterDeps`. */
  onAway: () => void;
  /** What a node that died had taken comes back after this. */
  lifeMs?: number;
}>;

/** The form that several nodes share: one set of places per scope, each with an end of life. */
export function createSharedConcurrency({ store, local, monotonic, onAway, lifeMs = LIFE_MS }: SharedConcurrencyDeps): Concurrency & Readonly<{ close(): void }> {
  const rest = createRest(monotonic);
  const node = randomUUID();
  let taken = 0;
  /** Places by the set they stand in. */
  const held = new Map<string, Set<string>>();
  const holding = setInterval(() => {
    for (const [key, places] of held) store.run(HOLD, [key], [lifeMs, ...places]).catch(() => rest.failed());
  }, lifeMs / 3).unref();

  const keep = (key: string, place: string): void => {
    const places = held.get(key);
    if (places) places.add(place);
    else held.set(key, new Set([place]));
  };
  const drop = (key: string, place: string): void => {
    const places = held.get(key);
    places?.delete(place);
    if (places?.size === 0) held.delete(key);
  };
  const leave = (groups: Groups, place: string): void => {
    for (const group of groups) {
      for (const { key } of group) drop(key, place);
      store.run(RELEASE, group.map(({ key }) => key), [place]).catch(() => rest.failed());
    }
  };
  const locally = (scopes: readonly ScopedLimits[]): ConcurrencyAnswer => {
    onAway();
    return local.acquire(scopes);
  };

  async function acquire(scopes: readonly ScopedLimits[], groups: Groups): Promise<ConcurrencyAnswer> {
    const place = `${node}:${(taken += 1)}`;
    const got: (readonly Place[])[] = [];
    try {
      for (const group of groups) {
        got.push(group); // a late answer may have taken the place all the same
        const full = await store.run(ACQUIRE, group.map(({ key }) => key), [place, lifeMs, ...group.map(({ limit }) => limit)]) as number;
        if (full > 0) {
          leave(got, place);
          const { scope, limit } = group[full - 1]!;
          return { refused: { scope, limit } };
        }
        for (const { key } of group) keep(key, place);
      }
    } catch {
      rest.failed();
      leave(got, place);
      return locally(scopes);
    }
    let there = true;
    return {
      release() {
        if (!there) return;
        there = false;
        leave(groups, place);
      },
    };
  }

  return {
    acquire(scopes) {
      const groups = byOwner(placesOf(scopes));
      if (groups.length === 0) return NOTHING;
      return rest.resting() ? locally(scopes) : acquire(scopes, groups);
    },
    close: () => clearInterval(holding),
  };
}

type Place = Readonly<{ key: string; scope: ScopedLimits["scope"]; limit: number; owner: string | undefined }>;
type Groups = readonly (readonly Place[])[];

const NOTHING: ConcurrencyAnswer = { release: () => {} };

function placesOf(scopes: readonly ScopedLimits[]): readonly Place[] {
  const places: Place[] = [];
  for (const { scope, id, limits, owner } of scopes) {
    if (limits.concurrency !== undefined) places.push({ key: `${slotOf(owner)}:${scope}:${id}:c`, scope, limit: Math.max(1, limits.concurrency), owner });
  }
  return places;
}
