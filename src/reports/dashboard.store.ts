import type { Queryable } from "#platform/db/queryable.ts";
import { costNano, OUTCOMES_OF } from "#reports/receipt.ts";
import { sumUsage, type Range, type UsageBy } from "#reports/usage-sums.store.ts";

/** Money of a range: what was sold, what it cost, what came in and what went back. */
export type MoneyView = Readonly<{
  soldNano: bigint; costNano: bigint; marginNano: bigint; requests: number;
  topUpsNano: bigint; topUps: number;
  /** Sent back to cards and accounts. */
  refundsNano: bigint; refunds: number;
  /** Charges given back to wallets. */
  usageRefundsNano: bigint; usageRefunds: number;
}>;

export async function readMoney(db: Queryable, range: Range): Promise<MoneyView> {
  const [[usage], moved] = await Promise.all([sumUsage(db, range, "total"), readMoved(db, range)]);
  const sold = usage?.chargeNano ?? 0n;
  const cost = costNano(usage?.costPico ?? 0n);
  return { soldNano: sold, costNano: cost, marginNano: sold - cost, requests: usage?.requests ?? 0, ...moved };
}

type Moved = Pick<MoneyView, "topUpsNano" | "topUps" | "refundsNano" | "refunds" | "usageRefundsNano" | "usageRefunds">;

/** Top-ups by what arrived at the provider, refunds by what left it. */
async function readMoved(db: Queryable, { from, to }: Range): Promise<Moved> {
  const { rows: [row] } = await db.query<Moved>(
    `SELECT coalesce(sum(e.amount_nano) FILTER (WHERE t.kind IN ('topup', 'plan') AND a.code LIKE 'psp:%'), 0)::bigint AS "topUpsNano",
            count(DISTINCT t.id) FILTER (WHERE t.kind IN ('topup', 'plan'))::int AS "topUps",
            coalesce(-sum(e.amount_nano) FILTER (WHERE t.kind IN ('refund_done', 'refund_undone') AND a.code LIKE 'psp:%'), 0)::bigint AS "refundsNano",
            count(DISTINCT t.id) FILTER (WHERE t.kind = 'refund_done')::int AS refunds,
            coalesce(sum(e.amount_nano) FILTER (WHERE t.kind = 'usage_refund' AND a.code = 'revenue:usage'), 0)::bigint AS "usageRefundsNano",
            count(DISTINCT t.id) FILTER (WHERE t.kind = 'usage_refund')::int AS "usageRefunds"
       FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN accounts a ON a.id = e.account_id
      WHERE t.kind IN ('topup', 'plan', 'refund_done', 'refund_undone', 'usage_refund') AND t.posted_at >= $1 AND t.posted_at < $2`,
    [from, to],
  );
  return row!;
}

/** What the shop owes and is owed, now. */
export type OwedView = Readonly<{
  paidNano: bigint; lotsNano: bigint; frozenNano: bigint; debtNano: bigint; leasedNano: bigint; wallets: number;
  clearingNano: bigint; vendorsNano: bigint; suspenseNano: bigint; refundsPendingNano: bigint; disputesOpen: number;
}>;

export async function readOwed(db: Queryable): Promise<OwedView> {
  const { rows: [row] } = await db.query<OwedView>(
    `SELECT w.*, s.*, (SELECT count(*)::int FROM disputes WHERE outcome IS NULL) AS "disputesOpen"
       FROM (SELECT coalesce(sum(paid_nano), 0)::bigint AS "paidNano", coalesce(sum(lots_nano), 0)::bigint AS "lotsNano",
                    coalesce(sum(frozen_nano), 0)::bigint AS "frozenNano", coalesce(sum(debt_nano), 0)::bigint AS "debtNano",
                    coalesce(sum(leased_nano), 0)::bigint AS "leasedNano", count(*)::int AS wallets FROM wallets) w,
            (SELECT coalesce(sum(b.balance_nano) FILTER (WHERE a.code LIKE 'psp:%:clearing'), 0)::bigint AS "clearingNano",
                    coalesce(-sum(b.balance_nano) FILTER (WHERE a.code LIKE 'upstream:%'), 0)::bigint AS "vendorsNano",
                    coalesce(-sum(b.balance_nano) FILTER (WHERE a.code LIKE 'suspense:%'), 0)::bigint AS "suspenseNano",
                    coalesce(-sum(b.balance_nano) FILTER (WHERE a.code = 'refunds:pending'), 0)::bigint AS "refundsPendingNano"
               FROM accounts a JOIN account_balances b ON b.account_id = a.id
              WHERE a.wallet_id IS NULL AND (a.code LIKE 'psp:%' OR a.code LIKE 'upstream:%' OR a.code LIKE 'suspense:%' OR a.code = 'refunds:pending')) s`,
  );
  return row!;
}

export type ServiceView = Readonly<{
  requests: number; errors: number; cancelled: number;
  /** Milliseconds; null while nothing streamed. */
  firstTokenP50: number | null; firstTokenP95: number | null;
  classes: readonly Readonly<{ name: string; requests: number }>[];
}>;

/** How requests went: counts, time to the first token, failures by their code. */
export async function readService(db: Queryable, { from, to }: Range): Promise<ServiceView> {
  const { rows: [row] } = await db.query<Omit<ServiceView, "classes">>(
    `SELECT count(*)::int AS requests, (count(*) FILTER (WHERE outcome = ANY($3)))::int AS errors, (count(*) FILTER (WHERE outcome = ANY($4)))::int AS cancelled,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft_ms))::int AS "firstTokenP50",
            round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft_ms))::int AS "firstTokenP95"
       FROM charges WHERE at >= $1 AND at < $2`,
    [from, to, OUTCOMES_OF.error, OUTCOMES_OF.cancelled],
  );
  const { rows: classes } = await db.query<{ name: string; requests: number }>(
    `SELECT outcome AS name, count(*)::int AS requests FROM charges
      WHERE at >= $1 AND at < $2 AND outcome = ANY($3) GROUP BY 1 ORDER BY 2 DESC, 1`,
    [from, to, OUTCOMES_OF.error],
  );
  return { ...row!, classes };
}

export type SeriesPoint = Readonly<{ at: Date; requests: number; errors: number; soldNano: bigint; costNano: bigint }>;

/** One point a bucket in which anything happened. */
export async function readSeries(db: Queryable, range: Range, bucket: "hour" | "day", zone: string): Promise<readonly SeriesPoint[]> {
  const sums = await sumUsage(db, range, bucket, zone);
  return sums
    .map(({ key, requests, errors, chargeNano, costPico }) => ({ at: new Date(Number(key) * 1000), requests, errors, soldNano: chargeNano, costNano: costNano(costPico) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

export type TopRow = Readonly<{ id: string | undefined; name: string | undefined; requests: number; errors: number; soldNano: bigint; costNano: bigint; marginNano: bigint }>;
export type TopBy = Extract<UsageBy, "model" | "channel" | "wallet" | "group">;

const NAMES: Readonly<Record<TopBy, string>> = {
  model: "SELECT id::text, slug AS name FROM models WHERE id = ANY($1::uuid[])",
  channel: "SELECT id::text, name FROM channels WHERE id = ANY($1::uuid[])",
  group: "SELECT id::text, name FROM groups WHERE id = ANY($1::uuid[])",
  wallet: "SELECT w.id::text, u.email AS name FROM wallets w JOIN users u ON u.id = w.owner_id WHERE w.owner_type = 'user' AND w.id = ANY($1::uuid[])",
};

/**
 * The rows with the greatest margin, or the least; what is cut off is summed in `rest`, so that the list adds up to the
 * figures above it.
 */
export async function readTops(db: Queryable, range: Range, by: TopBy, order: "best" | "worst", limit: number): Promise<{ rows: readonly TopRow[]; rest: TopRow & { count: number } }> {
  const sums = (await sumUsage(db, range, by)).map(({ key, requests, errors, chargeNano, costPico }) => {
    const cost = costNano(costPico);
    return { id: key, requests, errors, soldNano: chargeNano, costNano: cost, marginNano: chargeNano - cost };
  });
  const sign = order === "best" ? -1 : 1;
  sums.sort((a, b) => (a.marginNano === b.marginNano ? b.requests - a.requests : a.marginNano < b.marginNano ? -sign : sign));
  const shown = sums.slice(0, limit);
  const { rows: names } = await db.query<{ id: string; name: string }>(NAMES[by], [shown.flatMap(({ id }) => id ?? [])]);
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const rest = sums.slice(limit).reduce<TopRow & { count: number }>(
    (sum, row) => ({
      ...sum, count: sum.count + 1, requests: sum.requests + row.requests, errors: sum.errors + row.errors,
      soldNano: sum.soldNano + row.soldNano, costNano: sum.costNano + row.costNano, marginNano: sum.marginNano + row.marginNano,
    }),
    { id: undefined, name: undefined, count: 0, requests: 0, errors: 0, soldNano: 0n, costNano: 0n, marginNano: 0n },
  );
  return { rows: shown.map((row) => ({ ...row, name: row.id === undefined ? undefined : nameOf.get(row.id) })), rest };
}
