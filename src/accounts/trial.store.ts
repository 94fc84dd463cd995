import { createApiKey, retireApiKey } from "#accounts/api-keys.store.ts";
import type { AuditActor, AuditEvent } from "#accounts/audit.ts";
import { changesOfKey, findOwnKey, listOwnKeys, lockOwnKey } from "#accounts/own-keys.store.ts";
import { findUserById } from "#accounts/users.store.ts";
import { nano } from "#money/amount.ts";
import { giveSignUpCredit } from "#money/ledger.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What the shop owner may spend on trying the shop: a gift of the house, once, that ends by itself. */
const TRIAL_NANO = nano(1_000_000_000n);
const TRIAL_DAYS = 30;
const DAY_MS = 86_400_000;
/** A second key takes the first one's place, for its secret is nowhere any more. */
const KEY_NAME = "First request";

export type TrialAsk = Readonly<{ userId: string; secret: string; actor: AuditActor; nowMs: number }>;

/**
 * A key with a dollar behind it, so that the owner of a new shop can try it from a terminal. The dollar comes once,
 * the key as often as it is asked for. Inside a transaction.
 *
 * @returns what the audit log has to say of it
 */
export async function giveTrial(tx: Queryable, pepper: Buffer, { userId, secret, actor, nowMs }: TrialAsk): Promise<readonly AuditEvent[]> {
  const user = await findUserById(tx, userId);
  if (!user) throw new Error("there is no such user");
  const events: AuditEvent[] = [];
  const kept = (await listOwnKeys(tx, userId, { text: KEY_NAME, limit: 100 })).find(({ name }) => name === KEY_NAME);
  const old = kept && (await lockOwnKey(tx, userId, kept.id));
  if (old?.name === KEY_NAME) {
    await retireApiKey(tx, old.id, "revoked");
    events.push({ actor, action: "key.revoke", target: { type: "key", id: old.id }, before: changesOfKey(old), after: { state: "revoked" } });
  }
  const id = await createApiKey(tx, pepper, { userId, name: KEY_NAME, secret, budgets: [{ per: "total", amount_nano: TRIAL_NANO.toString() }] });
  events.push({ actor, action: "key.create", target: { type: "key", id }, after: changesOfKey((await findOwnKey(tx, userId, id))!) });
  const given = await giveSignUpCredit(tx, { userId, walletId: user.walletId, amount: TRIAL_NANO, expiresAt: new Date(nowMs + TRIAL_DAYS * DAY_MS) });
  if (given.created) events.push({ actor, action: "setup.credit", target: { type: "user", id: userId }, after: { amount_nano_usd: TRIAL_NANO.toString(), transaction: given.id } });
  return events;
}
