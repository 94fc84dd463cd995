import { z } from "zod";
import { checkInvariants } from "#money/invariants.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

export const healthRouter = router({
  /** Every money invariant with its count of offending rows; all zero is well. */
  invariants: adminProcedure("ledger:totals")
    .output(z.array(z.strictObject({ id: z.string(), rows: z.number() })))
    .query(async ({ ctx }) => (await checkInvariants(ctx.pool)).map(({ id, rows }) => ({ id, rows }))),
});
