import { attraction } from "#relay/routing/rendezvous.ts";
import type { Channel, ChannelKey } from "#snapshot/snapshot.ts";

const COOLDOWN_STEPS_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;
const COOLDOWN_MIN_MS = 1_000;
const COOLDOWN_MAX_MS = 900_000;
/** A key that was refused is tried again after this long when nobody stored or undid the refusal. */
const DISABLED_MS = 3_600_000;

type KeyState = { coolUntil: number; limitedInARow: number; disabledUntil: number; disabledAtRev: bigint; persisted: boolean; running: number; lastUsed: number };

export type KeyWish = Readonly<{
  /** Keys tried by this request. */
  tried: ReadonlySet<string>;
  now: number;
  rev: bigint;
  /** Uniform in [0, 1). */
  roll: number;
  /** What `sticky` sticks to. */
  affinity: string;
  /** Has the key room within its own limits? */
  fits: (key: ChannelKey) => boolean;
}>;

/** What this node has learnt about channel keys. The snapshot says which are active; this says which are usable now. */
export interface KeyRing {
  /** The key to use by the channel's mode; undefined when none is live. */
  pick(channel: Channel, wish: KeyWish): ChannelKey | undefined;
  /**
   * Milliseconds until the first key is usable; undefined when none will be by itself.
   * @param limitMs how long a key's own limits are in the way, where that is asked
   */
  waitMs(channel: Channel, now: number, rev: bigint, limitMs?: (key: ChannelKey) => number): number | undefined;
  begin(keyId: string, now: number): void;
  end(keyId: string): void;
  succeeded(keyId: string): void;
  /** A 429: cools the key for as long as the vendor said, else longer each time. @returns the milliseconds */
  limited(keyId: string, now: number, retryAfterMs: number | undefined): number;
  /** The vendor refused it (401, no credit): not used again here. `persisted` once every node has been told. */
  disabled(keyId: string, now: number, rev: bigint): void;
  persisted(keyId: string): void;
}

export function createKeyRing(): KeyRing {
  const states = new Map<string, KeyState>();
  const turns = new Map<string, number>();
  const state = (keyId: string): KeyState => {
    let known = states.get(keyId);
    if (!known) states.set(keyId, (known = { coolUntil: 0, limitedInARow: 0, disabledUntil: 0, disabledAtRev: -1n, persisted: false, running: 0, lastUsed: 0 }));
    return known;
  };
  // A newer snapshot than the one that saw the key refused already knows of it, so its word counts.
  const dead = (known: KeyState, now: number, rev: bigint): boolean => known.disabledUntil > now && !(known.persisted && rev > known.disabledAtRev);
  const live = (keyId: string, now: number, rev: bigint): boolean => {
    const known = states.get(keyId);
    return known === undefined || (known.coolUntil <= now && !dead(known, now, rev));
  };

  return {
    pick(channel, { tried, now, rev, roll, affinity, fits }) {
      const usable: ChannelKey[] = [];
      for (const key of channel.keys) if (key.active && !tried.has(key.id) && live(key.id, now, rev) && fits(key)) usable.push(key);
      if (usable.length <= 1) return usable[0];
      switch (channel.keyMode) {
        case "round_robin": {
          const turn = turns.get(channel.id) ?? 0;
          turns.set(channel.id, (turn + 1) % 1_000_000_007);
          return usable[turn % usable.length];
        }
        case "random":
          return weighted(usable, roll);
        case "sticky":
          return usable.reduce((best, key) => (attraction(affinity, key.id) > attraction(affinity, best.id) ? key : best));
        case "least_used":
          return usable.reduce((best, key) => (busier(state(best.id), state(key.id)) ? key : best));
      }
    },
    waitMs(channel, now, rev, limitMs) {
      let least: number | undefined;
      for (const key of channel.keys) {
        if (!key.active) continue;
        const known = states.get(key.id);
        if (known && dead(known, now, rev)) continue;
        const wait = Math.max(0, (known?.coolUntil ?? 0) - now, limitMs === undefined ? 0 : limitMs(key));
        if (least === undefined || wait < least) least = wait;
      }
      return least;
    },
    begin(keyId, now) {
      const known = state(keyId);
      known.running += 1;
      known.lastUsed = now;
    },
    end(keyId) {
      state(keyId).running -= 1;
    },
    succeeded(keyId) {
      const known = states.get(keyId);
      if (known) known.limitedInARow = 0;
    },
    limited(keyId, now, retryAfterMs) {
      const known = state(keyId);
      const step = COOLDOWN_STEPS_MS[Math.min(known.limitedInARow, COOLDOWN_STEPS_MS.length - 1)]!;
      const length = Math.min(Math.max(retryAfterMs ?? step, COOLDOWN_MIN_MS), COOLDOWN_MAX_MS);
      known.limitedInARow += 1;
      known.coolUntil = Math.max(known.coolUntil, now + length);
      return length;
    },
    disabled(keyId, now, rev) {
      const known = state(keyId);
      known.disabledUntil = now + DISABLED_MS;
      known.disabledAtRev = rev;
      known.persisted = false;
    },
    persisted(keyId) {
      state(keyId).persisted = true;
    },
  };
}

function weighted(keys: readonly ChannelKey[], roll: number): ChannelKey | undefined {
  const total = keys.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0) return keys[Math.floor(roll * keys.length)];
  let mark = roll * total;
  for (const key of keys) {
    if (mark < key.weight) return key;
    mark -= key.weight;
  }
  return keys.at(-1);
}

const busier = (a: KeyState, b: KeyState): boolean => a.running > b.running || (a.running === b.running && a.lastUsed > b.lastUsed);
