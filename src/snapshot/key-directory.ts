import { hash } from "node:crypto";
import { isApiKeyForm } from "#accounts/index.ts";
import type { Caller, KeyDirectory } from "#snapshot/snapshot.ts";

const KNOWN_MAX = 20_000; // some 1 KB each
const KNOWN_MS = 60_000; // bounds what a lost notification can hide
const MOVE_MS = 1_000;
const UNKNOWN_MAX = 100_000;
const UNKNOWN_MS = 10_000;

export type KeyDirectoryDeps = Readonly<{
  /** One database look-up by the secret; undefined = no such key. */
  load(secret: string): Promise<Caller | undefined>;
  /** The same by the key's id. */
  loadById(keyId: string): Promise<Caller | undefined>;
  /** Milliseconds that only ever grow. */
  monotonic(): number;
}>;

export type LiveKeyDirectory = KeyDirectory & {
  /** Forgets a key, or all keys of a user, and every "unknown": payload of `NOTIFY key`. */
  drop(keyOrUserId: string): void;
  /** Forgets everything: after the listener had lost its connection. */
  clear(): void;
};

/**
 * Presented secret -> caller. Known and unknown secrets are kept under their SHA-256, so the plain text stays
 * nowhere. A secret of the generated form with a wrong checksum is refused without any look-up.
 */
export function createKeyDirectory({ load, loadById, monotonic }: KeyDirectoryDeps): LiveKeyDirectory {
  const known = new Map<string, { caller: Caller; untilMs: number; movedMs: number }>(); // in the order of use
  const unknown = new Map<string, number>(); // digest -> until, in the order of age
  const pending = new Map<string, Promise<Caller | undefined>>();
  const digests = new WeakMap<object, string>(); // by head
  let generation = 0; // raised by every drop: what was being loaded then may be stale

  const remember = (digest: string, caller: Caller | undefined): void => {
    if (caller) {
      const now = monotonic();
      known.set(digest, { caller, untilMs: now + KNOWN_MS, movedMs: now });
      if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
    } else {
      unknown.set(digest, monotonic() + UNKNOWN_MS);
      if (unknown.size > UNKNOWN_MAX) unknown.delete(unknown.keys().next().value!);
    }
  };

  const fetch = (digest: string, loading: () => Promise<Caller | undefined>): Promise<Caller | undefined> => {
    const started = generation;
    const query = loading()
      .then((caller) => {
        if (generation === started) remember(digest, caller);
        return caller;
      })
      .finally(() => { if (pending.get(digest) === query) pending.delete(digest); });
    pending.set(digest, query);
    return query;
  };

  const warm = (digest: string): Caller | undefined => {
    const entry = known.get(digest);
    if (!entry) return undefined;
    const now = monotonic();
    if (entry.untilMs <= now) {
      known.delete(digest);
      return undefined;
    }
    // Often enough for the order of use, and not at every request.
    if (now - entry.movedMs > MOVE_MS) {
      entry.movedMs = now;
      known.delete(digest);
      known.set(digest, entry);
    }
    return entry.caller;
  };

  return {
    lookup(secret, head) {
      const digest = hash("sha256", secret, "base64");
      if (head) digests.set(head, digest);
      const caller = warm(digest);
      if (caller) return caller;
      if (!isApiKeyForm(secret)) return undefined;

      const refusedUntil = unknown.get(digest);
      if (refusedUntil !== undefined) {
        if (refusedUntil > monotonic()) return undefined;
        unknown.delete(digest);
      }
      return pending.get(digest) ?? fetch(digest, () => load(secret));
    },

    again(head) {
      const digest = digests.get(head);
      return digest === undefined ? undefined : warm(digest);
    },

    byId(keyId) {
      const digest = `id ${keyId}`; // no digest has a blank
      const entry = known.get(digest);
      if (entry && entry.untilMs > monotonic()) return entry.caller;
      known.delete(digest);
      return pending.get(digest) ?? fetch(digest, () => loadById(keyId));
    },

    drop(keyOrUserId) {
      generation += 1;
      pending.clear();
      unknown.clear();
      for (const [digest, { caller }] of known) {
        if (caller.keyId === keyOrUserId || caller.userId === keyOrUserId) known.delete(digest);
      }
    },

    clear() {
      generation += 1;
      pending.clear();
      unknown.clear();
      known.clear();
    },
  };
}
