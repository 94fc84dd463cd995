import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { permissionsOfRole, type Role } from "#accounts/index.ts";
import { isUuid, parseRequestId } from "#platform/ids.ts";
import { findReceipt } from "#reports/index.ts";
import { costNano } from "#reports/receipt.ts";
import { bookingOf, filterChoices, findFilterId, listAttempts, listRequests, sumRequests, type FilterName, type RequestFilter } from "#reports/request-log.store.ts";
import { adminProcedure, router, type Context } from "#trpc/init.ts";

const text = z.string().trim().min(1).max(254).optional();
const filter = z.strictObject({
  user: text, model: text, channel: text, group: text, key: text, wallet: z.uuid().optional(), settlement: z.uuid().optional(),
  status: z.enum(["ok", "cancelled", "error"]).optional(), outcome: z.string().max(40).optional(), from: z.date().optional(), to: z.date().optional(),
  aboveNano: z.bigint().optional(), belowCost: z.boolean().optional(), slowerMs: z.number().int().min(0).optional(),
});

const seesCost = (role: Role): boolean => permissionsOfRole(role).has("costs:read");

/** Ids for the words of a filter; undefined when one of them names nothing, so nothing can match. */
async function toFilter(ctx: Context, input: z.output<typeof filter>, role: Role): Promise<RequestFilter | undefined> {
  const ids: Partial<Record<FilterName, string>> = {};
  for (const name of ["user", "model", "channel", "group", "key"] as const) {
    const word = input[name];
    if (word === undefined) continue;
    const found = await findFilterId(ctx.pool, name, word);
    if (found === undefined) return undefined;
    ids[name] = found;
  }
  if (input.belowCost !== undefined && !seesCost(role)) throw new TRPCError({ code: "FORBIDDEN", message: "This needs the permission costs:read." });
  const { user: _user, model: _model, channel: _channel, group: _group, key: _key, wallet, settlement, ...rest } = input;
  return {
    ...rest, ...(ids.user && { userId: ids.user }), ...(ids.model && { modelId: ids.model }), ...(ids.channel && { channelId: ids.channel }), ...(ids.group && { groupId: ids.group }),
    ...(ids.key && { keyId: ids.key }), ...(wallet && { walletId: wallet }), ...(settlement && { settlementId: settlement }),
  };
}

export const requestsRouter = router({
  /** Requests of all customers, newest first; what they cost the shop is shown to those who may see it. */
  list: adminProcedure("requests:read")
    .input(filter.extend({ before: z.uuid().optional(), limit: z.number().int().min(1).max(100).default(50) }))
    .query(async ({ ctx, input: { before, limit, ...asked } }) => {
      const found = await toFilter(ctx, asked, ctx.user.role);
      if (!found) return { rows: [], next: undefined };
      const rows = await listRequests(ctx.pool, found, { limit: limit + 1, ...(before && { before }) });
      const shown = rows.slice(0, limit).map(({ costPico, ...row }) => ({ ...row, costNano: seesCost(ctx.user.role) ? costNano(costPico) : null }));
      return { rows: shown, next: rows.length > limit ? shown.at(-1)!.uuid : undefined };
    }),

  /** What the rows of a filter come to. */
  sums: adminProcedure("requests:read").input(filter).query(async ({ ctx, input }) => {
    const found = await toFilter(ctx, input, ctx.user.role);
    if (!found) return { requests: 0, errors: 0, chargeNano: 0n, costNano: seesCost(ctx.user.role) ? 0n : null };
    const { costPico, ...sums } = await sumRequests(ctx.pool, found);
    return { ...sums, costNano: seesCost(ctx.user.role) ? costNano(costPico) : null };
  }),

  choices: adminProcedure("requests:read").query(({ ctx }) => filterChoices(ctx.pool)),

  /** The receipt with its tries and bookings, by `req_…` or UUID. */
  get: adminProcedure("requests:read").input(z.strictObject({ id: z.string().max(64) })).query(async ({ ctx, input }) => {
    const uuid = parseRequestId(input.id) ?? (isUuid(input.id) ? input.id : undefined);
    const receipt = uuid === undefined ? undefined : await findReceipt(ctx.pool, uuid);
    if (!receipt) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such request, or it has not been settled yet." });
    const cost = seesCost(ctx.user.role);
    const [attempts, booking] = await Promise.all([listAttempts(ctx.pool, receipt.uuid), bookingOf(ctx.pool, receipt.uuid)]);
    const { attempts: _attempts, costNano: total, detail, ...shown } = receipt;
    return {
      ...shown, booking, costNano: cost ? total : null, detail: cost ? detail : null,
      attempts: attempts.map(({ costPico, ...attempt }) => ({ ...attempt, costNano: cost ? costNano(costPico) : null })),
    };
  }),
});
