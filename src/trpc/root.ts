import { channelsRouter } from "#trpc/admin/channels.ts";
import { groupsRouter } from "#trpc/admin/groups.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { modelsRouter } from "#trpc/admin/models.ts";
import { pricesRouter } from "#trpc/admin/prices.ts";
import { viewerRouter } from "#trpc/console/viewer.ts";
import { walletRouter } from "#trpc/console/wallet.ts";
import { createCaller, router } from "#trpc/init.ts";
import { catalogueRouter } from "#trpc/public/catalogue.ts";

export const appRouter = router({
  public: router({ catalogue: catalogueRouter }),
  console: router({ viewer: viewerRouter, wallet: walletRouter }),
  admin: router({ health: healthRouter, channels: channelsRouter, models: modelsRouter, prices: pricesRouter, groups: groupsRouter }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
