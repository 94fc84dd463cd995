import { checkInvariants } from "#money/invariants.store.ts";
import type { Job } from "#jobs/index.ts";

/** Partitions are made this many months ahead: a month without one would refuse every charge. */
const PARTITION_MONTHS = 4;

/** Hourly: partitions ahead of time, and every money invariant; a broken one is an error in the log by its name. */
export const upkeep: Job = {
  name: "upkeep",
  cron: "17 * * * *",
  expireInSeconds: 900,
  async run({ pool, log }) {
    await pool.query("SELECT mm_make_partitions($1)", [PARTITION_MONTHS]);
    for (const { id, rows, sample } of await checkInvariants(pool)) {
      if (rows > 0) log.error({ invariant: id, rows, sample }, "a money invariant is broken");
    }
  },
};
