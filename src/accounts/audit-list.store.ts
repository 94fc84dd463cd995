import type { Queryable } from "#platform/db/queryable.ts";

export type AuditFilter = Readonly<{
  /** E-mail or id of who did it, or `system`. */
  actor?: string | undefined;
  /** A whole action or its beginning: `channel`, `wallet.adjust`. */
  action?: string | undefined;
  targetType?: string | undefined;
  targetId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}>;

export type AuditEntry = Readonly<{
  seq: bigint; at: Date; actorType: string; actorId: string | null; actorEmail: string | null; session: string | null; ip: string | null;
  action: string; targetType: string | null; targetId: string | null; targetName: string | null;
  before: unknown; after: unknown; reason: string | null; requestId: string | null;
}>;

/** One page of the audit log, newest first; `before` is the number of the last entry of the page before. */
export async function listAudit(db: Queryable, filter: AuditFilter, limit: number, before?: bigint): Promise<AuditEntry[]> {
  const { rows } = await db.query<AuditEntry>(
    `SELECT a.seq, a.at, a.actor_type AS "actorType", a.actor_id AS "actorId", coalesce(u.email, m.name) AS "actorEmail", a.session, a.ip, a.action,
            a.target_type AS "targetType", a.target_id AS "targetId", t.email AS "targetName", a.before, a.after, a.reason, a.request_id AS "requestId"
       FROM audit_log a
       LEFT JOIN users u ON a.actor_type = 'user' AND u.id::text = a.actor_id
       LEFT JOIN management_tokens m ON a.actor_type = 'token' AND m.id::text = a.actor_id
       LEFT JOIN users t ON a.target_type = 'user' AND t.id::text = a.target_id
      WHERE ($2::bigint IS NULL OR a.seq < $2)
        AND ($3::text IS NULL OR a.actor_id = $3 OR a.actor_type = $3 OR u.email = lower($3) OR m.name = $3)
        AND ($4::text IS NULL OR a.action = $4 OR starts_with(a.action, $4 || '.'))
        AND ($5::text IS NULL OR a.target_type = $5)
        AND ($6::text IS NULL OR a.target_id = $6 OR t.email = lower($6))
        AND ($7::timestamptz IS NULL OR a.at >= $7) AND ($8::timestamptz IS NULL OR a.at < $8)
      ORDER BY a.seq DESC LIMIT $1`,
    [limit, before ?? null, filter.actor ?? null, filter.action ?? null, filter.targetType ?? null, filter.targetId ?? null, filter.from ?? null, filter.to ?? null],
  );
  return rows;
}
