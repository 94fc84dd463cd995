import type { Channel } from "#ui/channels/wire.ts";

type Before = Pick<Channel, "id" | "priority" | "weight"> & Readonly<{ groups: readonly Readonly<{ id: string; name: string }>[] }>;
type Group = Readonly<{ id: string; name: string }>;

/** What is asked for; undefined = as it is. */
export type BulkWish = Readonly<{ priority?: number | undefined; weight?: number | undefined; addGroups: ReadonlySet<string>; removeGroups: ReadonlySet<string> }>;

export type BulkChange = Readonly<{ field: "priority" | "weight" | "groups"; before: string; after: string }>;
export type BulkLine = Readonly<{ id: string; changes: readonly BulkChange[]; patch: Readonly<{ priority?: number; weight?: number; groupIds?: string[] }>; /** Nobody could use it any more. */ groupless: boolean }>;

/** What a wish changes of one channel: what it has already is no change. */
export function bulkLine(channel: Before, wish: BulkWish, groups: readonly Group[]): BulkLine {
  const had = new Set(channel.groups.map(({ id }) => id));
  const has = groups.filter(({ id }) => (had.has(id) || wish.addGroups.has(id)) && !wish.removeGroups.has(id));
  const regrouped = has.length !== had.size || has.some(({ id }) => !had.has(id));
  const names = (list: readonly Group[]): string => list.map(({ name }) => name).sort().join(", ") || "—";
  const priority = wish.priority !== undefined && wish.priority !== channel.priority ? wish.priority : undefined;
  const weight = wish.weight !== undefined && wish.weight !== channel.weight ? wish.weight : undefined;
  return {
    id: channel.id,
    changes: [
      ...(priority === undefined ? [] : [{ field: "priority" as const, before: String(channel.priority), after: String(priority) }]),
      ...(weight === undefined ? [] : [{ field: "weight" as const, before: String(channel.weight), after: String(weight) }]),
      ...(regrouped ? [{ field: "groups" as const, before: names(channel.groups), after: names(has) }] : []),
    ],
    patch: { ...(priority !== undefined && { priority }), ...(weight !== undefined && { weight }), ...(regrouped && { groupIds: has.map(({ id }) => id) }) },
    groupless: regrouped && has.length === 0,
  };
}
