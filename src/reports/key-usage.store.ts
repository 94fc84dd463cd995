import type { Queryable } from "#platform/db/queryable.ts";
import { wholeHours } from "#reports/usage-range.ts";
import { usageSource } from "#reports/usage-sql.ts";

/** What one key has used: in all, and since the day, week and month began in its owner's time zone. */
export type KeyUsage = Readonly<{
  totalNano: bigint; dayNano: bigint; weekNano: bigint; monthNano: bigint;
  /** What counts against each kind of budget that the key has or had. */
  budgetNano: Readonly<Partial<Record<"day" | "week" | "month" | "total", bigint>>>;
}>;

export type KeyOfWallet = Readonly<{ keyId: string; walletId: string; timeZone: string }>;

const BEGINNING = new Date(0);
/** Charges of this moment belong to it. */
const SOON_MS = 60_000;

/** Sums of a key's charges, exact at any instant. */
export async function keyUsage(db: Queryable, { keyId, walletId, timeZone }: KeyOfWallet): Promise<KeyUsage> {
  const { rows } = await db.query<{ now: Date; day: Date; week: Date; month: Date; budgets: Record<string, string> | null }>(
    `SELECT now() AS now, date_trunc('day', now(), $2) AS day, date_trunc('week', now(), $2) AS week, date_trunc('month', now(), $2) AS month,
            (SELECT jsonb_object_agg(b.period, b.spent_nano::text) FROM budget_windows b
              WHERE b.scope = 'key:' || $1 AND (b.period = 'total' OR b.starts_at >= date_trunc(b.period, now(), $2))) AS budgets`,
    [keyId, timeZone],
  );
  const { now, day, week, month, budgets } = rows[0]!;
  const to = new Date(now.getTime() + SOON_MS);
  const since = (from: Date): Promise<bigint> => chargedBetween(db, { keyId, walletId }, from, to);
  const [totalNano, dayNano, weekNano, monthNano] = await Promise.all([since(BEGINNING), since(day), since(week), since(month)]);
  return { totalNano, dayNano, weekNano, monthNano, budgetNano: Object.fromEntries(Object.entries(budgets ?? {}).map(([period, spent]) => [period, BigInt(spent)])) };
}

/** What was charged to a wallet, or through one key of it, from `from` until before `to`. */
export async function chargedBetween(db: Queryable, { keyId, walletId }: Readonly<{ walletId: string; keyId?: string }>, from: Date, to: Date): Promise<bigint> {
  if (to <= from) return 0n;
  const hours = wholeHours(from, to);
  const { rows } = await db.query<{ charged: bigint }>(
    `SELECT coalesce(sum(u.charge_nano), 0)::bigint AS charged FROM (${usageSource(true)}) u WHERE $6::uuid IS NULL OR u.key_id = $6::uuid`,
    [walletId, from, to, hours.from, hours.to, keyId ?? null],
  );
  return rows[0]!.charged;
}
