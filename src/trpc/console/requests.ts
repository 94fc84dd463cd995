import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { isUuid } from "#platform/ids.ts";
import { findOwnReceipt, listOwnRequests, requestFilterValues, type RequestFilter } from "#reports/index.ts";
import { ownWallet } from "#trpc/console/own-wallet.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

const nano = z.bigint().min(0n).max(1_000_000_000_000_000_000n);

/** What the list and its CSV are narrowed by. */
export const requestFilterSchema = z.strictObject({
  status: z.enum(["ok", "cancelled", "error"]).optional(), model: z.string().max(200).optional(), key: z.uuid().optional(), endpoint: z.string().max(64).optional(),
  errorCode: z.string().max(64).optional(), costOver: nano.optional(), costUnder: nano.optional(), slowerMs: z.int().min(0).max(86_400_000).optional(),
  free: z.boolean().optional(), from: z.date().optional(), to: z.date().optional(), text: z.string().trim().max(200).optional(),
});

export const requestFilter = ({ key, ...filter }: z.output<typeof requestFilterSchema>): RequestFilter =>
  Object.fromEntries(Object.entries({ ...filter, keyId: key }).filter(([, value]) => value !== undefined));

export const requestsRouter = router({
  /** Own requests, newest first. */
  list: consoleProcedure("requests:read")
    .input(z.strictObject({ filter: requestFilterSchema.default({}), cursor: z.string().refine(isUuid).optional(), limit: z.int().min(1).max(100).default(25) }))
    .query(async ({ ctx, input }) => {
      const { id: walletId } = await ownWallet(ctx);
      const rows = await listOwnRequests(ctx.pool, walletId, requestFilter(input.filter), { limit: input.limit + 1, ...(input.cursor && { after: input.cursor }) });
      const page = rows.slice(0, input.limit);
      return { rows: page, next: rows.length > input.limit ? page.at(-1)!.uuid : null };
    }),

  /** What the filters may offer. */
  filterValues: consoleProcedure("requests:read").query(async ({ ctx }) => requestFilterValues(ctx.pool, (await ownWallet(ctx)).id)),

  /** What a request that has just ended used and cost; null until it is settled, and for ever when it is another's. */
  charge: consoleProcedure("requests:read").input(z.strictObject({ id: z.string().max(64) })).query(async ({ ctx, input }) => {
    const receipt = (await findOwnReceipt(ctx.pool, ctx.user.id, input.id))?.receipt;
    return receipt ? { id: receipt.id, chargeNano: receipt.chargeNano, usage: receipt.usage, ttftMs: receipt.ttftMs, latencyMs: receipt.latencyMs } : null;
  }),

  /** One request with everything its owner may know of it; `json` as the relay's `/v1/generation` answers. */
  receipt: consoleProcedure("requests:read").input(z.strictObject({ id: z.string().max(64) })).query(async ({ ctx, input }) => {
    const found = await findOwnReceipt(ctx.pool, ctx.user.id, input.id);
    if (!found) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such request, or it has not been settled yet." });
    return found;
  }),
});
