import { auditRouter } from "#trpc/admin/audit.ts";
import { channelsRouter } from "#trpc/admin/channels.ts";
import { codesRouter } from "#trpc/admin/codes.ts";
import { dashboardRouter } from "#trpc/admin/dashboard.ts";
import { groupsRouter } from "#trpc/admin/groups.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { ledgerRouter } from "#trpc/admin/ledger.ts";
import { modelsRouter } from "#trpc/admin/models.ts";
import { ordersRouter } from "#trpc/admin/orders.ts";
import { pricesRouter } from "#trpc/admin/prices.ts";
import { profileRouter } from "#trpc/console/profile.ts";
import { refundsRouter } from "#trpc/admin/refunds.ts";
import { requestsRouter } from "#trpc/admin/requests.ts";
import { searchRouter } from "#trpc/admin/search.ts";
import { sessionsRouter } from "#trpc/console/sessions.ts";
import { settingsRouter } from "#trpc/admin/settings.ts";
import { staffRouter } from "#trpc/admin/staff.ts";
import { usersRouter } from "#trpc/admin/users.ts";
import { viewerRouter } from "#trpc/console/viewer.ts";
import { walletRouter } from "#trpc/console/wallet.ts";
import { createCaller, router } from "#trpc/init.ts";
import { accountRouter } from "#trpc/public/account.ts";
import { catalogueRouter } from "#trpc/public/catalogue.ts";

export const appRouter = router({
  public: router({ account: accountRouter, catalogue: catalogueRouter }),
  console: router({ profile: profileRouter, sessions: sessionsRouter, viewer: viewerRouter, wallet: walletRouter }),
  admin: router({
    channels: channelsRouter, models: modelsRouter, prices: pricesRouter, groups: groupsRouter, audit: auditRouter, codes: codesRouter, dashboard: dashboardRouter, health: healthRouter, ledger: ledgerRouter, orders: ordersRouter,
    refunds: refundsRouter, requests: requestsRouter, search: searchRouter, settings: settingsRouter, staff: staffRouter, users: usersRouter,
  }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
