import { auditMac, CHAIN_START, type AuditEvent, type AuditRow } from "#accounts/audit.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const LOCK = 7_205_001; // any number no other advisory lock of the shop uses

/**
 * Appends entries to the audit log, in the transaction of the change itself. The lock that keeps the chain in
 * order is held until that transaction ends, so call this last.
 */
export async function writeAudit(tx: Queryable, key: Buffer, now: Date, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  const { rows } = await tx.query<{ seq: bigint; mac: Buffer }>("SELECT seq, mac FROM audit_log ORDER BY seq DESC LIMIT 1");
  let { seq, mac } = rows[0] ?? { seq: 0n, mac: CHAIN_START };
  for (const event of events) {
    const previous = mac;
    seq += 1n;
    const row = toRow(event, seq, now);
    mac = auditMac(key, previous, row);
    await tx.query(
      `INSERT INTO audit_log (seq, at, actor_type, actor_id, session, ip, action, target_type, target_id, before, after, reason, request_id, prev_mac, mac)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [row.seq, row.at, row.actorType, row.actorId, row.session, row.ip, row.action, row.targetType, row.targetId,
        json(row.before), json(row.after), row.reason, row.requestId, previous, mac],
    );
  }
}

/** Walks the whole chain; the sequence number of the first row that does not fit, or undefined. */
export async function verifyAudit(db: Queryable, key: Buffer): Promise<{ rows: number; brokenAt: bigint | undefined }> {
  let previous = CHAIN_START;
  let last = 0n;
  let count = 0;
  for (;;) {
    const { rows } = await db.query<AuditRow & { prevMac: Buffer; mac: Buffer }>(
      `SELECT seq, at, actor_type AS "actorType", actor_id AS "actorId", session, ip, action, target_type AS "targetType",
              target_id AS "targetId", before, after, reason, request_id AS "requestId", prev_mac AS "prevMac", mac
         FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT 1000`,
      [last],
    );
    if (rows.length === 0) return { rows: count, brokenAt: undefined };
    for (const { prevMac, mac, ...row } of rows) {
      if (row.seq !== last + 1n || !prevMac.equals(previous) || !auditMac(key, previous, row).equals(mac)) {
        return { rows: count, brokenAt: row.seq };
      }
      previous = mac;
      last = row.seq;
      count += 1;
    }
  }
}

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

function toRow({ actor, action, target, before, after, reason, requestId }: AuditEvent, seq: bigint, at: Date): AuditRow {
  return {
    seq, at, action,
    actorType: actor.type, actorId: actor.id ?? null, session: actor.session ?? null, ip: actor.ip ?? null,
    targetType: target?.type ?? null, targetId: target?.id ?? null,
    before: before ?? null, after: after ?? null, reason: reason ?? null, requestId: requestId ?? null,
  };
}
