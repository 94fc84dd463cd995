import { PgBoss } from "pg-boss";
import type pg from "pg";
import type { Log } from "#platform/log.ts";
import { upkeep } from "#jobs/upkeep.ts";

export type JobDeps = Readonly<{ databaseUrl: string; pool: pg.Pool; log: Log }>;

/** One piece of work that runs by itself. Runs once for the whole shop, however many nodes it has. */
export type Job = Readonly<{
  name: string;
  /** Five-field cron, UTC. */
  cron: string;
  /** A run that takes longer is given up and tried again. */
  expireInSeconds: number;
  run(deps: JobDeps): Promise<void>;
}>;

const JOBS: readonly Job[] = [upkeep];

/** Connections of the engine; the jobs themselves use the pool of the web half. */
const ENGINE_CONNECTIONS = 2;

/** Starts the engine, its schedules and workers. */
export async function startJobs(deps: JobDeps): Promise<{ stop(): Promise<void> }> {
  const { databaseUrl, log } = deps;
  const boss = new PgBoss({ connectionString: databaseUrl, application_name: "modelmart:jobs", max: ENGINE_CONNECTIONS, createSchema: false });
  boss.on("error", (error) => log.error({ error }, "job engine"));
  await boss.start();
  for (const job of JOBS) {
    await boss.createQueue(job.name, { policy: "short", expireInSeconds: job.expireInSeconds, retryLimit: 2, retryDelay: 30 });
    await boss.schedule(job.name, job.cron, null, { tz: "UTC" });
    await boss.work(job.name, { pollingIntervalSeconds: 10 }, async () => {
      const startedAt = performance.now();
      await job.run(deps);
      log.info({ job: job.name, ms: Math.round(performance.now() - startedAt) }, "job done");
    });
  }
  return { stop: () => boss.stop({ graceful: true, timeout: 5_000, close: true }) };
}
