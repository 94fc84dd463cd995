import { auditRouter } from "#trpc/admin/audit.ts";
import { codesRouter } from "#trpc/admin/codes.ts";
import { dashboardRouter } from "#trpc/admin/dashboard.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { ledgerRouter } from "#trpc/admin/ledger.ts";
import { ordersRouter } from "#trpc/admin/orders.ts";
import { refundsRouter } from "#trpc/admin/refunds.ts";
import { requestsRouter } from "#trpc/admin/requests.ts";
import { searchRouter } from "#trpc/admin/search.ts";
import { settingsRouter } from "#trpc/admin/settings.ts";
import { staffRouter } from "#trpc/admin/staff.ts";
import { usersRouter } from "#trpc/admin/users.ts";
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
  admin: router({
    audit: auditRouter, codes: codesRouter, dashboard: dashboardRouter, health: healthRouter, ledger: ledgerRouter, orders: ordersRouter,
    refunds: refundsRouter, requests: requestsRouter, search: searchRouter, settings: settingsRouter, staff: staffRouter, users: usersRouter,
  }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
