import { isLoopback, networkOf } from "#platform/outbound/addresses.ts";

const PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const BLOCK_MS = 60_000;
const ADDRESSES_MAX = 50_000;

/**
 * Slows down whoever guesses keys: 30 unknown keys a minute and address, then refused for a minute.
 * Loopback is exempt: behind a proxy that was not declared it would lock everybody out.
 */
export interface UnknownKeys {
  /** How long this address is still refused; 0 = not at all. */
  blockedMs(clientIp: string): number;
  note(clientIp: string): void;
}

export function createUnknownKeys(now: () => number): UnknownKeys {
  const seen = new Map<string, { since: number; count: number; until: number }>();
  return {
    blockedMs(clientIp) {
      if (seen.size === 0) return 0;
      const entry = seen.get(networkOf(clientIp));
      return entry === undefined ? 0 : Math.max(0, entry.until - now());
    },
    note(clientIp) {
      if (isLoopback(clientIp)) return;
      const at = now(), name = networkOf(clientIp);
      if (seen.size >= ADDRESSES_MAX) for (const [key, { since, until }] of seen) if (at - since > MINUTE_MS && until <= at) seen.delete(key);
      if (seen.size >= ADDRESSES_MAX) seen.clear();
      const entry = seen.get(name);
      if (!entry || at - entry.since > MINUTE_MS) seen.set(name, { since: at, count: 1, until: 0 });
      else if (++entry.count > PER_MINUTE) entry.until = at + BLOCK_MS;
    },
  };
}
