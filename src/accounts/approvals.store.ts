import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

export const APPROVAL_KINDS = ["adjustment", "charge_refund", "order_refund"] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];
export const APPROVAL_STATES = ["pending", "approved", "declined", "withdrawn", "expired"] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export type Approval = Readonly<{
  id: string; kind: ApprovalKind; state: ApprovalState;
  /** Whose money it is. */
  userId: string; email: string | null;
  /** Id of the user, request or order. */
  subject: string;
  amountNano: bigint;
  input: Readonly<{ allowDebt?: boolean }>;
  reason: string;
  requestedBy: string; requester: string | null; requestedAt: Date; expiresAt: Date;
  decidedBy: string | null; decider: string | null; decidedAt: Date | null; note: string | null; result: string | null;
}>;

export type ApprovalAsk = Readonly<{
  kind: ApprovalKind; userId: string; subject: string; amountNano: bigint; input?: Readonly<{ allowDebt?: boolean }>; reason: string;
  /** The same key is the same request. */
  clientKey: string;
  requestedBy: string;
}>;

/** Nobody has looked by then: whoever still wants it asks anew, with what holds then. */
const LASTS_DAYS = 7;
const DAY_MS = 86_400_000;

/** This key stands for another request. */
export class ApprovalKeyReuse extends Error {
  override readonly name = "ApprovalKeyReuse";
}

const FIELDS = `a.id, a.kind, CASE WHEN a.status = 'pending' AND a.expires_at <= $1 THEN 'expired' ELSE a.status END AS state, a.user_id AS "userId", u.email, a.subject,
  a.amount_nano AS "amountNano", a.input, a.reason, a.requested_by AS "requestedBy", r.email AS requester, a.requested_at AS "requestedAt", a.expires_at AS "expiresAt",
  a.decided_by AS "decidedBy", d.email AS decider, a.decided_at AS "decidedAt", a.note, a.result`;
const FROM = "FROM approvals a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN users r ON r.id = a.requested_by LEFT JOIN users d ON d.id = a.decided_by";

/**
 * Files a request for a second person.
 *
 * @throws ApprovalKeyReuse when the key was used for another one
 */
export async function fileApproval(tx: Queryable, ask: ApprovalAsk, nowMs: number): Promise<Approval & { created: boolean }> {
  const { rowCount } = await tx.query(
    `INSERT INTO approvals (id, kind, user_id, subject, amount_nano, input, reason, client_key, requested_by, requested_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (client_key) DO NOTHING`,
    [uuidv7(nowMs), ask.kind, ask.userId, ask.subject, ask.amountNano, JSON.stringify(ask.input ?? {}), ask.reason, ask.clientKey, ask.requestedBy,
      new Date(nowMs), new Date(nowMs + LASTS_DAYS * DAY_MS)],
  );
  const filed = (await approvalByKey(tx, ask.clientKey, nowMs))!;
  if (filed.kind !== ask.kind || filed.subject !== ask.subject || filed.amountNano !== ask.amountNano || filed.requestedBy !== ask.requestedBy) throw new ApprovalKeyReuse("the key was used for another request");
  return { ...filed, created: rowCount === 1 };
}

/** What a form's key has become, if it became a request. */
export async function approvalByKey(db: Queryable, clientKey: string, nowMs: number): Promise<Approval | undefined> {
  const { rows } = await db.query<Approval>(`SELECT ${FIELDS} ${FROM} WHERE a.client_key = $2`, [new Date(nowMs), clientKey]);
  return rows[0];
}

export async function findApproval(db: Queryable, id: string, nowMs: number): Promise<Approval | undefined> {
  const { rows } = await db.query<Approval>(`SELECT ${FIELDS} ${FROM} WHERE a.id = $2`, [new Date(nowMs), id]);
  return rows[0];
}

/** Requests, newest first; those that wait are listed with the one that runs out first on top. */
export async function listApprovals(
  db: Queryable, filter: Readonly<{ waiting: boolean; requestedBy?: string; before?: string; limit: number }>, nowMs: number,
): Promise<readonly Approval[]> {
  const { rows } = await db.query<Approval>(
    `SELECT ${FIELDS} ${FROM}
      WHERE (a.status = 'pending' AND a.expires_at > $1) = $2 AND ($3::uuid IS NULL OR a.requested_by = $3)
        AND ($4::uuid IS NULL OR CASE WHEN $2 THEN a.id > $4 ELSE a.id < $4 END)
      ORDER BY CASE WHEN $2 THEN a.id END, a.id DESC LIMIT $5`,
    [new Date(nowMs), filter.waiting, filter.requestedBy ?? null, filter.before ?? null, filter.limit],
  );
  return rows;
}

/** How many requests about this subject have ended; part of the next one's key, so that one at a time is open. */
export async function endedApprovals(db: Queryable, kind: ApprovalKind, subject: string, nowMs: number): Promise<number> {
  const { rows: [row] } = await db.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM approvals WHERE kind = $1 AND subject = $2 AND NOT (status = 'pending' AND expires_at > $3)", [kind, subject, new Date(nowMs)]);
  return row!.n;
}

/** Ends a request that waits; false when somebody else was first or its time is over. In the transaction of what it causes. */
export async function decideApproval(
  tx: Queryable, ask: Readonly<{ id: string; status: "approved" | "declined" | "withdrawn"; by: string; note?: string; result?: string }>, nowMs: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    "UPDATE approvals SET status = $2, decided_by = $3, decided_at = $4, note = $5, result = $6 WHERE id = $1 AND status = 'pending' AND expires_at > $4",
    [ask.id, ask.status, ask.by, new Date(nowMs), ask.note ?? null, ask.result ?? null],
  );
  return rowCount === 1;
}

/**
 * What one person has moved by acts of this kind on this target without a second person in the last 24 hours, by the
 * audit log. Exact when it is called after the act's own entry was written: writing it keeps everybody else's acts out
 * until the transaction ends.
 */
export async function movedAlone(tx: Queryable, ask: Readonly<{ actorId: string; action: string; target: Readonly<{ type: string; id: string }> }>, nowMs: number): Promise<bigint> {
  const { rows: [row] } = await tx.query<{ moved: string }>(
    `SELECT coalesce(sum(x.amount), 0)::text AS moved FROM (
       SELECT DISTINCT coalesce(after ->> 'refund', after ->> 'transaction') AS of, abs(coalesce(after ->> 'amount_nano_usd', after ->> 'credit_nano_usd')::numeric) AS amount
         FROM audit_log WHERE target_type = $1 AND target_id = $2 AND actor_type = 'user' AND actor_id = $3 AND action = $4 AND at > $5 AND NOT after ? 'repeated') x`,
    [ask.target.type, ask.target.id, ask.actorId, ask.action, new Date(nowMs - DAY_MS)],
  );
  return BigInt(row!.moved);
}
