import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Factors in parts per million: on list prices, and on what a top-up costs. */
export type GroupFields = Readonly<{ ppm?: number; topUpPpm?: number; limits?: Readonly<Record<string, number>>; /** Groups that serve its members instead, in order. */ auto?: readonly string[] }>;

/** Name of the group that users and channels get when nothing else is said. */
export const DEFAULT_GROUP = "default";

export async function createGroup(tx: Queryable, name: string, fields: GroupFields): Promise<string> {
  const id = uuidv7();
  await tx.query("INSERT INTO groups (id, name) VALUES ($1, $2)", [id, name]);
  await updateGroup(tx, id, fields);
  return id;
}

export async function updateGroup(tx: Queryable, id: string, { ppm, topUpPpm, limits, auto }: GroupFields): Promise<void> {
  await updateRow(tx, "groups", id, { ppm, top_up_ppm: topUpPpm, limits: limits && JSON.stringify(limits), auto });
  await tx.query("UPDATE groups SET updated_at = now() WHERE id = $1", [id]);
}

/** Id of the default group; made when the shop has none yet. */
export async function ensureDefaultGroup(tx: Queryable): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    "INSERT INTO groups (id, name) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
    [uuidv7(), DEFAULT_GROUP],
  );
  return rows[0]!.id;
}
