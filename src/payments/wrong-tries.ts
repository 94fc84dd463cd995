const WINDOW_MS = 10 * 60_000;
const BLOCK_MS = 60 * 60_000;
const PER_USER_MAX = 10;
const PER_ADDRESS_MAX = 30; // several people may share one address
const KEPT_MAX = 100_000;

/** Slows down guessing of codes: too many wrong tries in ten minutes block for an hour. */
export interface WrongTries {
  /** Until when this user or address is blocked, in ms; undefined = may try. */
  blockedUntilMs(userId: string, address?: string): number | undefined;
  wrong(userId: string, address?: string): void;
}

type Entry = { tries: number[]; blockedUntilMs: number };

/** Counts in this process. @param now milliseconds */
export function createWrongTries(now: () => number): WrongTries {
  const entries = new Map<string, Entry>();
  const scopes = (userId: string, address?: string): [string, number][] =>
    [[`u ${userId}`, PER_USER_MAX], ...(address === undefined ? [] : [[`a ${address}`, PER_ADDRESS_MAX] as [string, number]])];

  return {
    blockedUntilMs(userId, address) {
      const until = Math.max(0, ...scopes(userId, address).map(([scope]) => entries.get(scope)?.blockedUntilMs ?? 0));
      return until > now() ? until : undefined;
    },
    wrong(userId, address) {
      for (const [scope, max] of scopes(userId, address)) {
        const entry = entries.get(scope) ?? { tries: [], blockedUntilMs: 0 };
        entry.tries = [...entry.tries.filter((at) => at > now() - WINDOW_MS), now()];
        if (entry.tries.length >= max) entry.blockedUntilMs = now() + BLOCK_MS;
        entries.delete(scope);
        entries.set(scope, entry);
        if (entries.size > KEPT_MAX) entries.delete(entries.keys().next().value!);
      }
    },
  };
}
