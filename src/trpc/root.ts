import { healthRouter } from "#trpc/admin/health.ts";
import { keysRouter } from "#trpc/console/keys.ts";
import { modelsRouter } from "#trpc/console/models.ts";
import { overviewRouter } from "#trpc/console/overview.ts";
import { playgroundRouter } from "#trpc/console/playground.ts";
import { requestsRouter } from "#trpc/console/requests.ts";
import { usageRouter } from "#trpc/console/usage.ts";
import { viewerRouter } from "#trpc/console/viewer.ts";
import { walletRouter } from "#trpc/console/wallet.ts";
import { createCaller, router } from "#trpc/init.ts";
import { catalogueRouter } from "#trpc/public/catalogue.ts";

export const appRouter = router({
  public: router({ catalogue: catalogueRouter }),
  console: router({
    keys: keysRouter,
    models: modelsRouter,
    overview: overviewRouter,
    playground: playgroundRouter,
    requests: requestsRouter,
    usage: usageRouter,
    viewer: viewerRouter,
    wallet: walletRouter,
  }),
  admin: router({ health: healthRouter }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
