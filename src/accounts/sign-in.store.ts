import type { Role } from "#accounts/permissions.ts";
import { sessionLife, type SessionClaims } from "#accounts/sign-in.ts";
import { normalEmail } from "#accounts/users.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

export type Verify = (password: string, phc: string) => Promise<boolean>;
export type SignInForm = Readonly<{ email: string; password: string; ip: string | undefined; userAgent: string | undefined }>;

/** Who a session belongs to, as of now. */
export type SessionUser = Readonly<{
  id: string;
  sid: string;
  email: string;
  name: string | undefined;
  role: Role;
  locale: string;
  timeZone: string;
  theme: Theme;
  density: Density;
  /** The shop wants the address confirmed, and it is not. */
  mustVerify: boolean;
  /** When the password was last given in this session. */
  renewedAt: Date;
}>;
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

/** Verified for unknown addresses, so that they take as long as known ones. Belongs to no password. */
const NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bW9kZWxtYXJ0LW5vYm9keQ$6TfqXkVw3m0cV1q8yqZ1v6o9V0p5m0m3u1w2x3y4z5A";

/**
 * Checks e-mail and password and opens a session.
 *
 * @returns undefined alike for an unknown address, a wrong password and a disabled account
 */
export async function signIn(db: Queryable, form: SignInForm, verify: Verify, nowMs: number): Promise<SessionClaims | undefined> {
  const { rows } = await db.query<{ id: string; password_hash: string | null; role: Role; status: string; session_epoch: number }>(
    "SELECT id, password_hash, role, status, session_epoch FROM users WHERE email = $1",
    [normalEmail(form.email)],
  );
  const user = rows[0];
  const matches = await verify(form.password, user?.password_hash ?? NOBODY).catch(() => false);
  if (!user?.password_hash || !matches || user.status !== "active") return undefined;
  const sid = uuidv7(nowMs);
  await db.query(
    "INSERT INTO sessions (id, user_id, ip, user_agent, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)",
    [sid, user.id, form.ip ?? null, form.userAgent?.slice(0, 400) ?? null, new Date(nowMs), new Date(nowMs + sessionLife(user.role).absoluteMs)],
  );
  return { sid, uid: user.id, epoch: user.session_epoch };
}

type SessionRow = Readonly<{
  email: string; name: string | null; role: Role; locale: string; time_zone: string; theme: Theme; density: Density;
  last_used_at: Date; renewed_at: Date; must_verify: boolean;
}>;

/** Use is noted at most this often: a page of ten queries should not write ten times. */
const TOUCH_MS = 60_000;

/** The session's owner, or undefined when it was ended, has expired, was idle too long, or the account changed since. */
export async function readSession(db: Queryable, claims: SessionClaims, nowMs: number): Promise<SessionUser | undefined> {
  const { rows } = await db.query<SessionRow>(
    `SELECT u.email, u.name, u.role, u.locale, u.time_zone, u.theme, u.density, s.last_used_at, s.renewed_at,
            u.verified_at IS NULL AND coalesce((SELECT value FROM settings WHERE key = 'shop.verify_email'), 'false') = 'true' AS must_verify
       FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.id = $1 AND s.user_id = $2 AND u.session_epoch = $3 AND u.status = 'active' AND s.ended_at IS NULL AND s.expires_at > $4`,
    [claims.sid, claims.uid, claims.epoch, new Date(nowMs)],
  );
  const found = rows[0];
  if (!found) return undefined;
  const idleMs = nowMs - found.last_used_at.getTime();
  if (idleMs > sessionLife(found.role).idleMs) return undefined;
  if (idleMs > TOUCH_MS) await db.query("UPDATE sessions SET last_used_at = $2 WHERE id = $1", [claims.sid, new Date(nowMs)]);
  return {
    id: claims.uid, sid: claims.sid, email: found.email, name: found.name ?? undefined, role: found.role, locale: found.locale,
    timeZone: found.time_zone, theme: found.theme, density: found.density, mustVerify: found.must_verify, renewedAt: found.renewed_at,
  };
}

/** Log-out. Ending a session twice is no error. */
export async function endSession(db: Queryable, sid: string): Promise<void> {
  await db.query("UPDATE sessions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL", [sid]);
}
