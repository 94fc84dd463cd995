import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { chargeOf, refundCharge } from "#money/usage-refund.store.ts";
import { listDisputes, listRefunds } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { parseRequestId } from "#platform/ids.ts";
import { askChargeRefund, auditAlone, NeedsApproval } from "#trpc/admin/second-person.ts";
import { adminProcedure, router } from "#trpc/init.ts";

const ROWS = 50;
const page = z.strictObject({ cursor: z.uuid().nullish() });

/** One row more than shown tells whether there is a next page. */
const paged = <T extends { id: string }>(found: readonly T[]): { rows: readonly T[]; next: string | null } =>
  ({ rows: found.slice(0, ROWS), next: found.length > ROWS ? found[ROWS - 1]!.id : null });

export const refundsRouter = router({
  list: adminProcedure("orders:read")
    .input(page.extend({ status: z.enum(["requested", "pending", "succeeded", "failed", "canceled"]).optional() }))
    .query(async ({ ctx, input }) => paged(await listRefunds(ctx.pool, { limit: ROWS + 1, ...(input.status && { status: input.status }), ...(input.cursor && { before: input.cursor }) }))),

  disputes: adminProcedure("orders:read")
    .input(page.extend({ open: z.boolean().optional() }))
    .query(async ({ ctx, input }) => paged(await listDisputes(ctx.pool, { limit: ROWS + 1, ...(input.open !== undefined && { open: input.open }), ...(input.cursor && { before: input.cursor }) }))),

  /** Gives the charge of one request back to the customer, once. */
  charge: adminProcedure("refunds:write", { sudo: true })
    .input(z.strictObject({ requestId: z.string().max(40), reason: z.string().trim().min(8).max(500) }))
    .output(z.strictObject({ transactionId: z.string().nullable(), refundedNano: z.bigint(), repeated: z.boolean(), approvalId: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const chargeId = parseRequestId(input.requestId);
      const charge = chargeId === undefined ? undefined : await chargeOf(ctx.pool, chargeId);
      if (chargeId === undefined || !charge) throw new TRPCError({ code: "NOT_FOUND", message: "This request cost nothing, or there is none." });
      try {
        return await withTransaction(ctx.pool, async (tx) => {
          const done = await refundCharge(tx, { chargeId, reason: input.reason, actor: { type: "operator", id: ctx.user.id } });
          await auditAlone(tx, ctx, { act: "refund", amountNano: done.refundedNano, ...(done.created && { userId: charge.userId }) }, {
            action: "request.refund", target: { type: "request", id: input.requestId }, reason: input.reason,
            after: { amount_nano_usd: done.refundedNano.toString(), transaction: done.id, ...(!done.created && { repeated: true }) },
          });
          return { transactionId: done.id, refundedNano: done.refundedNano, repeated: !done.created, approvalId: null };
        });
      } catch (error) {
        if (!(error instanceof NeedsApproval)) throw error;
        return { transactionId: null, refundedNano: charge.chargeNano, repeated: false, approvalId: await askChargeRefund(ctx, chargeId, charge, input.reason) };
      }
    }),
});
