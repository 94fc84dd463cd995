import type { Listener } from "#platform/db/listen.ts";

/** What a page may be told has changed: the data itself comes by query. */
export const LIVE_TOPICS = ["requests", "wallet", "keys", "session"] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];

type Subscriber = Readonly<{ userId: string; walletId: string; tell: (topic: LiveTopic) => void }>;

export type LiveHub = Readonly<{
  /** Tells of everything that is this customer's, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void;
}>;

/**
 * Shares the process's one LISTEN connection out to open pages. `live` carries `{topic, owner}` or `{topic, owners}` with
 * user ids; no owner at all means that so many were meant that everybody looks anew. `key` and `session` carry a user's
 * id or the thing's, `wallet` a wallet's.
 */
export function createLiveHub(listener: Pick<Listener, "on">): LiveHub {
  const byUser = new Map<string, Set<Subscriber>>();
  const everybody = (): Subscriber[] => [...byUser.values()].flatMap((set) => [...set]);
  const of = (userId: string): Iterable<Subscriber> => byUser.get(userId) ?? [];

  listener.on("live", (payload) => {
    const said = parse(payload);
    if (!said) return;
    const wanted = said.owners === undefined ? everybody() : said.owners.flatMap((id) => [...of(id)]);
    for (const subscriber of wanted) subscriber.tell(said.topic);
  });
  listener.on("wallet", (walletId) => {
    for (const subscriber of everybody()) if (subscriber.walletId === walletId) subscriber.tell("wallet");
  });
  listener.on("key", (userId) => {
    for (const subscriber of of(userId)) subscriber.tell("keys");
  });
  listener.on("session", (userId) => {
    for (const subscriber of of(userId)) subscriber.tell("session");
  });

  return {
    subscribe(subscriber) {
      const set = byUser.get(subscriber.userId) ?? new Set();
      set.add(subscriber);
      byUser.set(subscriber.userId, set);
      return () => {
        set.delete(subscriber);
        if (set.size === 0 && byUser.get(subscriber.userId) === set) byUser.delete(subscriber.userId);
      };
    },
  };
}

function parse(payload: string): { topic: LiveTopic; owners: readonly string[] | undefined } | undefined {
  try {
    const said = JSON.parse(payload) as { topic?: unknown; owner?: unknown; owners?: unknown };
    const topic = LIVE_TOPICS.find((known) => known === said.topic);
    if (!topic) return undefined;
    if (typeof said.owner === "string") return { topic, owners: [said.owner] };
    return { topic, owners: Array.isArray(said.owners) ? said.owners.filter((id) => typeof id === "string") : undefined };
  } catch {
    return undefined;
  }
}
