import type { Job } from "#jobs/job.ts";
import { expireLots as sweep } from "#money/lot-expiry.store.ts";

/** Takes back what is left of credit that has ended. */
export const expireLots: Job = {
  name: "expire-lots",
  cron: "*/15 * * * *",
  expireInSeconds: 600,
  async run({ pool, log }) {
    let ended = 0;
    for (let some = await sweep(pool, Date.now()); some > 0; some = await sweep(pool, Date.now())) ended += some;
    if (ended > 0) log.info({ lots: ended }, "credit has ended");
  },
};
