import type { AccountDeps, From } from "#accounts/account-deps.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import { giveGift } from "#accounts/gift.store.ts";
import { findInvite, takeInvite, type Invite } from "#accounts/invites.store.ts";
import { agreeToLegal, legalInForce } from "#accounts/legal.store.ts";
import { papersToAgree } from "#accounts/legal.ts";
import { queueMail } from "#accounts/mail-queue.store.ts";
import { dropMailTokens, makeMailToken, takeMailToken } from "#accounts/mail-tokens.store.ts";
import { passwordProblem, type PasswordProblem } from "#accounts/password-rules.ts";
import { knownZone } from "#accounts/time-zone.ts";
import { loadSettings } from "#accounts/settings.store.ts";
import { settingNano, type SettingValues } from "#accounts/settings.ts";
import { createUser, normalEmail } from "#accounts/users.store.ts";
import { ensureDefaultGroup } from "#catalog/index.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { PoolClient } from "pg";

export type SignUpForm = From & Readonly<{ email: string; password: string; locale: string; timeZone?: string | undefined; invite?: string | undefined; terms: boolean }>;

export type SignUpOutcome =
  /** The account is there and may sign in. */
  | Readonly<{ kind: "made" }>
  /** Look into your mail; says nothing about whether the address had an account. */
  | Readonly<{ kind: "check-mail" }>
  | Readonly<{ kind: "taken" | "closed" | "invite" }>
  | Readonly<{ kind: "password"; problem: PasswordProblem }>;

/** Makes a customer's account, as far as the shop lets strangers in. */
export async function signUp(deps: AccountDeps, form: SignUpForm): Promise<SignUpOutcome> {
  const settings = await loadSettings(deps.pool);
  const email = normalEmail(form.email);
  const invite = form.invite === undefined ? undefined : await findInvite(deps.pool, deps.keys.keyPepper, form.invite, deps.clock.now());
  const invited = invite !== undefined && (invite.email === null || invite.email === email);
  if (form.invite !== undefined && !invited) return { kind: "invite" };
  // Staff are always invited, whatever the shop says to strangers.
  if (!invited && settings["shop.sign_up"] !== "open") return { kind: settings["shop.sign_up"] === "invite" ? "invite" : "closed" };
  const problem = passwordProblem(form.password, { role: invite?.role ?? "customer", email, shopName: settings["shop.name"] });
  if (problem) return { kind: "password", problem };
  // Before anybody is looked up, so that known and unknown addresses take the same time.
  const passwordHash = await deps.passwords.hash(form.password);
  const taken: SignUpOutcome = settings["shop.verify_email"] ? { kind: "check-mail" } : { kind: "taken" };
  try {
    return await withTransaction(deps.pool, async (tx) => {
      const known = await accountOf(tx, email);
      if (!known) return make(tx, deps, { ...form, email, passwordHash, invite, settings });
      if (settings["shop.verify_email"]) await queueMail(tx, deps.sealer, { to: email, locale: known.locale, content: { template: "already" } });
      return taken;
    });
  } catch (error) {
    if ((error as { code?: string }).code === "23505") return taken; // somebody signed up with the address meanwhile
    if (error instanceof InviteGone) return { kind: "invite" };
    throw error;
  }
}

class InviteGone extends Error {
  override readonly name = "InviteGone";
}

type NewAccount = From & Readonly<{ email: string; passwordHash: string; locale: string; timeZone?: string | undefined; terms: boolean; invite: Invite | undefined; settings: SettingValues }>;

async function make(tx: PoolClient, deps: AccountDeps, form: NewAccount): Promise<SignUpOutcome> {
  const nowMs = deps.clock.now();
  const role = form.invite?.role ?? "customer";
  const { id } = await createUser(tx, { email: form.email, role, groupId: await ensureDefaultGroup(tx), passwordHash: form.passwordHash });
  await tx.query("UPDATE users SET locale = $2, time_zone = $3, terms_at = $4 WHERE id = $1", [id, form.locale, knownZone(form.timeZone), form.terms ? new Date(nowMs) : null]);
  if (form.terms) await agreeToLegal(tx, id, papersToAgree(form.settings, new Set((await legalInForce(tx, nowMs)).keys())).pages, nowMs);
  if (form.invite && !(await takeInvite(tx, form.invite.id, id, nowMs))) throw new InviteGone();
  const verify = form.settings["shop.verify_email"];
  if (verify) {
    await sendVerification(tx, deps, { id, email: form.email, locale: form.locale });
  } else if (role === "customer") {
    await giveGift(tx, deps.keys.keyPepper, { userId: id, email: form.email, amountNano: settingNano(form.settings, "shop.sign_up_credit"), ip: form.ip }, nowMs);
  }
  await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{ actor: personFrom(id, form), action: "account.sign_up", target: { type: "user", id }, after: { role } }]);
  return { kind: verify ? "check-mail" : "made" };
}

/** Mails a link that confirms the address. */
export async function sendVerification(tx: Queryable, deps: AccountDeps, user: Readonly<{ id: string; email: string; locale: string }>): Promise<void> {
  const token = await makeMailToken(tx, deps.keys.keyPepper, { kind: "verify", userId: user.id, email: user.email }, deps.clock.now());
  await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "verify", token } });
}

/** Sends the link again where it can be of use; silent about whether that was so. */
export async function resendVerification(deps: AccountDeps, email: string): Promise<void> {
  await withTransaction(deps.pool, async (tx) => {
    const user = await accountOf(tx, normalEmail(email));
    if (user && user.status === "active" && user.verified_at === null) await sendVerification(tx, deps, user);
  });
}

/** Confirms an address by the link's secret and gives the welcome credit. False for an unknown, used or expired link. */
export async function verifyEmail(deps: AccountDeps, secret: string, from: From): Promise<boolean> {
  const settings = await loadSettings(deps.pool);
  return withTransaction(deps.pool, async (tx) => {
    const nowMs = deps.clock.now();
    const token = await takeMailToken(tx, deps.keys.keyPepper, "verify", secret, nowMs);
    // The address may have been changed since the link was sent.
    const user = token && (await accountOf(tx, token.email));
    if (!token || user?.id !== token.userId || user.status !== "active") return false;
    await markVerified(tx, deps, user, settings, from.ip);
    await dropMailTokens(tx, user.id, ["verify"], nowMs);
    await writeAudit(tx, deps.keys.auditKey, new Date(nowMs), [{ actor: personFrom(user.id, from), action: "account.verify", target: { type: "user", id: user.id } }]);
    return true;
  });
}

/** Notes that the address is the user's, and gives what waited for that. */
export async function markVerified(tx: PoolClient, deps: AccountDeps, user: AccountRow, settings: SettingValues, ip: string | undefined): Promise<void> {
  const nowMs = deps.clock.now();
  await tx.query("UPDATE users SET verified_at = coalesce(verified_at, $2) WHERE id = $1", [user.id, new Date(nowMs)]);
  if (user.role !== "customer" || user.verified_at !== null || !settings["shop.verify_email"]) return;
  await giveGift(tx, deps.keys.keyPepper, { userId: user.id, email: user.email, amountNano: settingNano(settings, "shop.sign_up_credit"), ip }, nowMs);
}

export type AccountRow = Readonly<{ id: string; email: string; locale: string; role: string; status: string; verified_at: Date | null }>;

export async function accountOf(db: Queryable, email: string): Promise<AccountRow | undefined> {
  const { rows } = await db.query<AccountRow>("SELECT id, email, locale, role, status, verified_at FROM users WHERE email = $1", [email]);
  return rows[0];
}

export const personFrom = (id: string, { ip }: From) => ({ type: "user" as const, id, ...(ip === undefined ? {} : { ip }) });
