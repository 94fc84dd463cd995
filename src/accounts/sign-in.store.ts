import type { AccountDeps, From } from "#accounts/account-deps.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import type { Role } from "#accounts/permissions.ts";
import { loadSettings } from "#accounts/settings.store.ts";
import { sessionLife, type SessionClaims } from "#accounts/sign-in.ts";
import { normalEmail } from "#accounts/users.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";

export type SignInForm = From & Readonly<{ email: string; password: string }>;

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

type Found = Readonly<{ id: string; password_hash: string | null; role: Role; status: string; session_epoch: number; verified_at: Date | null }>;

/**
 * Checks e-mail and password and opens a session.
 *
 * @returns undefined alike, and after the same time, for an unknown address, a wrong password, a disabled account, and
 *   one whose address is not confirmed where the shop asks for that
 */
export async function signIn(deps: AccountDeps, form: SignInForm): Promise<SessionClaims | undefined> {
  const { rows } = await deps.pool.query<Found>(
    "SELECT id, password_hash, role, status, session_epoch, verified_at FROM users WHERE email = $1", [normalEmail(form.email)],
  );
  const { "shop.verify_email": mustVerify } = await loadSettings(deps.pool);
  const user = rows[0];
  const matches = await deps.passwords.verify(form.password, user?.password_hash ?? undefined);
  if (!user || !matches || user.status !== "active" || (mustVerify && user.verified_at === null)) return undefined;
  return openSession(deps, user, form);
}

async function openSession(deps: AccountDeps, user: Found, form: SignInForm): Promise<SessionClaims> {
  const nowMs = deps.clock.now();
  const now = new Date(nowMs);
  const sid = uuidv7(nowMs);
  const rehashed = deps.passwords.needsRehash(user.password_hash ?? "") ? await deps.passwords.hash(form.password) : undefined;
  await withTransaction(deps.pool, async (tx) => {
    // Only over the hash that was checked: a password changed meanwhile must stay.
    if (rehashed) await tx.query("UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3", [user.id, rehashed, user.password_hash]);
    await tx.query(
      "INSERT INTO sessions (id, user_id, ip, user_agent, created_at, last_used_at, renewed_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $5, $6)",
      [sid, user.id, form.ip ?? null, form.userAgent?.slice(0, 400) ?? null, now, new Date(nowMs + sessionLife(user.role).absoluteMs)],
    );
    const actor = { type: "user" as const, id: user.id, session: sid, ...(form.ip === undefined ? {} : { ip: form.ip }) };
    await writeAudit(tx, deps.keys.auditKey, now, [{ actor, action: "session.start", target: { type: "user", id: user.id } }]);
  });
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
