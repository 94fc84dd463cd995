import { auditRouter } from "#trpc/admin/audit.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { staffRouter } from "#trpc/admin/staff.ts";
import { keysRouter } from "#trpc/console/keys.ts";
import { modelsRouter } from "#trpc/console/models.ts";
import { overviewRouter } from "#trpc/console/overview.ts";
import { playgroundRouter } from "#trpc/console/playground.ts";
import { profileRouter } from "#trpc/console/profile.ts";
import { requestsRouter } from "#trpc/console/requests.ts";
import { sessionsRouter } from "#trpc/console/sessions.ts";
import { usageRouter } from "#trpc/console/usage.ts";
import { viewerRouter } from "#trpc/console/viewer.ts";
import { walletRouter } from "#trpc/console/wallet.ts";
import { createCaller, router } from "#trpc/init.ts";
import { accountRouter } from "#trpc/public/account.ts";
import { catalogueRouter } from "#trpc/public/catalogue.ts";

export const appRouter = router({
  public: router({ account: accountRouter, catalogue: catalogueRouter }),
  console: router({
    keys: keysRouter,
    models: modelsRouter,
    overview: overviewRouter,
    playground: playgroundRouter,
    profile: profileRouter,
    requests: requestsRouter,
    sessions: sessionsRouter,
    usage: usageRouter,
    viewer: viewerRouter,
    wallet: walletRouter,
  }),
  admin: router({ audit: auditRouter, health: healthRouter, staff: staffRouter }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
