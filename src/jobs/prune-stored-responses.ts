import type { Job } from "#jobs/job.ts";
import { pruneReplies, pruneResponses } from "#reports/index.ts";

/** Hourly: answers that were kept for their owners long enough go. */
export const pruneStoredResponses: Job = {
  name: "prune-responses",
  cron: "41 * * * *",
  expireInSeconds: 600,
  async run({ pool, log }) {
    const removed = (await pruneResponses(pool)) + (await pruneReplies(pool));
    if (removed > 0) log.info({ removed }, "kept answers removed");
  },
};
