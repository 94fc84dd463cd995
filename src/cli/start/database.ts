import { fileURLToPath } from "node:url";
import pg from "pg";
import { PARTITIONS_AHEAD } from "#config/defaults.ts";
import type { Env } from "#config/env.ts";
import { installJobs } from "#jobs/index.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { migrate } from "#platform/db/migrate.ts";
import { ensureOutsideRoles, grantRoles } from "#platform/db/roles.ts";
import type { Log } from "#platform/log.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

export type OpenDatabase = Readonly<{
  /** The environment with the database's address filled in. */
  env: Env;
  /** Address for the owner of the tables: migrations only. */
  ownerUrl: string;
  /** Stops an embedded database that nobody else of the shop uses any more; leaves others alone. */
  close(): Promise<void>;
}>;

/**
 * The outside database under the role that the shop runs as, or the embedded one, started when it isn't running.
 *
 * @param appPassword of that role, the same on every node
 */
export async function openDatabase(env: Env, appPassword: string, log: Log): Promise<OpenDatabase> {
  if (env.databaseUrl !== undefined) {
    const login = await ensureOutsideRoles(env.databaseUrl, appPassword);
    if (login.reduced !== undefined) log.warn({ reason: login.reduced }, "the shop runs as the owner of its tables");
    return { env: { ...env, databaseUrl: login.url }, ownerUrl: env.databaseUrl, close: () => Promise.resolve() };
  }
  const postgres = await ensurePostgres(env.dataDir);
  return {
    env: { ...env, databaseUrl: postgres.url },
    ownerUrl: postgres.ownerUrl,
    close: async () => void (await postgres.stop()),
  };
}

/** Brings the database to this version of the shop. Safe while other nodes run. @throws MigrationError */
export async function prepareDatabase({ ownerUrl }: OpenDatabase): Promise<string[]> {
  const applied = await migrate(ownerUrl, MIGRATIONS);
  await installJobs(ownerUrl);
  await grantRoles(ownerUrl);
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "modelmart:start" });
  await client.connect();
  try {
    await client.query("SELECT mm_make_partitions($1)", [PARTITIONS_AHEAD]);
  } finally {
    await client.end();
  }
  return applied;
}
