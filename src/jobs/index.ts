import { PgBoss } from "pg-boss";
import { POOL_MAX } from "#config/defaults.ts";
import { accountUpkeep } from "#jobs/account-upkeep.ts";
import { expireLots } from "#jobs/expire-lots.ts";
import type { Job, JobDeps } from "#jobs/job.ts";
import { ledgerDaily } from "#jobs/ledger-daily.ts";
import { payments } from "#jobs/payments.ts";
import { pruneStoredResponses } from "#jobs/prune-stored-responses.ts";
import { upkeep } from "#jobs/upkeep.ts";
import { usageRollup } from "#jobs/usage-rollup.ts";

export { startTaskRounds } from "#jobs/poll-tasks.ts";

const JOBS: readonly Job[] = [upkeep, usageRollup, accountUpkeep, payments, expireLots, ledgerDaily, pruneStoredResponses];

/**
 * Makes the job engine's tables, queues and schedules, as the owner of the database; the shop's own role then only
 * reads and writes rows there. Safe while other nodes run.
 */
export async function installJobs(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, application_name: "modelmart:jobs", max: 1, supervise: false, schedule: false });
  const failed = Promise.withResolvers<never>();
  boss.on("error", failed.reject);
  await Promise.race([failed.promise, install(boss)]);
}

async function install(boss: PgBoss): Promise<void> {
  await boss.start();
  for (const job of JOBS) {
    await boss.createQueue(job.name, { policy: "short", expireInSeconds: job.expireInSeconds, retryLimit: 2, retryDelay: 30 });
    await boss.schedule(job.name, job.cron, null, { tz: "UTC" });
  }
  await boss.stop({ graceful: false, close: true });
}

/** Starts the engine and its workers. Each job runs once for the whole shop, however many nodes it has. */
export async function startJobs(deps: JobDeps & Readonly<{ databaseUrl: string }>): Promise<{ stop(): Promise<void> }> {
  const { databaseUrl, log } = deps;
  const boss = new PgBoss({ connectionString: databaseUrl, application_name: "modelmart:jobs", max: POOL_MAX.jobs, createSchema: false, migrate: false });
  boss.on("error", (error) => log.error({ err: error }, "job engine"));
  await boss.start();
  for (const job of JOBS) {
    await boss.work(job.name, { pollingIntervalSeconds: 10 }, async () => {
      const startedAt = performance.now();
      await job.run(deps);
      log.info({ job: job.name, ms: Math.round(performance.now() - startedAt) }, "job done");
    });
  }
  return { stop: () => boss.stop({ graceful: true, timeout: 5_000, close: true }) };
}
