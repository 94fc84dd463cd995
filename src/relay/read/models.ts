import { keyAllows } from "#relay/policy/resolve-model.ts";
import type { Listed } from "#relay/read/model-forms.ts";
import type { Caller, Snapshot } from "#snapshot/snapshot.ts";

/** What a caller may see, by name and in the order of names. */
export type ModelList = Readonly<{ all: readonly Listed[]; byName: ReadonlyMap<string, Listed>; /** Answers made from it, by what was asked for. */ answers: Map<string, ListAnswer> }>;
export type ListAnswer = Readonly<{ body: Buffer; etag: string }>;

export interface ModelLists {
  listFor(snapshot: Snapshot, caller: Caller): ModelList;
}

const LISTS_MAX = 1_000;
/** Prices have versions that begin by the clock, without a new snapshot. */
const FRESH_MS = 1_000;

/** @param now milliseconds */
export function createModelLists(now: () => number): ModelLists {
  const known = new Map<string, { list: ModelList; until: number; snapshot: Snapshot }>();
  return {
    listFor(snapshot, caller) {
      const name = `${caller.groupId}\0${caller.userId}\0${caller.models?.join("\0") ?? "*"}`;
      const entry = known.get(name);
      if (entry && entry.snapshot === snapshot && entry.until > now()) return entry.list;
      if (known.size >= LISTS_MAX) known.clear();
      const list = build(snapshot, caller, now());
      known.set(name, { list, until: now() + FRESH_MS, snapshot });
      return list;
    },
  };
}

function build(snapshot: Snapshot, caller: Caller, nowMs: number): ModelList {
  const all = snapshot.modelsOf(caller.groupId).flatMap((model): Listed[] => {
    const price = keyAllows(caller, model) ? snapshot.price(model, caller.groupId, caller.userId, nowMs) : undefined;
    return price ? [{ model, price, nowMs }] : [];
  }).sort((a, b) => (a.model.name < b.model.name ? -1 : 1));
  return { all, byName: new Map(all.map((listed) => [listed.model.name, listed])), answers: new Map() };
}
