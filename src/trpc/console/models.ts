import { listOwnModels } from "#reports/index.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

export const modelsRouter = router({
  /** Models that the signed-in customer may call, at the prices his next request is charged. */
  list: consoleProcedure("models:read").query(({ ctx }) => listOwnModels(ctx.pool, ctx.user.id)),
});
