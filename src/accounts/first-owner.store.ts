import { writeAudit } from "#accounts/audit.store.ts";
import { knownZone } from "#accounts/time-zone.ts";
import { createUser, normalEmail, ownerExists } from "#accounts/users.store.ts";
import { bumpConfig, ensureDefaultGroup } from "#catalog/index.ts";
import type { PoolClient } from "pg";

export type FirstOwner = Readonly<{ email: string; passwordHash: string; ip: string | undefined; locale: string; timeZone: string }>;
export type FirstOwnerResult = "made" | "over" | "taken";

/** Any number that no other advisory lock of the shop uses. */
const LOCK = 7_205_002;

/**
 * Makes the shop owner at the first run, inside a transaction.
 *
 * @returns `over` when the shop has an owner already, `taken` when the e-mail belongs to somebody
 */
export async function createFirstOwner(tx: PoolClient, owner: FirstOwner, auditKey: Buffer, now: Date): Promise<FirstOwnerResult> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  if (await ownerExists(tx)) return "over";
  const { rowCount } = await tx.query("SELECT 1 FROM users WHERE email = $1", [normalEmail(owner.email)]);
  if (rowCount) return "taken";
  const groupId = await ensureDefaultGroup(tx);
  const { id } = await createUser(tx, { email: owner.email, role: "owner", groupId, passwordHash: owner.passwordHash, verified: true });
  await tx.query("UPDATE users SET locale = $2, time_zone = $3 WHERE id = $1", [id, owner.locale, knownZone(owner.timeZone)]);
  await bumpConfig(tx);
  await writeAudit(tx, auditKey, now, [{
    actor: { type: "system", ...(owner.ip === undefined ? {} : { ip: owner.ip }) }, action: "setup.owner", target: { type: "user", id }, after: { email: normalEmail(owner.email) },
  }]);
  return "made";
}
