import type { Queryable } from "#platform/db/queryable.ts";
import { conditions, cutPage, fromCursor, toCursor } from "#reports/keyset.ts";

/** Where tasks can be looked for: a state, all that is under way, or what somebody should look at. */
export const TASK_STATES = ["queued", "submitted", "submitted_unknown", "running", "succeeded", "failed", "cancelled", "expired"] as const;
export type TaskStateName = (typeof TASK_STATES)[number];

export type TaskFilter = Readonly<{ state?: TaskStateName | "open" | "stuck" | undefined; user?: string | undefined; model?: string | undefined; task?: string | undefined; cursor?: string | undefined; limit: number }>;

/** A task as staff see it: never what was asked for. */
export type TaskRow = Readonly<{
  id: string; publicId: string; userId: string; email: string | null; model: string; form: string; kind: string; action: string; state: TaskStateName; progress: number; flagged: boolean;
  channel: string | null; upstreamId: string | null; holdNano: bigint; chargeNano: bigint | null; polls: number; faults: number;
  createdAt: Date; submittedAt: Date | null; finishedAt: Date | null; nextPollAt: Date | null; deadlineAt: Date; errorCode: string | null; errorMessage: string | null;
}>;

export type TaskEventRow = Readonly<{ id: bigint; at: Date; state: TaskStateName; note: string | null }>;

const OPEN = "('queued', 'submitted', 'submitted_unknown', 'running')";
/** Polls in a row that told nothing before a person should look. */
const FAULTS_STUCK = 10;
const STUCK = `(t.state = 'submitted_unknown' OR (t.state IN ${OPEN} AND t.faults >= ${FAULTS_STUCK}) OR (t.flagged AND t.state = 'expired'))`;

const COLUMNS = `t.id, t.public_id AS "publicId", t.user_id AS "userId", u.email, t.model, t.form, t.kind, t.action, t.state, t.progress, t.flagged, c.name AS channel,
  t.upstream_id AS "upstreamId", t.hold_nano AS "holdNano", t.charge_nano AS "chargeNano", t.polls, t.faults, t.created_at AS "createdAt", t.submitted_at AS "submittedAt",
  t.finished_at AS "finishedAt", t.next_poll_at AS "nextPollAt", t.deadline_at AS "deadlineAt", t.error_code AS "errorCode", t.error_message AS "errorMessage"`;
const FROM = "FROM tasks t LEFT JOIN users u ON u.id = t.user_id LEFT JOIN channels c ON c.id = t.channel_id";

/** Tasks, newest first. */
export async function listTasks(db: Queryable, { state, user, model, task, cursor, limit }: TaskFilter): Promise<{ rows: readonly TaskRow[]; next: string | undefined }> {
  const asked = conditions();
  if (state === "open") asked.add(`t.state IN ${OPEN} AND ?::boolean`, true);
  else if (state === "stuck") asked.add(`${STUCK} AND ?::boolean`, true);
  else asked.add("t.state = ?", state);
  asked.add("(u.email = lower(?) OR t.user_id::text = ?)", user);
  asked.add("t.model = ?", model);
  asked.add("(t.public_id = ? OR t.upstream_id = ? OR t.id::text = ?)", task);
  asked.add("t.id < ?::uuid", fromCursor(cursor, 1)?.[0]);
  const { rows } = await db.query<TaskRow>(`SELECT ${COLUMNS} ${FROM} ${asked.where()} ORDER BY t.id DESC LIMIT ${asked.param(limit + 1)}`, asked.values);
  return cutPage(rows, limit, ({ id }) => toCursor([id]));
}

/** One task with what happened to it. */
export async function findTaskRow(db: Queryable, id: string): Promise<(TaskRow & Readonly<{ events: readonly TaskEventRow[] }>) | undefined> {
  const { rows: [row] } = await db.query<TaskRow>(`SELECT ${COLUMNS} ${FROM} WHERE t.id = $1`, [id]);
  if (!row) return undefined;
  const { rows: events } = await db.query<TaskEventRow>("SELECT id, at, state, note FROM task_events WHERE task_id = $1 ORDER BY id", [id]);
  return { ...row, events };
}

const KEPT_DAYS = 30;

/** Forgets what was asked for and what came of it once it has been kept long enough; what it cost stays. @returns how many */
export async function pruneTasks(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "UPDATE tasks SET sealed = NULL, removed_at = coalesce(removed_at, now()) WHERE sealed IS NOT NULL AND finished_at < now() - make_interval(days => $1)", [KEPT_DAYS]);
  return rowCount ?? 0;
}

/** The next round looks at it. @returns false when it has ended */
export async function pollTaskNow(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(`UPDATE tasks SET next_poll_at = now() WHERE id = $1 AND state IN ('submitted', 'running')`, [id]);
  return rowCount === 1;
}
