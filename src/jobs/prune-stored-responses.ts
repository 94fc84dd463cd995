import type { Job } from "#jobs/job.ts";
import { pruneResponses } from "#reports/index.ts";

/** Hourly: answers that were kept for their owners long enough go. */
export const pruneStoredResponses: Job = {
  name: "prune-responses",
  cron: "41 * * * *",
  expireInSeconds: 600,
  async run({ pool, log }) {
    const removed = await pruneResponses(pool);
    if (removed > 0) log.info({ removed }, "kept responses removed");
  },
};
