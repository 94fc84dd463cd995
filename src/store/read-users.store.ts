import type { Queryable } from "#platform/db/queryable.ts";
import type { KeyState, UserState } from "#store/shop-state.ts";

type UserRow = Omit<UserState, "keys" | "grants">;
type KeyRow = KeyState & { user: string };
type GrantRow = { key: string; amount: bigint; expires: Date | null };

/** Users with their keys and the credits that store files have granted them. Undefined = all but the house. */
export async function readUsers(db: Queryable, emails: readonly string[] | undefined): Promise<UserState[]> {
  if (emails?.length === 0) return [];
  const { rows } = await db.query<UserRow>(
    `SELECT u.id, u.email, u.name, u.password_hash AS "passwordHash", u.role, u.status, g.name AS group, u.limits, u.budgets, w.id AS "walletId"
       FROM users u JOIN groups g ON g.id = u.group_id JOIN wallets w ON w.owner_type = 'user' AND w.owner_id = u.id
      WHERE u.email <> 'house' AND ($1::text[] IS NULL OR u.email = ANY($1)) ORDER BY u.id`,
    [emails ?? null],
  );
  const ids = rows.map(({ id }) => id);
  const keys = await db.query<KeyRow>(
    `SELECT k.user_id AS user, k.id, k.name, k.hash, k.status, g.name AS group, k.models, k.endpoints, k.scopes, k.cidrs, k.limits, k.budgets, k.expires_at AS "expiresAt"
       FROM api_keys k LEFT JOIN groups g ON g.id = k.group_id WHERE k.user_id = ANY($1) AND k.kind <> 'internal' ORDER BY k.id`,
    [ids],
  );
  const grants = await db.query<GrantRow>(
    `SELECT t.idempotency_key AS key, -sum(e.amount_nano)::bigint AS amount, min(l.expires_at) AS expires
       FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN accounts a ON a.id = e.account_id AND a.wallet_id IS NOT NULL
       LEFT JOIN credit_lots l ON l.source_type = 'grant' AND l.source_id = t.idempotency_key
      WHERE t.kind = 'opening' AND t.idempotency_key LIKE 'grant:%' AND ($2 OR split_part(t.idempotency_key, ':', 2) = ANY($1::text[]))
      GROUP BY t.idempotency_key, t.posted_at ORDER BY t.posted_at`,
    [ids, emails === undefined],
  );
  const keysOf = Map.groupBy(keys.rows, ({ user }) => user);
  const grantsOf = Map.groupBy(grants.rows, ({ key }) => key.split(":")[1]!);
  return rows.map((row) => ({
    ...row,
    keys: new Map((keysOf.get(row.id) ?? []).map(({ user: _, ...key }) => [key.name, key])),
    grants: new Map((grantsOf.get(row.id) ?? []).map(({ key, amount, expires }) => [key.split(":").slice(2).join(":"), { amountNano: BigInt(amount), expiresAt: expires }])),
  }));
}
