const HOUR_MS = 3_600_000;
const PER_HOUR = 20;
const KEYS_MAX = 50_000;

/** What is forgiven so often per key and hour, and charged as reported beyond: empty replies, leaving before the first byte. */
export type FreeKind = "empty" | "left";

export interface FreePasses {
  /** Uses one; false when the hour's are used up. */
  use(keyId: string, kind: FreeKind): boolean;
}

/** @param now milliseconds */
export function createFreePasses(now: () => number): FreePasses {
  const used = new Map<string, { since: number; count: number }>();
  return {
    use(keyId, kind) {
      const name = `${kind}:${keyId}`, at = now();
      const entry = used.get(name);
      if (!entry || at - entry.since >= HOUR_MS) {
        if (used.size >= KEYS_MAX) for (const [key, { since }] of used) if (at - since >= HOUR_MS) used.delete(key);
        used.set(name, { since: at, count: 1 });
        return true;
      }
      entry.count += 1;
      return entry.count <= PER_HOUR;
    },
  };
}
