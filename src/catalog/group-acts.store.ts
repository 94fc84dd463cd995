import { ActRefused, isTaken } from "#catalog/act-refused.ts";
import { createGroup, DEFAULT_GROUP, updateGroup, type GroupFields } from "#catalog/groups.store.ts";
import type { Trace } from "#catalog/model-acts.store.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** A group's own price of one model: a factor, prices of its own, or none any more. */
export type Override = Readonly<{ ppm: number } | { document: PriceDocument } | null>;

/** @throws ActRefused name_taken */
export async function addGroup(tx: Queryable, name: string, fields: GroupFields): Promise<Readonly<{ id: string; trace: Trace }>> {
  const id = await createGroup(tx, name, fields).catch((error: unknown) => {
    throw isTaken(error) ? new ActRefused("name_taken", name) : error;
  });
  return { id, trace: { action: "group.create", target: { type: "group", id: name }, after: fields } };
}

/** @throws ActRefused not_found, changed_meanwhile */
export async function editGroup(tx: Queryable, id: string, seen: Date, fields: GroupFields): Promise<Trace> {
  const before = await lockGroup(tx, id, seen);
  await updateGroup(tx, id, fields);
  return { action: "group.update", target: { type: "group", id: before.name }, before: { ppm: before.ppm, topUpPpm: before.topUpPpm, limits: before.limits, auto: before.auto }, after: fields };
}

/** @throws ActRefused not_found */
export async function setGroupPrice(tx: Queryable, groupId: string, modelId: string, override: Override): Promise<Trace> {
  const { name } = await lockGroup(tx, groupId);
  const { rows: models } = await tx.query<{ slug: string }>("SELECT slug FROM models WHERE id = $1", [modelId]);
  if (!models[0]) throw new ActRefused("not_found");
  const { rows } = await tx.query<{ ppm: number | null; doc: unknown }>("DELETE FROM group_prices WHERE group_id = $1 AND model_id = $2 RETURNING ppm, doc", [groupId, modelId]);
  if (override) {
    const [ppm, doc] = "ppm" in override ? [override.ppm, null] : [null, JSON.stringify(override.document)];
    await tx.query("INSERT INTO group_prices (group_id, model_id, ppm, doc) VALUES ($1, $2, $3, $4)", [groupId, modelId, ppm, doc]);
  }
  return { action: "group.price", target: { type: "group", id: name }, before: rows[0] && { model: models[0].slug, ...rows[0] }, after: { model: models[0].slug, override } };
}

/**
 * Deletes a group; its members and keys go to another one, within a second on every node.
 *
 * @throws ActRefused not_found, default_group, in_use (it has members and no replacement was named)
 */
export async function removeGroup(tx: Queryable, id: string, replacementId: string | undefined): Promise<Trace> {
  const group = await lockGroup(tx, id);
  if (group.name === DEFAULT_GROUP) throw new ActRefused("default_group");
  const target = replacementId === undefined || replacementId === id ? undefined : await lockGroup(tx, replacementId);
  const { rows } = await tx.query<{ users: number; keys: number }>(
    "SELECT (SELECT count(*)::int FROM users WHERE group_id = $1) AS users, (SELECT count(*)::int FROM api_keys WHERE group_id = $1) AS keys", [id]);
  const { users, keys } = rows[0]!;
  if (users + keys > 0 && !target) throw new ActRefused("in_use", String(users + keys));
  if (target) {
    await tx.query("WITH moved AS (UPDATE users SET group_id = $2 WHERE group_id = $1 RETURNING id) SELECT pg_notify('key', id::text) FROM moved", [id, replacementId]);
    await tx.query("WITH moved AS (UPDATE api_keys SET group_id = $2 WHERE group_id = $1 RETURNING id) SELECT pg_notify('key', id::text) FROM moved", [id, replacementId]);
  }
  await tx.query("UPDATE groups SET auto = array_remove(auto, $1) WHERE $1 = ANY(auto)", [group.name]);
  await tx.query("DELETE FROM groups WHERE id = $1", [id]);
  return { action: "group.delete", target: { type: "group", id: group.name }, before: { ppm: group.ppm, users, keys }, ...(target && { after: { movedTo: target.name } }) };
}

async function lockGroup(tx: Queryable, id: string, seen?: Date): Promise<{ name: string; ppm: number; topUpPpm: number; limits: unknown; auto: readonly string[] }> {
  const { rows } = await tx.query<{ name: string; ppm: number; topUpPpm: number; limits: unknown; auto: readonly string[]; at: Date }>(
    `SELECT name, ppm, top_up_ppm AS "topUpPpm", limits, auto, updated_at AS at FROM groups WHERE id = $1 FOR UPDATE`, [id]);
  const row = rows[0];
  if (!row) throw new ActRefused("not_found");
  if (seen && row.at.getTime() !== seen.getTime()) throw new ActRefused("changed_meanwhile", row.at.toISOString());
  return row;
}
