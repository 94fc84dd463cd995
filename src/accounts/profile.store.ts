import type { AccountDeps, From } from "#accounts/account-deps.ts";
import type { AuditActor } from "#accounts/audit.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import { queueMail } from "#accounts/mail-queue.store.ts";
import { dropMailTokens } from "#accounts/mail-tokens.store.ts";
import { passwordProblem, type PasswordProblem } from "#accounts/password-rules.ts";
import { endSessions, passwordHashOf, renewSession } from "#accounts/sessions.store.ts";
import { loadSettings } from "#accounts/settings.store.ts";
import type { Density, SessionUser, Theme } from "#accounts/sign-in.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { updateRow } from "#platform/db/update-row.ts";

export type Profile = Readonly<{
  email: string; name: string | null; role: string; locale: string; timeZone: string; theme: Theme; density: Density;
  verified: boolean; createdAt: Date; closingAt: Date | null;
  /** The address that a change under way leads to. */
  pendingEmail: string | null;
}>;

export async function readProfile(db: Queryable, userId: string, nowMs: number): Promise<Profile | undefined> {
  const { rows } = await db.query<Profile>(
    `SELECT email, name, role, locale, time_zone AS "timeZone", theme, density, verified_at IS NOT NULL AS verified, created_at AS "createdAt",
            closing_at AS "closingAt",
            (SELECT t.email FROM mail_tokens t JOIN mail_tokens o ON o.change_id = t.change_id AND o.id <> t.id
              WHERE t.user_id = u.id AND t.kind = 'change_new' AND t.expires_at > $2 AND (t.used_at IS NULL OR o.used_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM mail_tokens newer WHERE newer.user_id = u.id AND newer.kind = 'change_new' AND newer.id > t.id)
              LIMIT 1) AS "pendingEmail"
       FROM users u WHERE id = $1`,
    [userId, new Date(nowMs)],
  );
  return rows[0];
}

export type ProfilePatch = Readonly<{ name?: string | null; locale?: string; timeZone?: string; theme?: Theme; density?: Density }>;

/** Changes what a user says about himself. Budgets of his keys count days of his time zone, so his keys are read anew. */
export async function updateProfile(tx: Queryable, userId: string, patch: ProfilePatch): Promise<void> {
  await updateRow(tx, "users", userId, { name: patch.name, locale: patch.locale, time_zone: patch.timeZone, theme: patch.theme, density: patch.density });
  await tx.query("UPDATE users SET updated_at = now() WHERE id = $1", [userId]);
  if (patch.timeZone !== undefined) await tx.query("SELECT pg_notify('key', $1::text)", [userId]);
}

/** Is this still the person who signed in? Then heavy acts are open for a while. */
export async function renewByPassword(deps: AccountDeps, user: SessionUser, password: string): Promise<boolean> {
  const matches = await deps.passwords.verify(password, await passwordHashOf(deps.pool, user.id));
  if (matches) await renewSession(deps.pool, user.sid, deps.clock.now());
  return matches;
}

export type PasswordChange = Readonly<{ kind: "done"; ended: number } | { kind: "wrong" } | { kind: "password"; problem: PasswordProblem }>;

/** Changes the password of the one who knows the old one; every other session of his ends. */
export async function changePassword(deps: AccountDeps, user: SessionUser, ask: From & Readonly<{ current: string; next: string }>): Promise<PasswordChange> {
  const settings = await loadSettings(deps.pool);
  const before = await passwordHashOf(deps.pool, user.id);
  if (!(await deps.passwords.verify(ask.current, before))) return { kind: "wrong" };
  const problem = passwordProblem(ask.next, { role: user.role, email: user.email, shopName: settings["shop.name"] });
  if (problem) return { kind: "password", problem };
  const passwordHash = await deps.passwords.hash(ask.next);
  return withTransaction(deps.pool, async (tx) => {
    const nowMs = deps.clock.now();
    const { rowCount } = await tx.query("UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1 AND password_hash = $3", [user.id, passwordHash, before]);
    if (rowCount === 0) return { kind: "wrong" }; // changed by somebody else in this moment
    const ended = await endSessions(tx, user.id, nowMs, user.sid);
    await renewSession(tx, user.sid, nowMs);
    await dropMailTokens(tx, user.id, ["reset"], nowMs);
    await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "password-changed" } });
    await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{ actor: ownActor(user, ask), action: "account.password", target: { type: "user", id: user.id } }]);
    return { kind: "done", ended };
  });
}

export const ownActor = (user: SessionUser, { ip }: From): AuditActor => ({ type: "user", id: user.id, session: user.sid, ...(ip === undefined ? {} : { ip }) });
