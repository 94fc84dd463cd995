import { z } from "zod";
import { readEnv } from "#config/env.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { listChannelStates, listJobs, listNodes, readDatabase } from "#reports/nodes.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

/** Channels on the page at most; those in trouble come first. */
const CHANNELS = 200;

export const healthRouter = router({
  /** Every money invariant with its count of offending rows; all zero is well. */
  invariants: adminProcedure("ledger:totals")
    .output(z.array(z.strictObject({ id: z.string(), rows: z.number() })))
    .query(async ({ ctx }) => (await checkInvariants(ctx.pool)).map(({ id, rows }) => ({ id, rows }))),

  /** Channels by state, the worst first. */
  channels: adminProcedure("channels:read").query(({ ctx }) => listChannelStates(ctx.pool, CHANNELS)),

  /** Relay nodes and how far each has the configuration. */
  nodes: adminProcedure("health:read").query(({ ctx }) => listNodes(ctx.pool)),

  database: adminProcedure("health:read").query(({ ctx }) => readDatabase(ctx.pool)),

  jobs: adminProcedure("health:read").query(({ ctx }) => listJobs(ctx.pool)),

  /** What is off, or runs reduced, because a setting of the environment is missing. */
  switchedOff: adminProcedure("health:read").query(async ({ ctx }) => {
    const env = readEnv();
    const { ownsTables } = await readDatabase(ctx.pool);
    return [
      { part: "payments" as const, off: env.stripe.secretKey === undefined || env.stripe.webhookSecret === undefined, variable: "STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET" },
      { part: "mail" as const, off: env.smtpUrl === undefined, variable: "SMTP_URL" },
      { part: "address" as const, off: env.url === undefined && (await ctx.baseUrl()).includes("127.0.0.1"), variable: "MODELMART_URL" },
      { part: "shared_limits" as const, off: env.redisUrl === undefined, variable: "REDIS_URL" },
      { part: "roles" as const, off: ownsTables, variable: "DATABASE_URL" },
    ];
  }),
});
