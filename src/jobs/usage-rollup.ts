import { rollUsage } from "#reports/index.ts";
import type { Job } from "#jobs/job.ts";

/** Every minute: what was settled goes into the hourly sums, so that pages about a year read hours and not requests. */
export const usageRollup: Job = {
  name: "usage-rollup",
  cron: "* * * * *",
  expireInSeconds: 600,
  async run({ pool }) {
    await rollUsage(pool);
  },
};
