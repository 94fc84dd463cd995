import { approvalsRouter } from "#trpc/admin/approvals.ts";
import { auditRouter } from "#trpc/admin/audit.ts";
import { channelsRouter } from "#trpc/admin/channels.ts";
import { codesRouter } from "#trpc/admin/codes.ts";
import { dashboardRouter } from "#trpc/admin/dashboard.ts";
import { groupsRouter } from "#trpc/admin/groups.ts";
import { healthRouter } from "#trpc/admin/health.ts";
import { incidentsRouter } from "#trpc/admin/incidents.ts";
import { ledgerRouter } from "#trpc/admin/ledger.ts";
import { modelsRouter } from "#trpc/admin/models.ts";
import { ordersRouter } from "#trpc/admin/orders.ts";
import { pricesRouter } from "#trpc/admin/prices.ts";
import { refundsRouter } from "#trpc/admin/refunds.ts";
import { requestsRouter } from "#trpc/admin/requests.ts";
import { searchRouter } from "#trpc/admin/search.ts";
import { settingsRouter } from "#trpc/admin/settings.ts";
import { setupRouter } from "#trpc/admin/setup.ts";
import { staffRouter } from "#trpc/admin/staff.ts";
import { tasksRouter } from "#trpc/admin/tasks.ts";
import { usersRouter } from "#trpc/admin/users.ts";
import { keysRouter } from "#trpc/console/keys.ts";
import { modelsRouter as ownModelsRouter } from "#trpc/console/models.ts";
import { overviewRouter } from "#trpc/console/overview.ts";
import { playgroundRouter } from "#trpc/console/playground.ts";
import { profileRouter } from "#trpc/console/profile.ts";
import { requestsRouter as ownRequestsRouter } from "#trpc/console/requests.ts";
import { sessionsRouter } from "#trpc/console/sessions.ts";
import { ownTasksRouter } from "#trpc/console/tasks.ts";
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
    models: ownModelsRouter,
    overview: overviewRouter,
    playground: playgroundRouter,
    profile: profileRouter,
    requests: ownRequestsRouter,
    sessions: sessionsRouter,
    tasks: ownTasksRouter,
    usage: usageRouter,
    viewer: viewerRouter,
    wallet: walletRouter,
  }),
  admin: router({
    approvals: approvalsRouter,
    audit: auditRouter,
    channels: channelsRouter,
    codes: codesRouter,
    dashboard: dashboardRouter,
    groups: groupsRouter,
    health: healthRouter,
    incidents: incidentsRouter,
    ledger: ledgerRouter,
    models: modelsRouter,
    orders: ordersRouter,
    prices: pricesRouter,
    refunds: refundsRouter,
    requests: requestsRouter,
    search: searchRouter,
    settings: settingsRouter,
    setup: setupRouter,
    staff: staffRouter,
    tasks: tasksRouter,
    users: usersRouter,
  }),
});

export type AppRouter = typeof appRouter;
/** For tests and server components: the same procedures without HTTP. */
export const callerOf = createCaller(appRouter);
