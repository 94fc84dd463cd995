import { randomBytes } from "node:crypto";
import { generateSecret, giveTrial, writeAudit } from "#accounts/index.ts";
import { requestIdText } from "#platform/ids.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { readFirstSale, readSetupFacts, type FirstSale } from "#reports/setup.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

const toWire = (sale: FirstSale | null) => sale && { ...sale, id: requestIdText(sale.id) };

/** What the first run needs beside channels, models and settings. All of it is the shop owner's alone. */
export const setupRouter = router({
  state: adminProcedure("staff:write").query(({ ctx }) => readSetupFacts(ctx.pool)),

  /** A key of the owner's with a dollar behind it, so that the shop can be tried from a terminal. The secret is in this answer only. */
  firstKey: adminProcedure("staff:write").mutation(({ ctx }) => withTransaction(ctx.pool, async (tx) => {
    const secret = generateSecret("sk-mm-", randomBytes);
    const nowMs = ctx.clock.now();
    await writeAudit(tx, ctx.keys.auditKey, new Date(nowMs), await giveTrial(tx, ctx.keys.keyPepper, { userId: ctx.user.id, secret, actor: ctx.actor, nowMs }));
    return { secret };
  })),

  /** Whether the owner's first request has been sold, and what it brought; while it has not, the newest that failed. */
  firstSale: adminProcedure("costs:read").query(async ({ ctx }) => {
    const { sold, failed } = await readFirstSale(ctx.pool, ctx.user.id);
    return { sold: toWire(sold), failed: toWire(failed) };
  }),
});
