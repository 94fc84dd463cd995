import type { Queryable } from "#platform/db/queryable.ts";

/** Given credit that will lapse: the nearest date and what lapses then. */
export type ExpiringCredit = Readonly<{ amountNano: bigint; at: Date }>;

export async function expiringCredit(db: Queryable, walletId: string): Promise<ExpiringCredit | undefined> {
  const { rows } = await db.query<ExpiringCredit>(
    `SELECT sum(remaining_nano)::bigint AS "amountNano", expires_at AS at FROM credit_lots
      WHERE wallet_id = $1 AND remaining_nano > 0 AND expires_at > now() GROUP BY expires_at ORDER BY expires_at LIMIT 1`,
    [walletId],
  );
  return rows[0];
}

/** What a customer has done so far, for the list of first steps. */
export type FirstSteps = Readonly<{ keys: number; hasRequest: boolean }>;

export async function firstSteps(db: Queryable, userId: string, walletId: string): Promise<FirstSteps> {
  const { rows } = await db.query<FirstSteps>(
    `SELECT (SELECT count(*)::int FROM api_keys WHERE user_id = $1 AND kind <> 'internal' AND status = 'active' AND (expires_at IS NULL OR expires_at > now())) AS keys,
            EXISTS (SELECT 1 FROM charges WHERE wallet_id = $2) AS "hasRequest"`,
    [userId, walletId],
  );
  return rows[0]!;
}

/** The customer's own spending limits with what the running window has used. */
export type OwnBudget = Readonly<{ per: string; amountNano: bigint; spentNano: bigint }>;

export async function ownBudgets(db: Queryable, userId: string): Promise<OwnBudget[]> {
  const { rows } = await db.query<OwnBudget>(
    `SELECT x.per, x.amount_nano AS "amountNano", coalesce((
              SELECT max(b.spent_nano) FROM budget_windows b WHERE b.scope = 'user:' || u.id AND b.period = x.per
                 AND (x.per = 'total' OR b.starts_at >= date_trunc(x.per, now(), u.time_zone))), 0)::bigint AS "spentNano"
       FROM users u, jsonb_to_recordset(u.budgets) AS x(per text, amount_nano bigint) WHERE u.id = $1`,
    [userId],
  );
  return rows;
}

/** The beginnings of the running day, month and of `days` days back, and the month's end, in a time zone. */
export async function calendar(db: Queryable, timeZone: string, days: number): Promise<Readonly<{ now: Date; day: Date; month: Date; monthEnd: Date; back: Date }>> {
  const { rows } = await db.query<{ now: Date; day: Date; month: Date; monthEnd: Date; back: Date }>(
    `SELECT now() AS now, date_trunc('day', now(), $1) AS day, date_trunc('month', now(), $1) AS month,
            date_trunc('month', date_trunc('month', now(), $1) + interval '32 days', $1) AS "monthEnd",
            date_trunc('day', date_trunc('day', now(), $1) + interval '12 hours' - make_interval(days => $2), $1) AS back`,
    [timeZone, days],
  );
  return rows[0]!;
}

/** A customer's time zone, as his budgets count it. */
export async function timeZoneOf(db: Queryable, userId: string): Promise<string> {
  const { rows } = await db.query<{ zone: string }>("SELECT time_zone AS zone FROM users WHERE id = $1", [userId]);
  return rows[0]?.zone ?? "UTC";
}
