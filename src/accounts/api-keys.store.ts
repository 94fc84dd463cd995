import type { KeyScope } from "#accounts/key-scopes.ts";
import type { LimitSet, StoredBudget } from "#accounts/limits.ts";
import { maskOf } from "#accounts/secret-form.ts";
import { hmac } from "#platform/crypto/hash.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

export type ApiKeyStatus = "active" | "disabled" | "revoked" | "leaked";

export type ApiKeySettings = Readonly<{
  /** Null = the user's group. */
  groupId?: string | null;
  /** Empty = all; entries may end in `/*`. */
  models?: readonly string[];
  endpoints?: readonly string[];
  /** What the key may do beyond calls; of no effect while its owner's role does not allow it. */
  scopes?: readonly KeyScope[];
  cidrs?: readonly string[];
  limits?: LimitSet;
  budgets?: readonly StoredBudget[];
  expiresAt?: Date | null;
}>;

/** Longest name of a key, in characters. */
export const NAME_MAX = 64;

/** What is stored of a secret: its HMAC under the pepper, and as much as may be shown. */
export const sealedForm = (pepper: Buffer, secret: string): { hash: Buffer; prefix: string; suffix: string } =>
  ({ hash: hmac(pepper, secret), ...maskOf(secret) });

/** Stores a key. The secret itself is kept nowhere. Throws on a secret or a name that is taken (23505). */
export async function createApiKey(
  tx: Queryable,
  pepper: Buffer,
  key: ApiKeySettings & Readonly<{ userId: string; name: string; secret: string; kind?: "api" | "legacy" | "internal" }>,
): Promise<string> {
  const id = uuidv7();
  const { hash, prefix, suffix } = sealedForm(pepper, key.secret);
  await tx.query(
    `INSERT INTO api_keys (id, user_id, name, hash, prefix, suffix, kind, group_id, models, endpoints, cidrs, limits, budgets, expires_at, scopes)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [id, key.userId, key.name, hash, prefix, suffix, key.kind ?? "api", key.groupId ?? null, key.models ?? [], key.endpoints ?? [],
      key.cidrs ?? [], JSON.stringify(key.limits ?? {}), JSON.stringify(key.budgets ?? []), key.expiresAt ?? null, key.scopes ?? []],
  );
  await notify(tx, "key", id); // nodes may hold this secret as unknown
  return id;
}

/** Changes a key; in force on every node within a second. `secret` replaces the old one at once. */
export async function updateApiKey(
  tx: Queryable,
  pepper: Buffer,
  id: string,
  patch: ApiKeySettings & Readonly<{ name?: string; secret?: string; status?: ApiKeyStatus }>,
): Promise<void> {
  await updateRow(tx, "api_keys", id, {
    name: patch.name,
    ...(patch.secret === undefined ? {} : { ...sealedForm(pepper, patch.secret), pepper: 1, old_hash: null, old_suffix: null, old_until: null }),
    status: patch.status,
    group_id: patch.groupId,
    models: patch.models,
    endpoints: patch.endpoints,
    scopes: patch.scopes,
    cidrs: patch.cidrs,
    limits: patch.limits && JSON.stringify(patch.limits),
    budgets: patch.budgets && JSON.stringify(patch.budgets),
    expires_at: patch.expiresAt,
  });
  await notify(tx, "key", id);
}

/**
 * Gives a key a new secret. The old one is taken until `oldUntil`, or no longer. A secret that was still
 * living on from an earlier rotation ends now: a key has two secrets at most.
 */
export async function rotateApiKey(tx: Queryable, pepper: Buffer, id: string, secret: string, oldUntil: Date | null): Promise<void> {
  const { hash, prefix, suffix } = sealedForm(pepper, secret);
  await tx.query(
    `UPDATE api_keys SET old_hash = CASE WHEN $5::timestamptz IS NOT NULL THEN hash END, old_suffix = CASE WHEN $5::timestamptz IS NOT NULL THEN suffix END,
            old_until = $5, rotated_at = now(), hash = $2, prefix = $3, suffix = $4, pepper = 1 WHERE id = $1`,
    [id, hash, prefix, suffix, oldUntil],
  );
  await notify(tx, "key", id);
}

/** Takes a key out of use for good; its name becomes free, and what is left of it in lists says which one it was. */
export async function retireApiKey(tx: Queryable, id: string, status: "revoked" | "leaked"): Promise<void> {
  await tx.query(
    `UPDATE api_keys SET status = $2, name = left(name, ${NAME_MAX - 7}) || ' · ' || suffix, old_hash = NULL, old_suffix = NULL, old_until = NULL WHERE id = $1`,
    [id, status],
  );
  await notify(tx, "key", id);
}
