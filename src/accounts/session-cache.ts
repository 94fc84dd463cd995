import type { SessionUser } from "#accounts/sign-in.store.ts";
import type { SessionClaims } from "#accounts/sign-in.ts";

/** How long a session is believed without asking the database; a NOTIFY makes it forgotten at once. */
const FRESH_MS = 5_000;
const ENTRIES_MAX = 10_000;

export type SessionCache = Readonly<{
  read(claims: SessionClaims): Promise<SessionUser | undefined>;
  /** Forgets a session, or all of a user, by id; without one, everything. */
  drop(id?: string): void;
}>;

/** Sessions in memory for a few seconds, so that a page of ten queries asks once. Only those that hold are kept. */
export function createSessionCache(deps: Readonly<{ load(claims: SessionClaims): Promise<SessionUser | undefined>; monotonic(): number }>): SessionCache {
  const known = new Map<string, { user: SessionUser; epoch: number; at: number }>();
  // A load that began before a drop must not put the old state back.
  let drops = 0;
  return {
    async read(claims) {
      const entry = known.get(claims.sid);
      if (entry && deps.monotonic() - entry.at < FRESH_MS && entry.user.id === claims.uid && entry.epoch === claims.epoch) return entry.user;
      const dropsBefore = drops;
      const user = await deps.load(claims);
      known.delete(claims.sid);
      if (!user || drops !== dropsBefore) return user;
      known.set(claims.sid, { user, epoch: claims.epoch, at: deps.monotonic() });
      const oldest = known.size > ENTRIES_MAX ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return user;
    },
    drop(id) {
      drops += 1;
      if (id === undefined) return known.clear();
      known.delete(id);
      for (const [sid, { user }] of known) if (user.id === id) known.delete(sid);
    },
  };
}
