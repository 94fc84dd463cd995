import { auditRouter } from "#trpc/admin/audit.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { staffRouter } from "#trpc/admin/staff.ts";
import { profileRouter } from "#trpc/console/profile.ts";
import { sessionsRouter } from "#trpc/console/sessions.ts";
import { viewerRouter } from "#trpc/console/viewer.ts";
import { walletRouter } from "#trpc/console/wallet.ts";
import { createCaller, router } from "#trpc/init.ts";
import { accountRouter } from "#trpc/public/account.ts";
import { catalogueRouter } from "#trpc/public/catalogue.ts";

export const appRouter = router({
  public: router({ account: accountRouter, catalogue: catalogueRouter }),
  console: router({ profile: profileRouter, sessions: sessionsRouter, viewer: viewerRouter, wallet: walletRouter }),
  admin: router({ audit: auditRouter, health: healthRouter, staff: staffRouter }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
