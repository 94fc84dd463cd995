import type { Trace } from "#catalog/index.ts";
import { editChannel, lockChannel, pauseChannel, switchChannel } from "#channels/channel-acts.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What can be changed of many channels at once: nothing that says where keys go. */
export type BulkPatch = Readonly<{
  enabled?: boolean;
  /** A rest from now; 0 ends it. */
  restMinutes?: number;
  priority?: number;
  weight?: number;
  /** All groups that it serves from then on. */
  groupIds?: readonly string[];
}>;

export type BulkEdit = Readonly<{ id: string; seen: Date; patch: BulkPatch }>;

/** A channel as it is now, and the patch that makes it what it was. */
export type BulkEdited = Readonly<{ id: string; seen: Date; patch: BulkPatch }>;

/**
 * Changes many channels as one act: all or none. What comes back can be handed in again to undo it.
 *
 * @throws ActRefused not_found, changed_meanwhile
 */
export async function editChannels(tx: Queryable, edits: readonly BulkEdit[]): Promise<Readonly<{ edited: readonly BulkEdited[]; traces: readonly Trace[] }>> {
  const edited: BulkEdited[] = [], traces: Trace[] = [];
  // always in the same order, so that two such acts wait for each other instead of locking each other out
  for (const edit of edits.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const before = await readBefore(tx, edit);
    traces.push(...(await applyPatch(tx, edit.id, edit.patch)));
    const { rows } = await tx.query<{ at: Date }>("SELECT updated_at AS at FROM channels WHERE id = $1", [edit.id]);
    edited.push({ id: edit.id, seen: rows[0]!.at, patch: before });
  }
  return { edited, traces };
}

/** The patch that undoes `edit`: of its fields alone, and of the rest that switching on ends. */
async function readBefore(tx: Queryable, { id, seen, patch }: BulkEdit): Promise<BulkPatch> {
  const { status, priority, weight, groupIds } = await lockChannel(tx, id, seen);
  const { rows } = await tx.query<{ minutes: number }>(
    "SELECT greatest(0, least(1440, ceil(extract(epoch FROM paused_until - clock_timestamp()) / 60)))::int AS minutes FROM channels WHERE id = $1 AND paused_until IS NOT NULL", [id]);
  const restMinutes = rows[0]?.minutes ?? 0;
  return {
    ...(patch.enabled !== undefined && { enabled: status !== "disabled" }),
    ...((patch.restMinutes !== undefined || (patch.enabled === true && restMinutes > 0)) && { restMinutes }),
    ...(patch.priority !== undefined && { priority }),
    ...(patch.weight !== undefined && { weight }),
    ...(patch.groupIds !== undefined && { groupIds: (groupIds as readonly string[] | null) ?? [] }),
  };
}

async function applyPatch(tx: Queryable, id: string, { enabled, restMinutes, ...fields }: BulkPatch): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  if (enabled !== undefined) traces.push(await switchChannel(tx, id, enabled));
  if (restMinutes !== undefined) traces.push((await pauseChannel(tx, id, restMinutes)).trace);
  if (Object.values(fields).some((value) => value !== undefined)) traces.push(await editChannel(tx, id, undefined, fields));
  return traces;
}
