import type { Queryable } from "#platform/db/queryable.ts";

export type SessionView = Readonly<{ id: string; ip: string | null; userAgent: string | null; createdAt: Date; lastUsedAt: Date }>;

/** The sessions of a user that still hold, the one used last first. */
export async function listSessions(db: Queryable, userId: string, nowMs: number): Promise<SessionView[]> {
  const { rows } = await db.query<SessionView>(
    `SELECT s.id, s.ip, s.user_agent AS "userAgent", s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt"
       FROM sessions s WHERE s.user_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2
      ORDER BY s.last_used_at DESC LIMIT 100`,
    [userId, new Date(nowMs)],
  );
  return rows;
}

/** Ends one session of this user; false when he has none of that id. */
export async function endSessionOf(tx: Queryable, userId: string, sid: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await tx.query("UPDATE sessions SET ended_at = $3 WHERE id = $2 AND user_id = $1 AND ended_at IS NULL", [userId, sid, new Date(nowMs)]);
  return rowCount === 1;
}

/** Ends all sessions of a user but one; without `keep`, all. @returns how many */
export async function endSessions(tx: Queryable, userId: string, nowMs: number, keep?: string): Promise<number> {
  const { rowCount } = await tx.query(
    "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR id <> $2)", [userId, keep ?? null, new Date(nowMs)],
  );
  return rowCount ?? 0;
}

/** Notes that the password was just given again in this session. */
export async function renewSession(tx: Queryable, sid: string, nowMs: number): Promise<void> {
  await tx.query("UPDATE sessions SET renewed_at = $2 WHERE id = $1 AND ended_at IS NULL", [sid, new Date(nowMs)]);
}

/** The password hash of a user, to check that it is still he. */
export async function passwordHashOf(db: Queryable, userId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ password_hash: string | null }>("SELECT password_hash FROM users WHERE id = $1 AND status = 'active'", [userId]);
  return rows[0]?.password_hash ?? undefined;
}
