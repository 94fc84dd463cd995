/** Everything that one owner's buckets are named by lies in one hash slot, so that a script reaches all of them. */
export const slotOf = (owner: string | undefined): string => (owner === undefined ? "rl:{g}" : `rl:{u${owner}}`);

/** In the order in which owners appear. */
export function byOwner<Item extends Readonly<{ owner: string | undefined }>>(items: readonly Item[]): readonly (readonly Item[])[] {
  const groups = new Map<string | undefined, Item[]>();
  for (const item of items) {
    const group = groups.get(item.owner);
    if (group) group.push(item);
    else groups.set(item.owner, [item]);
  }
  return [...groups.values()];
}

/** After a failure the store is left alone for this long, so that a store that hangs costs one request a wait, not all. */
const REST_MS = 500;

/** Whether a store that failed may be asked again. */
export function createRest(monotonic: () => number): Readonly<{ resting(): boolean; failed(): void }> {
  let until = -Infinity;
  return {
    resting: () => monotonic() < until,
    failed: () => {
      until = monotonic() + REST_MS;
    },
  };
}
