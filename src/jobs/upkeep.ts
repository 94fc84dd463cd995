import { PARTITIONS_AHEAD } from "#config/defaults.ts";
import { runInvariants } from "#reports/invariant-runs.store.ts";
import type { Job } from "#jobs/job.ts";

/** Hourly: partitions ahead of time, and every money invariant over what is new, once a day over everything; a broken one is an error in the log by its name, and red in the back office. */
export const upkeep: Job = {
  name: "upkeep",
  cron: "17 * * * *",
  expireInSeconds: 900,
  async run({ pool, log }) {
    await pool.query("SELECT mm_make_partitions($1)", [PARTITIONS_AHEAD]);
    for (const { id, rows, sample } of (await runInvariants(pool, "upkeep", "sparing")).results) {
      if (rows > 0) log.error({ invariant: id, rows, sample }, "a money invariant is broken");
    }
  },
};
