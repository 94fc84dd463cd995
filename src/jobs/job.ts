import type pg from "pg";
import type { Payments } from "#payments/index.ts";
import type { Log } from "#platform/log.ts";

export type JobDeps = Readonly<{ pool: pg.Pool; log: Log; payments: Payments }>;

/** One piece of work that runs by itself. */
export type Job = Readonly<{
  name: string;
  /** Five-field cron, UTC. */
  cron: string;
  /** A run that takes longer is given up and tried again. */
  expireInSeconds: number;
  run(deps: JobDeps): Promise<void>;
}>;
