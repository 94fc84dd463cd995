import type { ResponseStore, StoredResponse } from "#relay/index.ts";
import type { PinnedResponse } from "#relay/stored/response-store.ts";

/** Answers that customers may go on from, in memory. */
export function keptInMemory(): ResponseStore & { readonly kept: Map<string, StoredResponse>; readonly pins: Map<string, PinnedResponse> } {
  const kept = new Map<string, StoredResponse>();
  const pins = new Map<string, PinnedResponse>();
  return {
    kept, pins,
    find: (id, userId) => Promise.resolve(kept.get(`${userId}/${id}`) ?? pins.get(`${userId}/${id}`)),
    findItems: (ids, userId) => Promise.resolve(new Map([...kept].filter(([name]) => name.startsWith(`${userId}/`))
      .flatMap(([, { response }]) => (response.output as { id: string }[]).filter(({ id }) => ids.includes(id)).map((item) => [item.id, item] as const)))),
    save(_requestId, userId, stored) {
      kept.set(`${userId}/${String(stored.response.id)}`, JSON.parse(JSON.stringify(stored)) as StoredResponse);
      return Promise.resolve(true);
    },
    savePin(_requestId, userId, responseId, pin) {
      pins.set(`${userId}/${responseId}`, JSON.parse(JSON.stringify({ pin })) as PinnedResponse);
      return Promise.resolve();
    },
    remove: (id, userId) => Promise.resolve(kept.delete(`${userId}/${id}`) || pins.delete(`${userId}/${id}`)),
  };
}
