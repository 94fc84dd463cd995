import { z } from "zod";

/** Below a hundredth a limit is as strict as it gets; above ten nothing of a day's limit is left of it. */
const BURST_RATIO = { min: 0.01, max: 10 } as const;

/**
 * Requests per second, requests and tokens per minute and day, requests in flight. Absent = no limit. `burst_ratio`: how
 * much of each rate passes at once after idleness, 1 = all of it; of the one per second it is 2 where nothing is said.
 * Strict: an unknown limit would limit nothing.
 */
export const limitsSchema = z.strictObject({
  rps: count().optional(),
  rpm: count().optional(),
  tpm: count().optional(),
  rpd: count().optional(),
  tpd: count().optional(),
  concurrency: count().optional(),
  burst_ratio: z.number().min(BURST_RATIO.min).max(BURST_RATIO.max).optional(),
});
export type LimitSet = z.output<typeof limitsSchema>;

/** The longest that a request may wait for a place: clients and proxies seldom wait longer for a first byte. */
export const QUEUE_MS_MAX = 60_000;

/** Of a group also how long its members' requests wait for a place before they are refused. */
export const groupLimitsSchema = limitsSchema.extend({ queue_ms: z.number().int().min(0).max(QUEUE_MS_MAX).optional() });
export type GroupLimitSet = z.output<typeof groupLimitsSchema>;

export const BUDGET_PERIODS = ["day", "week", "month", "total"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** A money limit as stored: whole nano-USD as text, because JSON numbers end at 2^53. */
export const budgetSchema = z.strictObject({ amount_nano: z.string().regex(/^\d{1,18}$/), per: z.enum(BUDGET_PERIODS) });
export type StoredBudget = z.output<typeof budgetSchema>;

/** Limits of a database row; what does not parse is a programming error and throws. */
export const readLimits = (json: unknown): LimitSet => limitsSchema.parse(json ?? {});

/** The same for a row of the groups. */
export const readGroupLimits = (json: unknown): GroupLimitSet => groupLimitsSchema.parse(json ?? {});

/** Budgets of a database row in nano-USD. */
export const readBudgets = (json: unknown): { amountNano: bigint; per: BudgetPeriod }[] =>
  z.array(budgetSchema).parse(json ?? []).map(({ amount_nano, per }) => ({ amountNano: BigInt(amount_nano), per }));

function count() {
  return z.number().int().min(0).max(1_000_000_000);
}
