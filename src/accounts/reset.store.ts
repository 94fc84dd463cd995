import type { AccountDeps, From } from "#accounts/account-deps.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import { queueMail } from "#accounts/mail-queue.store.ts";
import { dropMailTokens, makeMailToken, takeMailToken } from "#accounts/mail-tokens.store.ts";
import { passwordProblem, type PasswordProblem } from "#accounts/password-rules.ts";
import type { Role } from "#accounts/permissions.ts";
import { loadSettings } from "#accounts/settings.store.ts";
import { accountOf, markVerified, personFrom } from "#accounts/sign-up.store.ts";
import { normalEmail, updateUser } from "#accounts/users.store.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** Mails a link for a new password where the address has an account; silent about whether it has. */
export async function requestReset(deps: AccountDeps, email: string): Promise<void> {
  await withTransaction(deps.pool, async (tx) => {
    const user = await accountOf(tx, normalEmail(email));
    if (!user || user.status !== "active") return;
    const token = await makeMailToken(tx, deps.keys.keyPepper, { kind: "reset", userId: user.id, email: user.email }, deps.clock.now());
    await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "reset", token } });
  });
}

export type ResetOutcome = Readonly<{ kind: "done" } | { kind: "gone" } | { kind: "password"; problem: PasswordProblem }>;

/** Sets a new password by the link's secret; ends every session the account has. A password that is refused leaves the link alive. */
export async function resetPassword(deps: AccountDeps, ask: From & Readonly<{ token: string; password: string }>): Promise<ResetOutcome> {
  const settings = await loadSettings(deps.pool);
  const passwordHash = await deps.passwords.hash(ask.password);
  const refused = (problem: PasswordProblem): ResetOutcome => ({ kind: "password", problem });
  try {
    return await withTransaction(deps.pool, async (tx) => {
      const nowMs = deps.clock.now();
      const token = await takeMailToken(tx, deps.keys.keyPepper, "reset", ask.token, nowMs);
      const user = token && (await accountOf(tx, token.email));
      if (!token || user?.id !== token.userId || user.status !== "active") return { kind: "gone" };
      const problem = passwordProblem(ask.password, { role: user.role as Role, email: user.email, shopName: settings["shop.name"] });
      if (problem) throw new PasswordRefused(problem);
      await updateUser(tx, user.id, { passwordHash });
      await tx.query("UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL", [user.id, new Date(nowMs)]);
      // Whoever got the link reads the mailbox.
      await markVerified(tx, deps, user, settings, ask.ip);
      await dropMailTokens(tx, user.id, ["reset", "verify", "change_old", "change_new"], nowMs);
      await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "password-changed" } });
      await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{ actor: personFrom(user.id, ask), action: "account.reset", target: { type: "user", id: user.id } }]);
      return { kind: "done" };
    });
  } catch (error) {
    if (error instanceof PasswordRefused) return refused(error.problem);
    throw error;
  }
}

/** Rolls back, so that the link is not used up by a password that was refused. */
class PasswordRefused extends Error {
  override readonly name = "PasswordRefused";
  readonly problem: PasswordProblem;
  constructor(problem: PasswordProblem) {
    super("the new password was refused");
    this.problem = problem;
  }
}
