import { createApiKey, rotateApiKey, updateApiKey } from "#accounts/api-keys.store.ts";
import type { KeyScope } from "#accounts/key-scopes.ts";
import { readBudgets, readLimits, type BudgetPeriod, type LimitSet } from "#accounts/limits.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What a key is good for right now, in the words of lists. */
export const KEY_STATES = ["active", "low", "disabled", "expired", "exhausted", "revoked", "leaked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** A customer's key as he sees it: never its secret. */
export type OwnKey = Readonly<{
  id: string; name: string; prefix: string; suffix: string; state: KeyState; group: string | null;
  models: readonly string[]; endpoints: readonly string[]; scopes: readonly KeyScope[]; cidrs: readonly string[]; limits: LimitSet;
  budgets: readonly Readonly<{ per: BudgetPeriod; amountNano: bigint; spentNano: bigint }>[];
  expiresAt: Date | null; createdAt: Date; lastUsedAt: Date | null;
  /** While the secret before a rotation is still taken. */
  oldSecret: Readonly<{ suffix: string | null; until: Date }> | null;
}>;

export type KeyFilter = Readonly<{
  states?: readonly KeyState[];
  /** Beginning of the name, or the last characters of the key. */
  text?: string;
  /** Not used since. */
  unusedSince?: Date;
  /** Id of the last key of the page before. */
  before?: string;
  limit: number;
}>;

/**
 * From this share of a budget on a key is `low`: a request is refused as soon as it could cost more than what is left,
 * which is before the last cent is spent.
 */
const LOW_PERCENT = 80;

type Row = Omit<OwnKey, "limits" | "budgets" | "oldSecret"> & {
  limits: unknown; budgets: unknown; spent: Record<string, string> | null; oldSuffix: string | null; oldUntil: Date | null;
};

/** A window runs since its period began in the owner's time zone: as admission computes it. */
const SPENT = `
  SELECT jsonb_object_agg(b.period, b.spent_nano::text) FROM budget_windows b
   WHERE b.scope = 'key:' || k.id AND (b.period = 'total' OR b.starts_at >= date_trunc(b.period, now(), u.time_zone))`;

const VIEW = `
  SELECT k.id, k.name, k.prefix, k.suffix, g.name AS "group", k.models, k.endpoints, k.scopes, k.cidrs, k.limits, k.budgets, s.spent,
         k.expires_at AS "expiresAt", k.created_at AS "createdAt", l.at AS "lastUsedAt",
         k.old_suffix AS "oldSuffix", CASE WHEN k.old_until > now() THEN k.old_until END AS "oldUntil",
         CASE WHEN k.status <> 'active' THEN k.status
              WHEN k.expires_at <= now() THEN 'expired'
              ELSE coalesce((SELECT CASE WHEN bool_or(y.spent >= y.amount) THEN 'exhausted' WHEN bool_or(y.spent >= y.amount * ${LOW_PERCENT} / 100) THEN 'low' END
                               FROM (SELECT coalesce((s.spent ->> x.per)::numeric, 0) AS spent, x.amount_nano AS amount FROM jsonb_to_recordset(k.budgets) AS x(per text, amount_nano numeric)) y), 'active') END AS state
    FROM api_keys k
    JOIN users u ON u.id = k.user_id
    LEFT JOIN groups g ON g.id = k.group_id
    LEFT JOIN LATERAL (${SPENT}) s(spent) ON true
    LEFT JOIN LATERAL (SELECT c.at FROM charges c WHERE c.key_id = k.id ORDER BY c.at DESC LIMIT 1) l ON true
   WHERE k.user_id = $1 AND k.kind <> 'internal'`;

/** A customer's keys, newest first. */
export async function listOwnKeys(db: Queryable, userId: string, filter: KeyFilter): Promise<OwnKey[]> {
  const { rows } = await db.query<Row>(
    `SELECT * FROM (${VIEW} AND ($2::uuid IS NULL OR (k.created_at, k.id) < (SELECT p.created_at, p.id FROM api_keys p WHERE p.id = $2::uuid AND p.user_id = $1))
              AND ($3::text IS NULL OR starts_with(lower(k.name), lower($3)) OR right(k.suffix, length($3)) = $3)) v
      WHERE ($4::text[] IS NULL OR v.state = ANY($4)) AND ($5::timestamptz IS NULL OR coalesce(v."lastUsedAt", v."createdAt") < $5)
      ORDER BY v."createdAt" DESC, v.id DESC LIMIT $6`,
    [userId, filter.before ?? null, filter.text ?? null, filter.states ?? null, filter.unusedSince ?? null, filter.limit],
  );
  return rows.map(toKey);
}

/** One key of this customer; another's is not there. */
export async function findOwnKey(db: Queryable, userId: string, id: string): Promise<OwnKey | undefined> {
  const { rows } = await db.query<Row>(`${VIEW} AND k.id = $2`, [userId, id]);
  return rows[0] && toKey(rows[0]);
}

/** The same, held until the transaction ends, so that two changes do not cross. */
export async function lockOwnKey(tx: Queryable, userId: string, id: string): Promise<OwnKey | undefined> {
  const { rowCount } = await tx.query("SELECT 1 FROM api_keys WHERE id = $2 AND user_id = $1 AND kind <> 'internal' FOR UPDATE", [userId, id]);
  return rowCount === 0 ? undefined : findOwnKey(tx, userId, id);
}

/** What was done to a key, newest first. */
export async function keyHistory(db: Queryable, id: string, limit: number): Promise<readonly KeyChange[]> {
  const { rows } = await db.query<KeyChange>(
    `SELECT a.at, a.action, a.actor_type AS "actorType", a.before, a.after FROM audit_log a WHERE a.target_type = 'key' AND a.target_id = $1 ORDER BY a.seq DESC LIMIT $2`,
    [id, limit],
  );
  return rows;
}
export type KeyChange = Readonly<{ at: Date; action: string; actorType: string; before: unknown; after: unknown }>;

/** What the log keeps of a key's settings: all that may be changed, without any secret. */
export const changesOfKey = (key: OwnKey): Readonly<Record<string, unknown>> => ({
  name: key.name, state: key.state, models: key.models, endpoints: key.endpoints, scopes: key.scopes, cidrs: key.cidrs, limits: key.limits,
  budgets: key.budgets.map(({ per, amountNano }) => ({ per, amount_nano: amountNano.toString() })), expires_at: key.expiresAt?.toISOString() ?? null,
});

/** How many keys of a customer are in use or could be again. */
export async function countOwnKeys(db: Queryable, userId: string): Promise<number> {
  const { rows } = await db.query<{ keys: number }>(
    "SELECT count(*)::int AS keys FROM api_keys WHERE user_id = $1 AND kind <> 'internal' AND status IN ('active', 'disabled')", [userId]);
  return rows[0]?.keys ?? 0;
}

/** No customer names a key so: names are trimmed. */
const PLAYGROUND = " playground";

/**
 * The short-lived secret of a customer's playground. One row a customer: a new secret leaves the one before alive for
 * its time, so that a second window goes on.
 */
export async function playgroundKey(tx: Queryable, pepper: Buffer, userId: string, secret: string, until: Date): Promise<void> {
  await tx.query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", [userId]);
  const { rows } = await tx.query<{ id: string; expires_at: Date | null }>("SELECT id, expires_at FROM api_keys WHERE user_id = $1 AND name = $2", [userId, PLAYGROUND]);
  const row = rows[0];
  if (!row) {
    await createApiKey(tx, pepper, { userId, name: PLAYGROUND, secret, kind: "internal", expiresAt: until, limits: { concurrency: 8 } });
    return;
  }
  await rotateApiKey(tx, pepper, row.id, secret, row.expires_at ?? until);
  await updateApiKey(tx, pepper, row.id, { status: "active", expiresAt: until });
}

function toKey({ limits, budgets, spent, oldSuffix, oldUntil, ...row }: Row): OwnKey {
  return {
    ...row,
    limits: readLimits(limits),
    budgets: readBudgets(budgets).map(({ per, amountNano }) => ({ per, amountNano, spentNano: BigInt(spent?.[per] ?? 0) })),
    oldSecret: oldUntil && { suffix: oldSuffix, until: oldUntil },
  };
}
