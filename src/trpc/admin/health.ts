import { z } from "zod";
import { listChannels, type ChannelView } from "#channels/channel-list.store.ts";
import { byTrouble, channelState } from "#channels/channel-state.ts";
import { readEnv } from "#config/env.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { listJobs, listNodes, readDatabase } from "#reports/nodes.store.ts";
import { providers } from "#relay/providers/index.ts";
import { adminProcedure, router } from "#trpc/init.ts";

/** Channels on the page at most; those in trouble come first. */
const CHANNELS = 200;

export const healthRouter = router({
  /** Every money invariant with its count of offending rows; all zero is well. */
  invariants: adminProcedure("ledger:totals")
    .output(z.array(z.strictObject({ id: z.string(), rows: z.number() })))
    .query(async ({ ctx }) => (await checkInvariants(ctx.pool)).map(({ id, rows }) => ({ id, rows }))),

  /** Channels by state, the worst first: in the same words as in their list. */
  channels: adminProcedure("channels:read").query(async ({ ctx }) => (await listChannels(ctx.pool)).map(healthOf).sort(byTrouble).slice(0, CHANNELS)),

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

function healthOf(channel: ChannelView) {
  const { id, name, pausedUntil, reason, keys, models, recent, errors, updatedAt, status } = channel;
  const provider = providers.get(channel.provider);
  const state = channelState(channel, provider?.keyless ?? false);
  const keyReason = keys.find((key) => key.status !== "active" && key.reason !== null)?.reason ?? null;
  return {
    id, name, state, pausedUntil, provider: channel.provider, providerName: provider?.name ?? channel.provider,
    /** Why it is off, else why a key is; then the error that was met most. */
    reason: reason ?? keyReason, error: state === "failing" || state === "degraded" ? errors[0]?.class ?? null : null,
    keys: keys.length, keysLive: keys.filter((key) => key.status === "active").length, models: models.length,
    attempts: recent.attempts, failures: recent.failures, limited: recent.limited, p50: recent.ttftP50, since: status === "active" ? null : updatedAt,
  };
}
