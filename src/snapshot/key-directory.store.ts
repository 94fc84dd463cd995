import type { Pool } from "pg";
import { readBudgets, readLimits, scopesOfRole, type KeyScope, type Role } from "#accounts/index.ts";
import type { Caller } from "#snapshot/snapshot.ts";

type Row = {
  key_id: string; key_name: string; key_status: Caller["keyStatus"]; expires_at: Date | null; key_group: string | null;
  models: string[]; endpoints: string[]; scopes: KeyScope[]; cidrs: string[]; key_limits: unknown; key_budgets: unknown;
  user_id: string; user_status: Caller["userStatus"]; role: Role; user_group: string; time_zone: string;
  user_limits: unknown; user_budgets: unknown; wallet_id: string;
};

/**
 * The caller behind the HMAC of a key, whatever the key's state; undefined = no such key. The secret before a rotation
 * is the same key with an earlier end.
 */
export const loadCaller = (pool: Pool, hash: Buffer): Promise<Caller | undefined> => loadOne(pool, "caller-by-key-hash", `
  SELECT *, expires_at AS ends FROM api_keys WHERE hash = $1
  UNION ALL
  SELECT *, LEAST(expires_at, old_until) AS ends FROM api_keys WHERE old_hash = $1`, hash);

/** The caller behind a key's id, whatever the key's state. */
export const loadCallerById = (pool: Pool, keyId: string): Promise<Caller | undefined> =>
  loadOne(pool, "caller-by-key-id", "SELECT *, expires_at AS ends FROM api_keys WHERE id = $1", keyId);

async function loadOne(pool: Pool, name: string, keys: string, value: Buffer | string): Promise<Caller | undefined> {
  const { rows } = await pool.query<Row>({
    name,
    text: `
      SELECT k.id AS key_id, k.name AS key_name, k.status AS key_status, k.ends AS expires_at, k.group_id AS key_group, k.models, k.endpoints, k.scopes, k.cidrs,
             k.limits AS key_limits, k.budgets AS key_budgets, u.id AS user_id, u.status AS user_status, u.role, u.group_id AS user_group,
             u.time_zone, u.limits AS user_limits, u.budgets AS user_budgets, w.id AS wallet_id
        FROM (${keys}) k
        JOIN users u ON u.id = k.user_id JOIN wallets w ON w.owner_type = 'user' AND w.owner_id = u.id`,
    values: [value],
  });
  const row = rows[0];
  return row && toCaller(row);
}

function toCaller(row: Row): Caller {
  const held = scopesOfRole(row.role), scopes = row.scopes.filter((scope) => held.includes(scope));
  return Object.freeze({
    keyId: row.key_id,
    keyName: row.key_name,
    keyStatus: row.key_status,
    ...(row.expires_at && { expiresAtMs: row.expires_at.getTime() }),
    userId: row.user_id,
    userStatus: row.user_status,
    userRole: row.role,
    walletId: row.wallet_id,
    groupId: row.key_group ?? row.user_group,
    timeZone: row.time_zone,
    ...(row.models.length > 0 && { models: row.models }),
    ...(row.endpoints.length > 0 && { endpoints: row.endpoints }),
    ...(scopes.length > 0 && { scopes }),
    ...(row.cidrs.length > 0 && { cidrs: row.cidrs }),
    keyLimits: readLimits(row.key_limits),
    userLimits: readLimits(row.user_limits),
    keyBudgets: readBudgets(row.key_budgets),
    userBudgets: readBudgets(row.user_budgets),
  });
}
