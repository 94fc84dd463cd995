import { sealedForm } from "#accounts/api-keys.store.ts";
import type { StaffRole } from "#accounts/permissions.ts";
import { isManagementTokenForm } from "#accounts/secret-form.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

export type ManagementToken = Readonly<{ id: string; name: string; role: StaffRole; cidrs: readonly string[] }>;

/** Stores a token for `/api/v1`; the secret itself is kept nowhere. Throws on a taken name or secret (23505). */
export async function createManagementToken(
  tx: Queryable,
  pepper: Buffer,
  token: Readonly<{ name: string; secret: string; role: StaffRole; cidrs?: readonly string[]; expiresAt?: Date | null }>,
): Promise<string> {
  const id = uuidv7();
  const { hash, prefix, suffix } = sealedForm(pepper, token.secret);
  await tx.query(
    "INSERT INTO management_tokens (id, name, hash, prefix, suffix, role, cidrs, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [id, token.name, hash, prefix, suffix, token.role, token.cidrs ?? [], token.expiresAt ?? null],
  );
  return id;
}

/** Changes a token; it is looked up for every call, so the change is in force at once. */
export async function updateManagementToken(
  tx: Queryable,
  pepper: Buffer,
  id: string,
  patch: Readonly<{ secret?: string; role?: StaffRole; status?: "active" | "disabled" | "revoked"; cidrs?: readonly string[]; expiresAt?: Date | null }>,
): Promise<void> {
  await updateRow(tx, "management_tokens", id, {
    ...(patch.secret === undefined ? {} : sealedForm(pepper, patch.secret)),
    role: patch.role,
    status: patch.status,
    cidrs: patch.cidrs,
    expires_at: patch.expiresAt,
  });
}

/** The live token behind a presented secret; undefined for unknown, disabled and expired ones alike. */
export async function findManagementToken(db: Queryable, pepper: Buffer, secret: string): Promise<ManagementToken | undefined> {
  if (!isManagementTokenForm(secret)) return undefined;
  const { rows } = await db.query<ManagementToken>(
    `SELECT id, name, role, cidrs FROM management_tokens
      WHERE hash = $1 AND status = 'active' AND (expires_at IS NULL OR expires_at > now())`,
    [hmac(pepper, secret)],
  );
  const token = rows[0];
  if (token) {
    // once a minute is enough to show, and spares a write a call
    await db.query("UPDATE management_tokens SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')", [token.id]);
  }
  return token;
}

/** Takes a token back for good; false when there is none that still counts. */
export async function revokeManagementToken(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query("UPDATE management_tokens SET status = 'revoked' WHERE id = $1 AND status <> 'revoked'", [id]);
  return rowCount === 1;
}
