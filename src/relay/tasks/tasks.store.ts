import type { Pool, PoolClient } from "pg";
import type { ChargeRecord } from "#money/charge.ts";
import { settleDurable } from "#money/durable-hold.store.ts";
import { decodeRecord, encodeCard, encodeDone } from "#money/journal-record.ts";
import type { RateCard } from "#money/rate-card.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { endingRecord } from "#relay/tasks/ending-record.ts";
import type { SubmitFacts, TaskStore } from "#relay/tasks/task-store.ts";
import { isEnd, statesBefore } from "#relay/tasks/task-states.ts";
import type { Task, TaskContent, TaskState } from "#relay/tasks/task.ts";

/** Where the sealed words stand. @param id of the row */
export const taskAad = (id: string): string => `tasks|sealed|${id}|content`;
const linkAad = (publicId: string): string => `tasks|link|${publicId}|file`;

const COLUMNS = `id, public_id, user_id, model, form, kind, action, protocol, channel_id, credential, upstream_model, upstream_id, state, progress, sealed,
  error_code, error_message, polls, faults, created_at, submitted_at, started_at, finished_at, deadline_at`;

type Row = Readonly<{
  id: string; public_id: string; user_id: string; model: string; form: Task["form"]; kind: Task["kind"]; action: string; protocol: Task["protocol"] | null;
  channel_id: string | null; credential: string | null; upstream_model: string | null; upstream_id: string | null; state: TaskState; progress: number; sealed: Buffer | null;
  error_code: string | null; error_message: string | null; polls: number; faults: number;
  created_at: Date; submitted_at: Date | null; started_at: Date | null; finished_at: Date | null; deadline_at: Date;
}>;

/** The vendor's last word is kept no longer than this; files and facts always are. */
const TOLD_BYTES_MAX = 256 * 1024;
const NOTHING: TaskContent = { count: 1 };

/** @see TaskStore */
export function createTaskStore(pool: Pool, sealer: Sealer): TaskStore {
  const seal = (id: string, content: TaskContent): Buffer => {
    const { told, ...rest } = content;
    const kept = told !== undefined && Buffer.byteLength(JSON.stringify(told)) <= TOLD_BYTES_MAX ? content : rest;
    return sealer.seal(JSON.stringify(kept), taskAad(id));
  };
  const open = (row: Row): Task => taskOf(row, row.sealed ? (JSON.parse(sealer.open(row.sealed, taskAad(row.id))) as TaskContent) : NOTHING);
  const select = async (where: string, values: readonly unknown[]): Promise<readonly Task[]> => {
    const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM tasks WHERE ${where}`, [...values]);
    return rows.map(open);
  };

  return {
    insert: (client, task) => insert(client, task, seal(task.record.id, task.content)),
    submitted: (id, facts, upstreamId, nextPollAtMs) => withTransaction(pool, async (client) => {
      const { rowCount } = await client.query(
        "UPDATE tasks SET state = 'submitted', upstream_id = $2, next_poll_at = $3, submitted_at = now() WHERE id = $1 AND state = ANY($4)",
        [id, upstreamId.slice(0, 500), new Date(nextPollAtMs), statesBefore("submitted")]);
      if (!rowCount) return false;
      await writeFacts(client, id, facts);
      await note(client, id, "submitted");
      return true;
    }),
    unknown: (id, facts, untilMs, why) => withTransaction(pool, async (client) => {
      const { rowCount } = await client.query(
        "UPDATE tasks SET state = 'submitted_unknown', submitted_at = now(), deadline_at = $2, next_poll_at = $2, claimed_until = NULL WHERE id = $1 AND state = ANY($3)",
        [id, new Date(untilMs), statesBefore("submitted_unknown")]);
      if (!rowCount) return false;
      if (facts) await writeFacts(client, id, facts);
      await note(client, id, "submitted_unknown", why);
      return true;
    }),
    async looked(id, { state, progress, nextPollAtMs, fault, note: why }) {
      const { rows: [row] } = await pool.query<{ before: string }>(
        `UPDATE tasks t SET state = $2, progress = GREATEST(t.progress, coalesce($3, 0)), next_poll_at = $4, claimed_until = NULL, polls = t.polls + 1,
                faults = CASE WHEN $5 THEN t.faults + 1 ELSE 0 END, started_at = CASE WHEN $2 = 'running' THEN coalesce(t.started_at, now()) ELSE t.started_at END
           FROM tasks o WHERE o.id = t.id AND t.id = $1 AND t.state IN ('submitted', 'submitted_unknown', 'running') RETURNING o.state AS before`,
        [id, state, progress ?? null, new Date(nextPollAtMs), fault === true]);
      if (row && (row.before !== state || why !== undefined)) await note(pool, id, state, why);
      return row !== undefined;
    },
    finish: (id, ending, nowMs, also) => withTransaction(pool, async (client) => {
      const { rows: [row] } = await client.query<Kept & { sealed: Buffer | null; created_at: Date }>(
        "SELECT card, cost_card, record, sealed, created_at FROM tasks WHERE id = $1 AND state = ANY($2) FOR UPDATE", [id, statesBefore(ending.state)]);
      if (!row) return false;
      const record = endingRecord(keptRecord(row), row.cost_card === null ? undefined : cardOf(row.cost_card), ending, nowMs - row.created_at.getTime());
      await client.query(
        `UPDATE tasks SET state = $2, finished_at = $3, charge_nano = $4, progress = CASE WHEN $2 = 'succeeded' THEN 100 ELSE progress END, sealed = $5,
                error_code = $6, error_message = $7, flagged = flagged OR $8, next_poll_at = NULL, claimed_until = NULL WHERE id = $1`,
        [id, ending.state, new Date(nowMs), record.chargeNano, ending.content ? seal(id, ending.content) : row.sealed, ending.errorCode?.slice(0, 200) ?? null,
          ending.errorMessage?.slice(0, 2_000) ?? null, ending.flagged === true]);
      await note(client, id, ending.state, ending.note);
      await settleDurable(client, record);
      await also?.(client);
      return true;
    }),
    async claim(nowMs, claimMs, most) {
      const { rows } = await pool.query<Row>(
        `UPDATE tasks SET claimed_until = $2 WHERE id IN (
           SELECT id FROM tasks WHERE state IN ('queued', 'submitted', 'submitted_unknown', 'running') AND next_poll_at <= $1 AND (claimed_until IS NULL OR claimed_until < $1)
            ORDER BY next_poll_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING ${COLUMNS}`,
        [new Date(nowMs), new Date(nowMs + claimMs), most]);
      return rows.map(open);
    },
    find: async (publicId, userId) => (await select("public_id = $1 AND user_id = $2 AND removed_at IS NULL", [publicId, userId]))[0],
    findMany: (publicIds, userId) => select("public_id = ANY($1) AND user_id = $2 AND removed_at IS NULL ORDER BY created_at, id", [publicIds, userId]),
    findUpstream: async (channelId, upstreamId, userId) =>
      (await select("channel_id = $1 AND upstream_id = $2 AND user_id = $3 AND removed_at IS NULL ORDER BY created_at LIMIT 1", [channelId, upstreamId, userId]))[0],
    list(userId, { form, limit, after, ascending }) {
      const [beyond, order] = ascending ? [">", "ASC"] : ["<", "DESC"];
      return select(
        `user_id = $1 AND form = $2 AND removed_at IS NULL
          AND ($3::text IS NULL OR id ${beyond} (SELECT a.id FROM tasks a WHERE a.public_id = $3 AND a.user_id = $1)) ORDER BY id ${order} LIMIT $4`, [userId, form, after ?? null, limit]);
    },
    async remove(publicId, userId) {
      const { rowCount } = await pool.query(
        `UPDATE tasks SET removed_at = now(), sealed = NULL WHERE public_id = $1 AND user_id = $2 AND removed_at IS NULL AND state IN ('succeeded', 'failed', 'cancelled', 'expired')`, [publicId, userId]);
      return rowCount === 1;
    },
    async claimHooks(nowMs, claimMs, most) {
      const { rows } = await pool.query<Row & Readonly<{ tries: number }>>(
        `UPDATE task_hooks h SET next_try_at = $2 FROM tasks t WHERE t.id = h.task_id AND h.task_id IN (
           SELECT d.task_id FROM task_hooks d JOIN tasks s ON s.id = d.task_id
            WHERE d.next_try_at <= $1 AND s.state NOT IN ('queued', 'submitted_unknown', d.told_state) ORDER BY d.next_try_at LIMIT $3 FOR UPDATE OF d SKIP LOCKED)
         RETURNING h.tries, ${COLUMNS}`, [new Date(nowMs), new Date(nowMs + claimMs), most]);
      return rows.map((row) => ({ task: open(row), tries: row.tries }));
    },
    async hookTold(id, state) {
      if (isEnd(state)) await pool.query("DELETE FROM task_hooks WHERE task_id = $1", [id]);
      else await pool.query("UPDATE task_hooks SET told_state = $2, tries = 0, next_try_at = now() WHERE task_id = $1", [id, state]);
    },
    async hookFailed(id, nextTryAtMs) {
      if (nextTryAtMs === undefined) await pool.query("DELETE FROM task_hooks WHERE task_id = $1", [id]);
      else await pool.query("UPDATE task_hooks SET tries = tries + 1, next_try_at = $2 WHERE task_id = $1", [id, new Date(nextTryAtMs)]);
    },
    linkProof: (publicId) => sealer.seal("", linkAad(publicId)).toString("base64url"),
    async findByLink(publicId, proof) {
      try {
        sealer.open(Buffer.from(proof, "base64url"), linkAad(publicId));
      } catch {
        return undefined;
      }
      return (await select("public_id = $1 AND removed_at IS NULL", [publicId]))[0];
    },
  };
}

/** Who was asked; the charge learns it too. */
async function writeFacts(client: PoolClient, id: string, { protocol, channelId, credential, upstreamModel, costCard, attempts }: SubmitFacts): Promise<void> {
  const { rows: [row] } = await client.query<Kept>("SELECT card, cost_card, record FROM tasks WHERE id = $1", [id]);
  const record: ChargeRecord = { ...keptRecord(row!), channelId, attempts };
  await client.query(
    "UPDATE tasks SET protocol = $2, channel_id = $3, credential = $4, upstream_model = $5, cost_card = $6, record = $7 WHERE id = $1",
    [id, protocol, channelId, credential ?? null, upstreamModel, costCard ? encodeCard(costCard) : null, encodeDone(record)]);
}

async function insert(client: PoolClient, task: Parameters<TaskStore["insert"]>[1], sealed: Buffer): Promise<void> {
  const { record } = task;
  await client.query(
    `INSERT INTO tasks (id, public_id, user_id, wallet_id, key_id, model_id, model, form, kind, action, state, sealed, card, record, hold_nano, next_poll_at, deadline_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12, $13, $14, $15, $16)`,
    [record.id, task.publicId, record.userId, record.walletId, record.keyId ?? null, record.modelId, task.model, task.form, task.kind, task.action, sealed,
      encodeCard(record.card), encodeDone(record), record.holdNano, new Date(task.nextPollAtMs), new Date(task.deadlineAtMs)]);
  await note(client, record.id, "queued");
  if (task.content.notifyHook !== undefined) await client.query("INSERT INTO task_hooks (task_id) VALUES ($1)", [record.id]);
}

const note = async (db: Queryable, id: string, state: TaskState, text?: string): Promise<void> => {
  await db.query("INSERT INTO task_events (task_id, state, note) VALUES ($1, $2, $3)", [id, state, text?.slice(0, 500) ?? null]);
};

type Kept = Readonly<{ card: string; cost_card: string | null; record: string }>;

function cardOf(json: string): RateCard {
  const read = decodeRecord(json, new Map());
  if (read.kind !== "card") throw new Error("a task's prices are none");
  return read.card;
}

function keptRecord({ card: json, record }: Kept): ChargeRecord {
  const card = cardOf(json);
  const read = decodeRecord(record, new Map([[card.id, card]]));
  if (read.kind !== "done") throw new Error("a task's charge is none");
  return read.record;
}

function taskOf(row: Row, content: TaskContent): Task {
  const orNone = <T>(value: T | null): T | undefined => value ?? undefined;
  return {
    id: row.id, publicId: row.public_id, userId: row.user_id, model: row.model, form: row.form, kind: row.kind, action: row.action, state: row.state, progress: row.progress, content,
    protocol: orNone(row.protocol), channelId: orNone(row.channel_id), credential: orNone(row.credential), upstreamModel: orNone(row.upstream_model), upstreamId: orNone(row.upstream_id),
    errorCode: orNone(row.error_code), errorMessage: orNone(row.error_message), polls: row.polls, faults: row.faults, createdAtMs: row.created_at.getTime(),
    submittedAtMs: row.submitted_at?.getTime(), startedAtMs: row.started_at?.getTime(), finishedAtMs: row.finished_at?.getTime(), deadlineAtMs: row.deadline_at.getTime(),
  };
}
