import type { ResponseStore, StoredResponse } from "#relay/index.ts";

/** Answers that customers may go on from, in memory. */
export function keptInMemory(): ResponseStore & { readonly kept: Map<string, StoredResponse> } {
  const kept = new Map<string, StoredResponse>();
  return {
    kept,
    find: (id, userId) => Promise.resolve(kept.get(`${userId}/${id}`)),
    findItems: (ids, userId) => Promise.resolve(new Map([...kept].filter(([name]) => name.startsWith(`${userId}/`))
      .flatMap(([, { response }]) => (response.output as { id: string }[]).filter(({ id }) => ids.includes(id)).map((item) => [item.id, item] as const)))),
    save(_requestId, userId, stored) {
      kept.set(`${userId}/${String(stored.response.id)}`, JSON.parse(JSON.stringify(stored)) as StoredResponse);
      return Promise.resolve(true);
    },
    remove: (id, userId) => Promise.resolve(kept.delete(`${userId}/${id}`)),
  };
}
