import { z } from "zod";
import { permissionsOfRole, type Role } from "#accounts/index.ts";
import { readMoney, readOwed, readSeries, readService, readTops } from "#reports/dashboard.store.ts";
import { brokenInvariants } from "#reports/invariant-runs.store.ts";
import { readChecklist, readToDo, type ToDoKind } from "#reports/to-do.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

/** More days than this are read in months from the ledger, not here. */
const RANGE_DAYS_MAX = 400;
const DAY_MS = 86_400_000;

const range = z.strictObject({ from: z.date(), to: z.date() })
  .refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= RANGE_DAYS_MAX * DAY_MS, "the range is empty or too long");

const may = (role: Role, permission: Parameters<ReturnType<typeof permissionsOfRole>["has"]>[0]): boolean => permissionsOfRole(role).has(permission);

/** What each kind of to-do needs to be seen by. */
const SEEN_BY: Readonly<Record<ToDoKind, Parameters<typeof may>[1]>> = {
  invariant_broken: "ledger:totals", dead_letters: "ledger:totals", suspense: "ledger:totals", channel_down: "channels:read", channel_failing: "channels:read",
  keys_off: "channels:read", below_cost: "costs:read", model_without_price: "catalog:read", model_without_channel: "catalog:read", order_in_review: "orders:read", dispute_open: "orders:read",
  approval_waiting: "approvals:decide",
};

export const dashboardRouter = router({
  /** Figures of a range and of the one before it. Money is for those who may see costs. */
  overview: adminProcedure("dashboard:read")
    .input(range)
    .query(async ({ ctx, input }) => {
      const before = { from: new Date(2 * input.from.getTime() - input.to.getTime()), to: input.from };
      const money = may(ctx.user.role, "costs:read");
      const [now, earlier, service, serviceBefore] = await Promise.all([
        money ? readMoney(ctx.pool, input) : null, money ? readMoney(ctx.pool, before) : null, readService(ctx.pool, input), readService(ctx.pool, before),
      ]);
      return { money: now && earlier && { now, before: earlier }, service: { now: service, before: serviceBefore } };
    }),

  /** What is owed and held, now. */
  owed: adminProcedure("ledger:totals").query(({ ctx }) => readOwed(ctx.pool)),

  series: adminProcedure("dashboard:read")
    .input(range.and(z.object({ bucket: z.enum(["hour", "day"]), zone: z.string().max(60) })))
    .query(async ({ ctx, input }) => {
      const points = await readSeries(ctx.pool, input, input.bucket, knownZone(input.zone));
      const money = may(ctx.user.role, "costs:read");
      return points.map(({ at, requests, errors, soldNano, costNano }) => ({ at, requests, errors, soldNano: money ? soldNano : null, costNano: money ? costNano : null }));
    }),

  tops: adminProcedure("costs:read")
    .input(range.and(z.object({ by: z.enum(["model", "channel", "wallet", "group"]), order: z.enum(["best", "worst"]), limit: z.number().int().min(1).max(50).default(8) })))
    .query(({ ctx, input }) => readTops(ctx.pool, input, input.by, input.order, input.limit)),

  toDo: adminProcedure("dashboard:read").query(({ ctx }) =>
    readToDo(ctx.pool, (Object.keys(SEEN_BY) as ToDoKind[]).filter((kind) => may(ctx.user.role, SEEN_BY[kind])))),

  /** Steps of a new shop. */
  checklist: adminProcedure("dashboard:read").query(({ ctx }) => readChecklist(ctx.pool)),

  /** For the banner over every page of the back office. */
  alarms: adminProcedure("dashboard:read").query(async ({ ctx }) => ({ brokenInvariants: await brokenInvariants(ctx.pool) })),
});

function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
