import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { walletOfUser } from "#reports/index.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

export const walletRouter = router({
  /** Balance and holds of the signed-in user's wallet, in nano-USD. */
  balance: consoleProcedure("wallet:read")
    .output(z.strictObject({ balanceNano: z.bigint(), heldNano: z.bigint() }))
    .query(async ({ ctx }) => {
      const wallet = await walletOfUser(ctx.pool, ctx.user.id);
      if (!wallet) throw new TRPCError({ code: "NOT_FOUND", message: "This account has no wallet." });
      return { balanceNano: wallet.balanceNano, heldNano: wallet.heldNano };
    }),
});
