import type { Queryable } from "#platform/db/queryable.ts";

export type WaitingMail = Readonly<{ id: string; toAddress: string; locale: string; sealed: Buffer; attempts: number }>;

/** So long a node has for the mails it took; then another may take them. */
const CLAIM = "2 minutes";
/** Tries over about a day, each after twice the pause. */
export const TRIES_MAX = 10;

/** Takes waiting mails for sending; no two nodes get the same. */
export async function claimMails(db: Queryable, limit: number): Promise<WaitingMail[]> {
  const { rows } = await db.query<WaitingMail>(
    `UPDATE mails SET attempts = attempts + 1, next_try_at = now() + $2::interval
      WHERE id IN (SELECT id FROM mails WHERE sent_at IS NULL AND failed_at IS NULL AND next_try_at <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, to_address AS "toAddress", locale, sealed, attempts`,
    [limit, CLAIM],
  );
  return rows;
}

/** A mail that is gone needs its links no more. */
export async function markSent(db: Queryable, id: string): Promise<void> {
  await db.query("UPDATE mails SET sent_at = now(), sealed = NULL, error = NULL WHERE id = $1", [id]);
}

/** Tries again after a pause that doubles, and gives up after the last try. */
export async function markFailed(db: Queryable, id: string, attempts: number, error: string): Promise<void> {
  await db.query(
    `UPDATE mails SET error = $3, next_try_at = now() + least(30 * power(2, $2), 21600) * interval '1 second',
            failed_at = CASE WHEN $2 >= $4 THEN now() END, sealed = CASE WHEN $2 < $4 THEN sealed END WHERE id = $1`,
    [id, attempts, error.slice(0, 200), TRIES_MAX],
  );
}

/** Sent mails are of no use after a while. */
export async function removeOldMails(db: Queryable): Promise<void> {
  await db.query("DELETE FROM mails WHERE coalesce(sent_at, failed_at) < now() - interval '30 days'");
}
