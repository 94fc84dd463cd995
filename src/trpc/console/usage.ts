import { z } from "zod";
import { isTimeZone, medianFirstToken, timeZoneOf, usage, USAGE_GROUPS, usageTotal, type UsageAsk } from "#reports/index.ts";
import { ownWallet } from "#trpc/console/own-wallet.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

const DAY_MS = 86_400_000;
/** Columns of a chart that a person can tell apart; beyond them days. */
const HOURS_RANGE_MS = 8 * DAY_MS;
const RANGE_MAX_MS = 400 * DAY_MS;

export const usageInput = z.strictObject({
  from: z.date(), to: z.date(), group: z.enum(USAGE_GROUPS), bucket: z.enum(["hour", "day"]),
  model: z.string().max(200).optional(), key: z.uuid().optional(), endpoint: z.string().max(64).optional(), status: z.enum(["ok", "cancelled", "error"]).optional(),
  /** Sums of the range of the same length before this one, too. */
  compare: z.boolean().default(false),
  /** Default: the customer's own. */
  timeZone: z.string().max(64).refine(isTimeZone, "is not a time zone").optional(),
}).refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= RANGE_MAX_MS, "the range is empty or too long")
  .refine(({ from, to, bucket, group }) => (bucket === "day" && group !== "hour") || to.getTime() - from.getTime() <= HOURS_RANGE_MS, "that many hours are too many");

export const usageRouter = router({
  /** Sums of own requests by group and over time: exactly what the list of requests and the ledger say. */
  get: consoleProcedure("usage:read").input(usageInput).query(async ({ ctx, input }) => {
    const [{ id: walletId }, timeZone] = await Promise.all([ownWallet(ctx), input.timeZone ?? timeZoneOf(ctx.pool, ctx.user.id)]);
    const { from, to, group, bucket, model, key, endpoint, status } = input;
    const filter = { ...(model && { model }), ...(key && { keyId: key }), ...(endpoint && { endpoint }), ...(status && { status }) };
    const ask: UsageAsk = { walletId, from, to, timeZone, bucket, group, filter };
    const before = { ...ask, from: new Date(2 * from.getTime() - to.getTime()), to: from };
    const byTime = group === "day" || group === "hour";
    const [sums, medians, previous] = await Promise.all([
      usage(ctx.pool, ask),
      byTime ? new Map<string | null, number>() : medianFirstToken(ctx.pool, ask),
      input.compare ? usageTotal(ctx.pool, before) : null,
    ]);
    return { ...sums, timeZone, previous, rows: sums.rows.map((row) => ({ ...row, firstTokenMs: medians.get(row.group) ?? null })) };
  }),
});
