import { randomBytes } from "node:crypto";
import type { Role } from "#accounts/permissions.ts";
import { DAY_MS } from "#accounts/throttle.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

const LIFE_MS = 7 * DAY_MS;
const hashOf = (pepper: Buffer, secret: string): Buffer => hmac(pepper, `invite:${secret}`);

export type Invite = Readonly<{ id: string; email: string | null; role: Role; expiresAt: Date; createdAt: Date }>;

const VIEW = `id, email, role, expires_at AS "expiresAt", created_at AS "createdAt"`;

/** Makes an invitation and its secret; only the HMAC is kept. */
export async function createInvite(
  tx: Queryable,
  pepper: Buffer,
  ask: Readonly<{ email: string | undefined; role: Role; createdBy: string }>,
  nowMs: number,
): Promise<{ id: string; secret: string }> {
  const id = uuidv7(nowMs);
  const secret = randomBytes(32).toString("base64url");
  await tx.query(
    "INSERT INTO invites (id, hash, email, role, created_by, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [id, hashOf(pepper, secret), ask.email ?? null, ask.role, ask.createdBy, new Date(nowMs + LIFE_MS), new Date(nowMs)],
  );
  return { id, secret };
}

/** The open invitation behind a secret. */
export async function findInvite(db: Queryable, pepper: Buffer, secret: string, nowMs: number): Promise<Invite | undefined> {
  const { rows } = await db.query<Invite>(`SELECT ${VIEW} FROM invites WHERE hash = $1 AND used_at IS NULL AND expires_at > $2`, [hashOf(pepper, secret), new Date(nowMs)]);
  return rows[0];
}

/** Uses an invitation up; of several at once one gets it. */
export async function takeInvite(tx: Queryable, id: string, userId: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await tx.query("UPDATE invites SET used_at = $3, used_by = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $3", [id, userId, new Date(nowMs)]);
  return rowCount === 1;
}

/** Invitations that can still be used, newest first. */
export async function listInvites(db: Queryable, nowMs: number): Promise<Invite[]> {
  const { rows } = await db.query<Invite>(`SELECT ${VIEW} FROM invites WHERE used_at IS NULL AND expires_at > $1 ORDER BY id DESC LIMIT 200`, [new Date(nowMs)]);
  return rows;
}

/** Takes an invitation back; false when there is none to take back. */
export async function revokeInvite(tx: Queryable, id: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await tx.query("UPDATE invites SET used_at = $2 WHERE id = $1 AND used_at IS NULL", [id, new Date(nowMs)]);
  return rowCount === 1;
}
