import type { Pool } from "pg";
import { calendar, expiringCredit, firstSteps, medianFirstToken, ownBudgets, timeZoneOf, usage, usageTotal, type UsageAsk } from "#reports/index.ts";
import { ownWallet } from "#trpc/console/own-wallet.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

const DAY_MS = 86_400_000;
/** Days of the small lines, and of the pace that "lasts about" goes by. */
const SPARK_DAYS = 13;
const PACE_DAYS = 7;

export const overviewRouter = router({
  /** The first page at a glance: money, the running day and month, and what is still to be done. */
  get: consoleProcedure("usage:read").query(async ({ ctx: { pool, user } }) => {
    const [wallet, timeZone] = await Promise.all([ownWallet({ pool, user }), timeZoneOf(pool, user.id)]);
    const dates = await calendar(pool, timeZone, SPARK_DAYS);
    const range = (from: Date, to: Date): Omit<UsageAsk, "bucket" | "group"> => ({ walletId: wallet.id, from, to, timeZone, filter: {} });
    const [days, month, pace, firstToken, expiring, budgets, steps] = await Promise.all([
      usage(pool, { ...range(dates.back, dates.now), bucket: "day", group: "day" }),
      usageTotal(pool, range(dates.month, dates.now)),
      usageTotal(pool, range(new Date(dates.now.getTime() - PACE_DAYS * DAY_MS), dates.now)),
      firstTokens(pool, range(new Date(dates.now.getTime() - DAY_MS), dates.now)),
      expiringCredit(pool, wallet.id),
      ownBudgets(pool, user.id),
      firstSteps(pool, user.id, wallet.id),
    ]);
    const byDay = new Map(days.rows.map((row) => [row.group, row]));
    const sums = days.buckets.map((bucket) => byDay.get(bucket.toISOString()));
    const availableNano = wallet.balanceNano - wallet.heldNano;
    return {
      wallet: { availableNano, heldNano: wallet.heldNano, balanceNano: wallet.balanceNano, status: wallet.status },
      expiring: expiring ?? null,
      /** Whole days; null while nothing has been spent. */
      lastsDays: pace.chargeNano > 0n && availableNano > 0n ? Number((availableNano * BigInt(PACE_DAYS)) / pace.chargeNano) : null,
      timeZone, monthFrom: dates.month, monthEnd: dates.monthEnd, dayFrom: dates.day, now: dates.now,
      today: sums.at(-1) ?? null,
      yesterday: sums.at(-2) ?? null,
      month, budgets,
      days: days.buckets.map((at, i) => ({ at, chargeNano: sums[i]?.chargeNano ?? 0n, requests: sums[i]?.requests ?? 0n, errors: sums[i]?.errors ?? 0n })),
      firstTokenMs: firstToken,
      steps: { ...steps, hasCredit: wallet.balanceNano > 0n },
    };
  }),
});

/** One median over all: grouped by status, the answered ones are those that had a first token. */
async function firstTokens(pool: Pool, range: Omit<UsageAsk, "bucket" | "group">): Promise<number | null> {
  return (await medianFirstToken(pool, { ...range, group: "status" })).get("ok") ?? null;
}
