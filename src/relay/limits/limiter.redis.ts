import type { SharedStore } from "#platform/redis.ts";
import { DEBT_WINDOWS, remaining, resetMs } from "#relay/limits/gcra.ts";
import { namedRates, type Dimension, type LimitAnswer, type Limiter, type LocalLimiter, type NamedRate, type ScopedLimits } from "#relay/limits/limiter.ts";
import { CORRECT, TAKE } from "#relay/limits/scripts.ts";
import { byOwner, createRest, slotOf } from "#relay/limits/shared-slots.ts";

/** What is learnt after the fact is sent together so often. */
const CORRECT_MS = 50;

export type SharedLimiterDeps = Readonly<{
  store: SharedStore;
  /** Each node's own part of every limit, for when the store is away. */
  local: LocalLimiter;
  monotonic: () => number;
  /** The store was away and the node's own part is to be asked. @throws RelayError where the shop refuses instead */
  onAway: () => void;
}>;

/**
 * The form that several nodes share: the same buckets in a shared store, exact over all nodes. What is late or away is
 * answered by the node's own part of the limit, or refused where the shop has it so.
 */
export function createSharedLimiter({ store, local, monotonic, onAway }: SharedLimiterDeps): Limiter {
  const rest = createRest(monotonic);
  const rates = { requests: new WeakMap<readonly ScopedLimits[], Groups>(), tokens: new WeakMap<readonly ScopedLimits[], Groups>() };
  const owed = new Map<string, Correction>();
  let timer: NodeJS.Timeout | undefined;

  const groupsOf = (scopes: readonly ScopedLimits[], dimension: Dimension): Groups => {
    let groups = rates[dimension].get(scopes);
    if (!groups) rates[dimension].set(scopes, (groups = byOwner(namedRates(scopes, dimension))));
    return groups;
  };
  const locally = (scopes: readonly ScopedLimits[], dimension: Dimension, cost: number): LimitAnswer => {
    onAway();
    return local.take(scopes, dimension, cost);
  };
  const giveBack = (taken: Groups, cost: number): void => {
    for (const group of taken) owe(group, -cost);
  };
  const owe = (group: readonly NamedRate[], delta: number): void => {
    for (const rate of group) {
      const key = keyOf(rate);
      const known = owed.get(key);
      owed.set(key, { rate, delta: (known?.delta ?? 0) + delta });
    }
    timer ??= setTimeout(send, CORRECT_MS).unref();
  };
  function send(): void {
    timer = undefined;
    const all = [...owed].map(([key, { rate, delta }]) => ({ key, rate, delta, owner: rate.owner }));
    owed.clear();
    for (const group of byOwner(all)) {
      store.run(CORRECT, group.map(({ key }) => key), [DEBT_WINDOWS, ...group.flatMap(({ rate, delta }) => [delta, rate.limit, rate.windowMs, rate.burst])]).catch(() => rest.failed());
    }
  }

  async function take(scopes: readonly ScopedLimits[], groups: Groups, dimension: Dimension, cost: number): Promise<LimitAnswer> {
    const taken: (readonly NamedRate[])[] = [];
    let tightest: LimitAnswer["tightest"];
    try {
      for (const group of groups) {
        const reply = await store.run(TAKE, group.map(keyOf), [cost, ...group.flatMap(({ limit, windowMs, burst }) => [limit, windowMs, burst])]) as readonly [number, ...string[]];
        const answer = read(group, dimension, reply);
        if (answer.refused) {
          giveBack(taken, cost);
          return answer;
        }
        taken.push(group);
        if (!tightest || (answer.tightest && answer.tightest.remaining * tightest.limit < tightest.remaining * answer.tightest.limit)) tightest = answer.tightest;
      }
    } catch {
      rest.failed();
      let passed = false;
      try {
        const answer = locally(scopes, dimension, cost);
        passed = !answer.refused;
        return answer;
      } finally {
        if (!passed) giveBack(taken, cost);
      }
    }
    return { ...(tightest && { tightest }) };
  }

  return {
    take(scopes, dimension, cost) {
      const groups = groupsOf(scopes, dimension);
      if (groups.length === 0) return NOTHING;
      return rest.resting() ? locally(scopes, dimension, cost) : take(scopes, groups, dimension, cost);
    },
    correct(scopes, dimension, delta) {
      if (delta === 0) return;
      for (const group of groupsOf(scopes, dimension)) owe(group, delta);
      local.correct(scopes, dimension, delta);
    },
  };
}

type Groups = readonly (readonly NamedRate[])[];
type Correction = Readonly<{ rate: NamedRate; delta: number }>;

const NOTHING: LimitAnswer = {};
const keyOf = ({ name, owner }: NamedRate): string => `${slotOf(owner)}:${name}`;

/** @param reply as `TAKE` returns it */
function read(group: readonly NamedRate[], dimension: Dimension, [refusing, ...rest]: readonly [number, ...string[]]): LimitAnswer {
  const [wait, now, ...levels] = rest.map(Number) as [number, number, ...number[]];
  const state = (i: number) => {
    const { scope, limit, windowMs, burst, per } = group[i]!;
    const left = limit <= 0 ? 0 : remaining(levels[i]!, { limit, windowMs, burst }, now);
    return { scope, dimension, per, limit, remaining: left, resetMs: limit <= 0 ? windowMs : resetMs(levels[i]!, now) };
  };
  if (refusing > 0) {
    const refused = { ...state(refusing - 1), retryAfterMs: Math.max(1, Math.ceil(wait)) };
    return { refused, tightest: refused };
  }
  let tightest = state(0);
  for (let i = 1; i < group.length; i++) {
    const other = state(i);
    if (other.remaining * tightest.limit < tightest.remaining * other.limit) tightest = other;
  }
  return { tightest };
}
