import { createHash } from "node:crypto";

/** What a vendor gives for a key: it stands for the key until it ends. */
export type AccessToken = Readonly<{ token: string; /** How long it holds from now. */ lifeMs: number }>;

/** Tokens that are fetched with channels' keys and hold for a while. */
export interface AccessTokens {
  /** What is known and still fresh. */
  peek(name: string): string | undefined;
  /**
   * The token of this name; fetched where none is fresh, once for all who wait for it.
   * @param name says whose token it is, secrets included: only its hash is kept
   */
  get(name: string, fetch: () => Promise<AccessToken>): Promise<string>;
  /** The vendor has refused this one before its time. */
  drop(name: string, token: string): void;
}

/** Renewed this long before its end: a request that has begun may take a while to arrive. */
const MARGIN_MS = 5 * 60_000;
/** A token that holds no longer than the margin is used for half of its life. */
const SHORT_SHARE = 0.5;
const ENTRIES_MAX = 10_000;

/** @param now monotonic, in ms */
export function createAccessTokens(now: () => number): AccessTokens {
  const known = new Map<string, Readonly<{ token: string; until: number }>>();
  const flights = new Map<string, Promise<string>>();
  const fresh = (id: string): string | undefined => {
    const entry = known.get(id);
    return entry !== undefined && entry.until > now() ? entry.token : undefined;
  };
  const fetched = async (id: string, fetch: () => Promise<AccessToken>): Promise<string> => {
    try {
      const { token, lifeMs } = await fetch();
      known.delete(id);
      if (known.size >= ENTRIES_MAX) known.delete(known.keys().next().value!);
      known.set(id, { token, until: now() + Math.max(lifeMs - MARGIN_MS, lifeMs * SHORT_SHARE) });
      return token;
    } finally {
      flights.delete(id);
    }
  };
  return {
    peek: (name) => fresh(idOf(name)),
    get(name, fetch) {
      const id = idOf(name), token = fresh(id);
      if (token !== undefined) return Promise.resolve(token);
      const running = flights.get(id);
      if (running) return running;
      const flight = fetched(id, fetch);
      flights.set(id, flight);
      return flight;
    },
    drop(name, token) {
      const id = idOf(name);
      if (known.get(id)?.token === token) known.delete(id);
    },
  };
}

const idOf = (name: string): string => createHash("sha256").update(name).digest("base64");
