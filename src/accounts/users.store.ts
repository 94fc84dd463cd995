import type { LimitSet, StoredBudget } from "#accounts/limits.ts";
import type { Role } from "#accounts/permissions.ts";
import { ensureWallet } from "#money/ledger.store.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { PoolClient } from "pg";

export type UserStatus = "active" | "disabled";

export type UserView = Readonly<{
  id: string;
  email: string;
  name: string | null;
  role: Role;
  status: UserStatus;
  groupId: string;
  groupName: string;
  walletId: string;
  createdAt: Date;
}>;

export type NewUser = Readonly<{
  email: string;
  name?: string;
  role: Role;
  groupId: string;
  /** PHC string of the platform's password hash; absent = cannot sign in with a password. */
  passwordHash?: string;
  status?: UserStatus;
  limits?: LimitSet;
  budgets?: readonly StoredBudget[];
  verified?: boolean;
}>;

export type UserPatch = Partial<Pick<NewUser, "name" | "role" | "groupId" | "passwordHash" | "status" | "limits" | "budgets">>;

/** E-mail addresses are compared in lower case without blanks around. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** Makes a user and his wallet. Throws on a taken e-mail (unique violation 23505). */
export async function createUser(tx: PoolClient, user: NewUser): Promise<{ id: string; walletId: string }> {
  const id = uuidv7();
  await tx.query(
    `INSERT INTO users (id, email, name, password_hash, role, status, group_id, limits, budgets, verified_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $10 THEN now() END)`,
    [id, normalEmail(user.email), user.name ?? null, user.passwordHash ?? null, user.role, user.status ?? "active", user.groupId,
      JSON.stringify(user.limits ?? {}), JSON.stringify(user.budgets ?? []), user.verified ?? false],
  );
  const walletId = await ensureWallet(tx, { type: "user", id });
  return { id, walletId };
}

/**
 * Changes a user. His keys are looked up anew within a second; a change of role, password or status also ends
 * the sessions he has.
 */
export async function updateUser(tx: Queryable, id: string, patch: UserPatch): Promise<void> {
  const ends = patch.role !== undefined || patch.status !== undefined || patch.passwordHash !== undefined;
  await updateRow(tx, "users", id, {
    name: patch.name,
    role: patch.role,
    group_id: patch.groupId,
    password_hash: patch.passwordHash,
    status: patch.status,
    limits: patch.limits && JSON.stringify(patch.limits),
    budgets: patch.budgets && JSON.stringify(patch.budgets),
  });
  await tx.query(`UPDATE users SET updated_at = now(), session_epoch = session_epoch + $2 WHERE id = $1`, [id, ends ? 1 : 0]);
  await notify(tx, "key", id);
  if (ends) await notify(tx, "session", id);
}

const VIEW = `
  SELECT u.id, u.email, u.name, u.role, u.status, u.group_id AS "groupId", g.name AS "groupName", w.id AS "walletId", u.created_at AS "createdAt"
    FROM users u JOIN groups g ON g.id = u.group_id JOIN wallets w ON w.owner_type = 'user' AND w.owner_id = u.id`;

export async function findUserByEmail(db: Queryable, email: string): Promise<UserView | undefined> {
  const { rows } = await db.query<UserView>(`${VIEW} WHERE u.email = $1`, [normalEmail(email)]);
  return rows[0];
}

export async function findUserById(db: Queryable, id: string): Promise<UserView | undefined> {
  const { rows } = await db.query<UserView>(`${VIEW} WHERE u.id = $1`, [id]);
  return rows[0];
}

/** Is there a shop owner who can sign in? While there is none, the first run is not over. */
export async function ownerExists(db: Queryable): Promise<boolean> {
  const { rows } = await db.query("SELECT 1 FROM users WHERE role = 'owner' AND status = 'active' LIMIT 1");
  return rows.length > 0;
}
