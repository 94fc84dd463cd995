import { rollLedger } from "#reports/index.ts";
import type { Job } from "#jobs/job.ts";

/** Every five minutes: what was posted goes into the ledger's daily sums, so that a balance is a day's close and what came since. */
export const ledgerDaily: Job = {
  name: "ledger-daily",
  cron: "*/5 * * * *",
  expireInSeconds: 600,
  async run({ pool, log }) {
    const { current, throughId } = await rollLedger(pool);
    if (!current) log.warn({ through: throughId.toString() }, "a transaction has been open for long; the ledger's daily sums wait for its end");
  },
};
