import { randomBytes } from "node:crypto";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/throttle.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

export type MailTokenKind = "verify" | "reset" | "change_old" | "change_new" | "undo_change";
export type MailToken = Readonly<{ userId: string; email: string; changeId: string | null }>;

/** How long each link works: the more it can do, the shorter. */
const LIFE_MS: Readonly<Record<MailTokenKind, number>> = {
  verify: DAY_MS, reset: 30 * MINUTE_MS, change_old: HOUR_MS, change_new: HOUR_MS, undo_change: 3 * DAY_MS,
};

/** A link's secret as stored; the kind is in it, so that no link does another's work. */
const hashOf = (pepper: Buffer, kind: string, secret: string): Buffer => hmac(pepper, `mail:${kind}:${secret}`);

/**
 * Makes the secret of a link, 256 bits; only its HMAC is kept. Older links of the kind stop working: the newest alone
 * is good.
 */
export async function makeMailToken(
  tx: Queryable,
  pepper: Buffer,
  ask: Readonly<{ kind: MailTokenKind; userId: string; email: string; changeId?: string }>,
  nowMs: number,
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  await dropMailTokens(tx, ask.userId, [ask.kind], nowMs);
  await tx.query(
    "INSERT INTO mail_tokens (id, user_id, kind, hash, email, change_id, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [uuidv7(nowMs), ask.userId, ask.kind, hashOf(pepper, ask.kind, secret), ask.email, ask.changeId ?? null, new Date(nowMs + LIFE_MS[ask.kind]), new Date(nowMs)],
  );
  return secret;
}

/** Uses a link up. Of several at once exactly one gets it; unknown, used and expired ones are alike undefined. */
export async function takeMailToken(tx: Queryable, pepper: Buffer, kind: MailTokenKind, secret: string, nowMs: number): Promise<MailToken | undefined> {
  const { rows } = await tx.query<MailToken>(
    `UPDATE mail_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
     RETURNING user_id AS "userId", email, change_id AS "changeId"`,
    [hashOf(pepper, kind, secret), new Date(nowMs)],
  );
  return rows[0];
}

/** Would the link work? Says nothing about whose it is. */
export async function mailTokenWorks(db: Queryable, pepper: Buffer, kind: MailTokenKind, secret: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    "SELECT 1 FROM mail_tokens WHERE hash = $1 AND used_at IS NULL AND expires_at > $2", [hashOf(pepper, kind, secret), new Date(nowMs)],
  );
  return rowCount === 1;
}

/** Makes a user's unused links of these kinds worthless. */
export async function dropMailTokens(tx: Queryable, userId: string, kinds: readonly MailTokenKind[], nowMs: number): Promise<void> {
  await tx.query("UPDATE mail_tokens SET used_at = $3 WHERE user_id = $1 AND kind = ANY($2) AND used_at IS NULL", [userId, kinds, new Date(nowMs)]);
}

/** Have both addresses of a change been confirmed? */
export async function changeIsConfirmed(tx: Queryable, changeId: string): Promise<boolean> {
  const { rows } = await tx.query<{ used: number }>(
    "SELECT count(*)::int AS used FROM mail_tokens WHERE change_id = $1 AND kind IN ('change_old', 'change_new') AND used_at IS NOT NULL", [changeId],
  );
  return rows[0]?.used === 2;
}
