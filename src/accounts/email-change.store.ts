import type { AccountDeps, From } from "#accounts/account-deps.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import { queueMail } from "#accounts/mail-queue.store.ts";
import { changeIsConfirmed, dropMailTokens, makeMailToken, takeMailToken, type MailToken } from "#accounts/mail-tokens.store.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { accountOf, personFrom } from "#accounts/sign-up.store.ts";
import { endSessions } from "#accounts/sessions.store.ts";
import { normalEmail } from "#accounts/users.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { PoolClient } from "pg";

/** Mails a link to both addresses; the change happens when both were clicked. Silent about whether the new one is taken. */
export async function requestEmailChange(deps: AccountDeps, user: SessionUser, newEmail: string): Promise<void> {
  const email = normalEmail(newEmail);
  if (email === user.email) return;
  await withTransaction(deps.pool, async (tx) => {
    const nowMs = deps.clock.now();
    const changeId = uuidv7(nowMs);
    const make = (kind: "change_old" | "change_new") => makeMailToken(tx, deps.keys.keyPepper, { kind, userId: user.id, email, changeId }, nowMs);
    const old = await make("change_old");
    const taken = await accountOf(tx, email);
    const fresh = await make("change_new");
    await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "change-old", token: old, newEmail: email } });
    await queueMail(tx, deps.sealer, { to: email, locale: taken?.locale ?? user.locale, content: taken ? { template: "already" } : { template: "change-new", token: fresh } });
  });
}

export type ChangeOutcome = "waiting" | "done" | "gone";

/** One address confirms the change; with the second it happens. Mails the old address a link that undoes it. */
export async function confirmEmailChange(deps: AccountDeps, kind: "change_old" | "change_new", secret: string, from: From): Promise<ChangeOutcome> {
  try {
    return await withTransaction(deps.pool, async (tx) => {
      const token = await takeMailToken(tx, deps.keys.keyPepper, kind, secret, deps.clock.now());
      if (!token?.changeId) return "gone";
      // Both links clicked in the same moment must not each miss the other's click.
      await tx.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [token.userId]);
      if (!(await changeIsConfirmed(tx, token.changeId))) return "waiting";
      return (await apply(tx, deps, token, from)) ? "done" : "gone";
    });
  } catch (error) {
    if ((error as { code?: string }).code === "23505") return "gone"; // somebody took the address meanwhile
    throw error;
  }
}

async function apply(tx: PoolClient, deps: AccountDeps, token: MailToken, from: From): Promise<boolean> {
  const nowMs = deps.clock.now();
  const { rows } = await tx.query<{ email: string; locale: string }>("SELECT email, locale FROM users WHERE id = $1 AND status = 'active'", [token.userId]);
  const before = rows[0];
  if (!before) return false;
  await tx.query("UPDATE users SET email = $2, verified_at = $3, updated_at = now() WHERE id = $1", [token.userId, token.email, new Date(nowMs)]);
  await dropMailTokens(tx, token.userId, ["verify", "reset"], nowMs);
  const undo = await makeMailToken(tx, deps.keys.keyPepper, { kind: "undo_change", userId: token.userId, email: before.email }, nowMs);
  await queueMail(tx, deps.sealer, { to: before.email, locale: before.locale, content: { template: "changed", token: undo, newEmail: token.email } });
  await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{
    actor: personFrom(token.userId, from), action: "account.email", target: { type: "user", id: token.userId }, before: { email: before.email }, after: { email: token.email },
  }]);
  return true;
}

/** The old address takes the account back: the change is undone and every session ends. */
export async function undoEmailChange(deps: AccountDeps, secret: string, from: From): Promise<boolean> {
  return withTransaction(deps.pool, async (tx) => {
    const nowMs = deps.clock.now();
    const token = await takeMailToken(tx, deps.keys.keyPepper, "undo_change", secret, nowMs);
    if (!token || (await accountOf(tx, token.email))) return false;
    await tx.query("UPDATE users SET email = $2, updated_at = now() WHERE id = $1", [token.userId, token.email]);
    await endSessions(tx, token.userId, nowMs);
    await dropMailTokens(tx, token.userId, ["reset", "change_old", "change_new"], nowMs);
    await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{ actor: personFrom(token.userId, from), action: "account.email_undo", target: { type: "user", id: token.userId }, after: { email: token.email } }]);
    return true;
  });
}
