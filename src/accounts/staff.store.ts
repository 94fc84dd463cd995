import { STAFF_ROLES, type Role, type StaffRole } from "#accounts/permissions.ts";
import { endSessions } from "#accounts/sessions.store.ts";
import { updateUser, type UserStatus } from "#accounts/users.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import type { PoolClient } from "pg";

export type StaffView = Readonly<{ id: string; email: string; name: string | null; role: StaffRole; status: UserStatus; lastUsedAt: Date | null; createdAt: Date }>;

/** Everybody with a shop role, owners first. */
export async function listStaff(db: Queryable): Promise<StaffView[]> {
  const { rows } = await db.query<StaffView>(
    `SELECT u.id, u.email, u.name, u.role, u.status, u.created_at AS "createdAt",
            (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id) AS "lastUsedAt"
       FROM users u WHERE u.role = ANY($1) ORDER BY array_position($2::text[], u.role), u.email`,
    [STAFF_ROLES, [...STAFF_ROLES].reverse()],
  );
  return rows;
}

export type Approver = Readonly<{ id: string; email: string; role: "finance" | "owner"; locale: string }>;

/** Everybody who can sign in and whose role decides what others ask for. */
export async function listApprovers(db: Queryable): Promise<readonly Approver[]> {
  const { rows } = await db.query<Approver>("SELECT id, email, role, locale FROM users WHERE role IN ('finance', 'owner') AND status = 'active' ORDER BY id");
  return rows;
}

export type RoleChange = Readonly<{ kind: "done"; before: Role } | { kind: "unknown" | "own" | "last-owner" | "customer" }>;

/** Any number that no other advisory lock of the shop uses. */
const LOCK = 7_205_003;

/**
 * Gives a member of the staff another role, or none; his sessions end. Nobody changes his own, and the last owner who
 * can sign in stays. Customers do not become staff: a person who is both has two accounts.
 */
export async function changeStaffRole(tx: PoolClient, by: string, userId: string, role: Role, nowMs: number): Promise<RoleChange> {
  // Two owners who demote each other at the same moment must not both succeed.
  await tx.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  const { rows } = await tx.query<{ role: Role; status: UserStatus }>("SELECT role, status FROM users WHERE id = $1 FOR UPDATE", [userId]);
  const user = rows[0];
  if (!user) return { kind: "unknown" };
  if (user.role === "customer") return { kind: "customer" };
  if (userId === by) return { kind: "own" };
  if (user.role === "owner" && role !== "owner" && user.status === "active" && (await activeOwners(tx)) <= 1) return { kind: "last-owner" };
  if (role !== user.role) {
    await updateUser(tx, userId, { role });
    await endSessions(tx, userId, nowMs);
  }
  return { kind: "done", before: user.role };
}

async function activeOwners(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ n: number }>("SELECT count(*)::int AS n FROM users WHERE role = 'owner' AND status = 'active'");
  return rows[0]!.n;
}

export type ManagementTokenView = Readonly<{
  id: string; name: string; prefix: string; suffix: string; role: StaffRole; status: "active" | "disabled" | "revoked"; cidrs: string[];
  expiresAt: Date | null; lastUsedAt: Date | null; createdAt: Date;
}>;

/** Management tokens, newest first; of the secret only what may be shown. */
export async function listManagementTokens(db: Queryable): Promise<ManagementTokenView[]> {
  const { rows } = await db.query<ManagementTokenView>(
    `SELECT id, name, prefix, suffix, role, status, cidrs, expires_at AS "expiresAt", last_used_at AS "lastUsedAt", created_at AS "createdAt"
       FROM management_tokens ORDER BY id DESC LIMIT 500`,
  );
  return rows;
}
