import { eraseClosedAccounts } from "#accounts/index.ts";
import { removeOldMails } from "#notify/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { Job } from "#jobs/job.ts";

/** Hourly: accounts whose closing is due are erased, and mails that were sent long ago go. */
export const accountUpkeep: Job = {
  name: "account-upkeep",
  cron: "43 * * * *",
  expireInSeconds: 300,
  async run({ pool, log }) {
    const erased = await withTransaction(pool, (tx) => eraseClosedAccounts(tx, Date.now()));
    if (erased > 0) log.info({ erased }, "closed accounts erased");
    await removeOldMails(pool);
  },
};
