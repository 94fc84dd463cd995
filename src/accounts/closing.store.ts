import type { AccountDeps, From } from "#accounts/account-deps.ts";
import { writeAudit } from "#accounts/audit.store.ts";
import { queueMail } from "#accounts/mail-queue.store.ts";
import { ownActor } from "#accounts/profile.store.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { DAY_MS } from "#accounts/throttle.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** So long a person may think better of it. */
const CLOSING_MS = 3 * DAY_MS;

/** Closes an account in a few days; until then it works and the closing can be called off. @returns when */
export async function requestClosing(deps: AccountDeps, user: SessionUser, from: From): Promise<Date> {
  const on = new Date(deps.clock.now() + CLOSING_MS);
  await withTransaction(deps.pool, async (tx) => {
    await tx.query("UPDATE users SET closing_at = $2, updated_at = now() WHERE id = $1", [user.id, on]);
    await queueMail(tx, deps.sealer, { to: user.email, locale: user.locale, content: { template: "closing", on: on.toISOString() } });
    await writeAudit(tx, deps.keys.auditKey, new Date(deps.clock.now()), [{ actor: ownActor(user, from), action: "account.closing", target: { type: "user", id: user.id }, after: { on: on.toISOString() } }]);
  });
  return on;
}

export async function cancelClosing(deps: AccountDeps, user: SessionUser, from: From): Promise<void> {
  await withTransaction(deps.pool, async (tx) => {
    const { rowCount } = await tx.query("UPDATE users SET closing_at = NULL, updated_at = now() WHERE id = $1 AND closing_at IS NOT NULL", [user.id]);
    if (rowCount === 0) return;
    await writeAudit(tx, deps.keys.auditKey, new Date(deps.clock.now()), [{ actor: ownActor(user, from), action: "account.closing_off", target: { type: "user", id: user.id } }]);
  });
}

/**
 * Erases the persons behind accounts whose time has come: name, address, password, sessions, links; keys stop. The books
 * stay as the law wants them, under the account's id. @returns how many
 */
export async function eraseClosedAccounts(db: Queryable, nowMs: number): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    `UPDATE users SET email = 'closed-' || id || '@invalid', name = NULL, password_hash = NULL, status = 'disabled', closed_at = $1, closing_at = NULL,
            session_epoch = session_epoch + 1, updated_at = $1
      WHERE closing_at <= $1 AND role = 'customer' RETURNING id`,
    [new Date(nowMs)],
  );
  for (const { id } of rows) {
    await db.query("DELETE FROM sessions WHERE user_id = $1", [id]);
    await db.query("DELETE FROM mail_tokens WHERE user_id = $1", [id]);
    await db.query("DELETE FROM stored_responses WHERE user_id = $1", [id]);
    await db.query("DELETE FROM kept_replies WHERE user_id = $1", [id]);
    await db.query("UPDATE tasks SET sealed = NULL, removed_at = coalesce(removed_at, now()) WHERE user_id = $1", [id]);
    await db.query("UPDATE api_keys SET status = 'revoked', name = id::text WHERE user_id = $1", [id]);
    await notify(db, "key", id);
  }
  return rows.length;
}

/** All that the shop keeps about a person beside the request log, which has its own export. */
export async function exportAccount(db: Queryable, userId: string): Promise<Record<string, unknown>> {
  const rowsOf = async (text: string): Promise<unknown[]> => (await db.query(text, [userId])).rows;
  const [account, keys, sessions, ledger, acts, agreements] = await Promise.all([
    rowsOf("SELECT id, email, name, role, status, locale, time_zone, theme, density, verified_at, terms_at, created_at FROM users WHERE id = $1"),
    rowsOf("SELECT id, name, prefix, suffix, status, models, endpoints, scopes, cidrs, limits, budgets, expires_at, last_used_at, created_at FROM api_keys WHERE user_id = $1 ORDER BY id"),
    rowsOf("SELECT id, ip, user_agent, created_at, last_used_at, ended_at FROM sessions WHERE user_id = $1 ORDER BY id"),
    rowsOf(`SELECT t.id, t.posted_at, t.kind, a.code AS account, e.amount_nano::text AS amount_nano_usd
              FROM wallets w JOIN accounts a ON a.wallet_id = w.id JOIN ledger_entries e ON e.account_id = a.id JOIN ledger_transactions t ON t.id = e.tx_id
             WHERE w.owner_type = 'user' AND w.owner_id = $1 ORDER BY t.id LIMIT 50000`),
    rowsOf("SELECT at, action, ip FROM audit_log WHERE actor_type = 'user' AND actor_id = $1::text ORDER BY seq"),
    rowsOf("SELECT page, version, at FROM legal_acceptances WHERE user_id = $1 ORDER BY at, page"),
  ]);
  return { account: account[0], keys, sessions, ledger, acts, agreements };
}
