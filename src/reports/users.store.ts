import type { Role } from "#accounts/index.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { conditions, cutPage, fromCursor, toCursor } from "#reports/keyset.ts";

export type UserRow = Readonly<{
  id: string; email: string; name: string | null; role: Role; status: string; verified: boolean; group: string; groupId: string; walletId: string; walletStatus: string;
  balanceNano: bigint; debtNano: bigint; spent7Nano: bigint; spent30Nano: bigint; spentNano: bigint; keys: number; lastSeenAt: Date | null; createdAt: Date;
}>;

export type UserSort = "created" | "balance" | "spent";

export type UserFilter = Readonly<{
  /** Beginning of the mail address or name, or a whole id. */
  text?: string;
  status?: "active" | "unverified" | "restricted" | "disabled";
  group?: string; role?: Role;
  /** Debt, or less than a dollar. */
  money?: "negative" | "low" | "positive";
  createdFrom?: Date;
  sort: UserSort; descending: boolean; cursor?: string; limit: number;
}>;

/** Whom a channel's tests are booked to: a wallet without a person. */
const HOUSE = "house";

const BALANCE = "(w.paid_nano + w.lots_nano - w.debt_nano)";
const SPENT = "coalesce(b.spent_nano, 0)";
const SORTS: Readonly<Record<UserSort, { by: string; type: string; of: (row: UserRow) => bigint | Date }>> = {
  created: { by: "u.created_at", type: "timestamptz", of: ({ createdAt }) => createdAt },
  balance: { by: BALANCE, type: "bigint", of: ({ balanceNano }) => balanceNano },
  spent: { by: SPENT, type: "bigint", of: ({ spentNano }) => spentNano },
};

const STATUS: Readonly<Record<NonNullable<UserFilter["status"]>, string>> = {
  active: "u.status = 'active' AND w.status = 'active'",
  unverified: "u.verified_at IS NULL AND u.status = 'active'",
  restricted: "w.status = 'restricted'",
  disabled: "u.status <> 'active'",
};
const MONEY: Readonly<Record<NonNullable<UserFilter["money"]>, string>> = {
  negative: "w.debt_nano > 0", low: `${BALANCE} < 1000000000`, positive: `${BALANCE} > 0`,
};

const spentSince = (interval: string): string =>
  `(SELECT coalesce(sum(c.charge_nano), 0)::bigint FROM charges c WHERE c.wallet_id = p."walletId" AND c.at > now() - interval '${interval}')`;

/** Users a page at a time; spending of the last days is summed for the rows of the page alone. */
export async function listUsers(db: Queryable, filter: UserFilter): Promise<{ rows: readonly UserRow[]; next: string | undefined }> {
  const { add, param, where, values } = conditions();
  add("u.email <> ?", HOUSE);
  const { by, type, of } = SORTS[filter.sort];
  if (filter.text !== undefined) add("(u.email LIKE ? OR lower(u.name) LIKE ? OR u.id::text LIKE ? OR w.id::text LIKE ?)", `${likeText(filter.text.toLowerCase())}%`);
  if (filter.status) add(`(${STATUS[filter.status]}) = ?`, true);
  if (filter.money) add(`(${MONEY[filter.money]}) = ?`, true);
  add("g.name = ?", filter.group);
  add("u.role = ?", filter.role);
  add("u.created_at >= ?", filter.createdFrom);
  const after = fromCursor(filter.cursor, 2);
  if (after) add(`(${by}, u.id) ${filter.descending ? "<" : ">"} (${param(after[0])}::${type}, ?::uuid)`, after[1]);
  const way = filter.descending ? "DESC" : "ASC";
  const { rows } = await db.query<UserRow>(
    `SELECT p.*, ${spentSince("7 days")} AS "spent7Nano", ${spentSince("30 days")} AS "spent30Nano",
            (SELECT count(*)::int FROM api_keys k WHERE k.user_id = p.id AND k.status = 'active') AS keys,
            (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = p.id) AS "lastSeenAt"
       FROM (SELECT u.id, u.email, u.name, u.role, u.status, u.verified_at IS NOT NULL AS verified, g.name AS "group", g.id AS "groupId", w.id AS "walletId",
                    w.status AS "walletStatus", ${BALANCE} AS "balanceNano", w.debt_nano AS "debtNano", ${SPENT}::bigint AS "spentNano", u.created_at AS "createdAt", ${by} AS sorted
               FROM users u JOIN groups g ON g.id = u.group_id JOIN wallets w ON w.owner_type = 'user' AND w.owner_id = u.id
               LEFT JOIN budget_windows b ON b.scope = 'user:' || u.id AND b.period = 'total'
               ${where()} ORDER BY ${by} ${way}, u.id ${way} LIMIT ${Math.trunc(filter.limit) + 1}) p
      ORDER BY p.sorted ${way}, p.id ${way}`,
    values,
  );
  return cutPage(rows, filter.limit, (row) => toCursor([of(row), row.id]));
}

/** Text as LIKE takes it literally. */
const likeText = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);

export type UserDetail = Readonly<{
  id: string; email: string; name: string | null; role: Role; status: string; verifiedAt: Date | null; groupId: string; group: string; groupPpm: number; locale: string; timeZone: string;
  createdAt: Date; lastSeenAt: Date | null; sessions: number; keys: number;
  wallet: Readonly<{
    id: string; status: string; paidNano: bigint; lotsNano: bigint; frozenNano: bigint; debtNano: bigint; leasedNano: bigint; heldNano: bigint; creditLimitNano: bigint; balanceNano: bigint;
  }>;
  spent7Nano: bigint; spent30Nano: bigint; cost30Pico: string; spentNano: bigint; toppedUpNano: bigint; requests30: number;
}>;

export async function readUser(db: Queryable, id: string): Promise<UserDetail | undefined> {
  type Row = Omit<UserDetail, "wallet"> & { wallet_id: string; wallet_status: string; paid: bigint; lots: bigint; frozen: bigint; debt: bigint; leased: bigint; held: bigint; credit_limit: bigint };
  const { rows: [row] } = await db.query<Row>(
    `SELECT u.id, u.email, u.name, u.role, u.status, u.verified_at AS "verifiedAt", u.group_id AS "groupId", g.name AS "group", g.ppm AS "groupPpm", u.locale, u.time_zone AS "timeZone",
            u.created_at AS "createdAt", (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = u.id) AS "lastSeenAt",
            (SELECT count(*)::int FROM sessions s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now()) AS sessions,
            (SELECT count(*)::int FROM api_keys k WHERE k.user_id = u.id AND k.status = 'active') AS keys,
            w.id AS wallet_id, w.status AS wallet_status, w.paid_nano AS paid, w.lots_nano AS lots, w.frozen_nano AS frozen, w.debt_nano AS debt, w.leased_nano AS leased,
            w.credit_limit_nano AS credit_limit,
            ((SELECT coalesce(sum(l.held_nano), 0) FROM wallet_leases l JOIN relay_nodes n ON n.id = l.node_id WHERE l.wallet_id = w.id AND n.heartbeat_at > now() - interval '30 seconds')
             + (SELECT coalesce(sum(h.amount_nano), 0) FROM holds h WHERE h.wallet_id = w.id AND h.state = 'open'))::bigint AS held,
            t.s7 AS "spent7Nano", t.s30 AS "spent30Nano", t.c30 AS "cost30Pico", t.n30 AS "requests30",
            coalesce((SELECT b.spent_nano FROM budget_windows b WHERE b.scope = 'user:' || u.id AND b.period = 'total'), 0)::bigint AS "spentNano",
            coalesce((SELECT sum(o.credit_nano) FROM orders o WHERE o.wallet_id = w.id AND o.status = 'paid'), 0)::bigint AS "toppedUpNano"
       FROM users u JOIN groups g ON g.id = u.group_id JOIN wallets w ON w.owner_type = 'user' AND w.owner_id = u.id,
            LATERAL (SELECT coalesce(sum(c.charge_nano) FILTER (WHERE c.at > now() - interval '7 days'), 0)::bigint AS s7, coalesce(sum(c.charge_nano), 0)::bigint AS s30,
                            coalesce(sum(c.cost_pico), 0)::text AS c30, count(*)::int AS n30 FROM charges c WHERE c.wallet_id = w.id AND c.at > now() - interval '30 days') t
      WHERE u.id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { wallet_id, wallet_status, paid, lots, frozen, debt, leased, held, credit_limit, ...user } = row;
  return {
    ...user,
    wallet: {
      id: wallet_id, status: wallet_status, paidNano: paid, lotsNano: lots, frozenNano: frozen, debtNano: debt, leasedNano: leased, heldNano: held,
      creditLimitNano: credit_limit, balanceNano: paid + lots - debt,
    },
  };
}

export type UserKey = Readonly<{
  id: string; name: string; prefix: string; suffix: string; status: string; models: readonly string[]; spentNano: bigint; expiresAt: Date | null; lastUsedAt: Date | null; createdAt: Date;
}>;

/** A user's keys, newest first; masked as everywhere. */
export async function listUserKeys(db: Queryable, userId: string, limit: number, before?: string): Promise<readonly UserKey[]> {
  const { rows } = await db.query<UserKey>(
    `SELECT k.id, k.name, k.prefix, k.suffix, k.status, k.models, k.expires_at AS "expiresAt", (SELECT c.at FROM charges c WHERE c.key_id = k.id ORDER BY c.at DESC LIMIT 1) AS "lastUsedAt", k.created_at AS "createdAt",
            coalesce((SELECT b.spent_nano FROM budget_windows b WHERE b.scope = 'key:' || k.id AND b.period = 'total'), 0)::bigint AS "spentNano"
       FROM api_keys k WHERE k.user_id = $1 AND ($2::uuid IS NULL OR k.id < $2::uuid) ORDER BY k.id DESC LIMIT $3`,
    [userId, before ?? null, limit],
  );
  return rows;
}

export type UserSession = Readonly<{ id: string; ip: string | null; userAgent: string | null; createdAt: Date; lastUsedAt: Date; expiresAt: Date; endedAt: Date | null }>;

export async function listUserSessions(db: Queryable, userId: string, limit: number): Promise<readonly UserSession[]> {
  const { rows } = await db.query<UserSession>(
    `SELECT id, ip, user_agent AS "userAgent", created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt", ended_at AS "endedAt"
       FROM sessions WHERE user_id = $1 ORDER BY (ended_at IS NULL AND expires_at > now()) DESC, last_used_at DESC LIMIT $2`,
    [userId, limit],
  );
  return rows;
}

export type UserLot = Readonly<{ id: string; kind: string; grantedNano: bigint; remainingNano: bigint; expiresAt: Date | null; createdAt: Date }>;

/** Credit that was given: what is left first, in the order in which it is drawn. */
export async function listLots(db: Queryable, walletId: string, limit: number): Promise<readonly UserLot[]> {
  const { rows } = await db.query<UserLot>(
    `SELECT id, kind, granted_nano AS "grantedNano", remaining_nano AS "remainingNano", expires_at AS "expiresAt", created_at AS "createdAt"
       FROM credit_lots WHERE wallet_id = $1 ORDER BY (remaining_nano > 0) DESC, expires_at NULLS LAST, id LIMIT $2`,
    [walletId, limit],
  );
  return rows;
}

export type AuditView = Readonly<{
  seq: bigint; at: Date; actorType: string; actorId: string | null; actorEmail: string | null; action: string; targetType: string | null; targetId: string | null;
  before: unknown; after: unknown; reason: string | null; ip: string | null;
}>;

/** Acts about any of the given targets, or by the given actor, newest first. */
export async function listAuditOf(db: Queryable, about: Readonly<{ targets: readonly string[]; actorId?: string }>, limit: number, before?: bigint): Promise<readonly AuditView[]> {
  const { rows } = await db.query<AuditView>(
    `SELECT a.seq, a.at, a.actor_type AS "actorType", a.actor_id AS "actorId", u.email AS "actorEmail", a.action, a.target_type AS "targetType", a.target_id AS "targetId",
            a.before, a.after, a.reason, a.ip
       FROM audit_log a LEFT JOIN users u ON a.actor_type = 'user' AND u.id::text = a.actor_id
      WHERE (a.target_id = ANY($1) OR a.actor_id = $2) AND ($3::bigint IS NULL OR a.seq < $3) ORDER BY a.seq DESC LIMIT $4`,
    [about.targets, about.actorId ?? null, before ?? null, limit],
  );
  return rows;
}

export type UserNote = Readonly<{ id: string; at: Date; by: string | null; text: string }>;

/** What staff wrote down about a user. */
export async function listNotes(db: Queryable, userId: string, limit: number): Promise<readonly UserNote[]> {
  const { rows } = await db.query<UserNote>(
    `SELECT a.seq::text AS id, a.at, u.email AS by, coalesce(a.reason, '') AS text
       FROM audit_log a LEFT JOIN users u ON a.actor_type = 'user' AND u.id::text = a.actor_id
      WHERE a.target_type = 'user' AND a.target_id = $1 AND a.action = 'user.note' ORDER BY a.seq DESC LIMIT $2`,
    [userId, limit],
  );
  return rows;
}
