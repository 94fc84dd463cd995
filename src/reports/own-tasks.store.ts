import type { Queryable } from "#platform/db/queryable.ts";
import { conditions, cutPage, fromCursor, toCursor } from "#reports/keyset.ts";
import type { TaskStateName } from "#reports/tasks.store.ts";

/** What customers tell apart: under way, done, and all that came to nothing. */
export const OWN_TASK_FILTERS = ["open", "succeeded", "failed"] as const;
export type OwnTaskFilter = (typeof OWN_TASK_FILTERS)[number];

const STATES: Readonly<Record<OwnTaskFilter, readonly TaskStateName[]>> = {
  open: ["queued", "submitted", "submitted_unknown", "running"], succeeded: ["succeeded"], failed: ["failed", "cancelled", "expired"],
};

/** A task as its owner sees it: nothing of channels and vendors. */
export type OwnTask = Readonly<{
  id: string; publicId: string; model: string; kind: string; form: string; action: string; state: TaskStateName; progress: number;
  holdNano: bigint; chargeNano: bigint | null; createdAt: Date; finishedAt: Date | null; deadlineAt: Date; errorCode: string | null; errorMessage: string | null; keyName: string | null;
}>;

const SELECT = `SELECT t.id, t.public_id AS "publicId", t.model, t.kind, t.form, t.action, t.state, t.progress, t.hold_nano AS "holdNano", t.charge_nano AS "chargeNano",
  t.created_at AS "createdAt", t.finished_at AS "finishedAt", t.deadline_at AS "deadlineAt", t.error_code AS "errorCode", t.error_message AS "errorMessage", k.name AS "keyName"
  FROM tasks t LEFT JOIN api_keys k ON k.id = t.key_id`;

type Asked = Readonly<{ state?: OwnTaskFilter | undefined; model?: string | undefined; cursor?: string | undefined; limit: number }>;

/** A customer's own tasks, newest first; forgotten ones too, for what they cost. */
export async function listOwnTasks(db: Queryable, userId: string, { state, model, cursor, limit }: Asked): Promise<{ rows: readonly OwnTask[]; next: string | undefined }> {
  const asked = conditions();
  asked.add("t.user_id = ?", userId);
  asked.add("t.state = ANY(?)", state && STATES[state]);
  asked.add("t.model = ?", model);
  asked.add("t.id < ?::uuid", fromCursor(cursor, 1)?.[0]);
  const { rows } = await db.query<OwnTask>(`${SELECT} ${asked.where()} ORDER BY t.id DESC LIMIT ${asked.param(limit + 1)}`, asked.values);
  return cutPage(rows, limit, ({ id }) => toCursor([id]));
}

export type OwnTaskEvent = Readonly<{ id: bigint; at: Date; state: TaskStateName }>;

/** One of them with the states it went through. @returns undefined when this user has no such task */
export async function findOwnTask(db: Queryable, userId: string, id: string): Promise<(OwnTask & Readonly<{ events: readonly OwnTaskEvent[] }>) | undefined> {
  const { rows: [row] } = await db.query<OwnTask>(`${SELECT} WHERE t.user_id = $1 AND t.id = $2`, [userId, id]);
  if (!row) return undefined;
  const { rows: events } = await db.query<OwnTaskEvent>(
    "SELECT id, at, state FROM (SELECT id, at, state, lag(state) OVER (ORDER BY id) AS before FROM task_events WHERE task_id = $1) e WHERE before IS DISTINCT FROM state ORDER BY id", [id]);
  return { ...row, events };
}
