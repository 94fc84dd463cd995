import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Env } from "#config/env.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { migrate } from "#platform/db/migrate.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));
/** Charge partitions are made this many months ahead; the hourly job keeps them so. */
export const PARTITION_MONTHS = 4;

export type OpenDatabase = Readonly<{
  /** The environment with the database's address filled in. */
  env: Env;
  /** Address for the owner of the tables: migrations only. */
  ownerUrl: string;
  /** Stops an embedded database that nobody else of the shop uses any more; leaves others alone. */
  close(): Promise<void>;
}>;

/** The outside database, or the embedded one, started when it isn't running. */
export async function openDatabase(env: Env): Promise<OpenDatabase> {
  if (env.databaseUrl !== undefined) {
    return { env, ownerUrl: env.databaseUrl, close: () => Promise.resolve() };
  }
  const postgres = await ensurePostgres(env.dataDir);
  return {
    env: { ...env, databaseUrl: postgres.url },
    ownerUrl: postgres.ownerUrl,
    async close() {
      if (!(await isInUse(postgres.ownerUrl))) await postgres.stop();
    },
  };
}

/** Brings the database to this version of the shop. Safe while other nodes run. @throws MigrationError */
export async function prepareDatabase({ env, ownerUrl }: OpenDatabase): Promise<string[]> {
  const applied = await migrate(ownerUrl, path.resolve(MIGRATIONS));
  await withOwner(ownerUrl, async (client) => {
    await client.query("SELECT mm_make_partitions($1)", [PARTITION_MONTHS]);
    const appRole = new URL(env.databaseUrl ?? ownerUrl).username;
    // The job engine makes and changes its own tables, so its schema belongs to the role that it runs as.
    const { rows } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'pgboss'");
    if (rows.length === 0) await client.query(`CREATE SCHEMA IF NOT EXISTS pgboss AUTHORIZATION ${client.escapeIdentifier(decodeURIComponent(appRole))}`);
  });
  return applied;
}

/** Is any other process of the shop connected? Asked after our own pools are closed. */
const isInUse = (ownerUrl: string): Promise<boolean> =>
  withOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<{ others: number }>(
      "SELECT count(*)::int AS others FROM pg_stat_activity WHERE application_name LIKE 'modelmart:%' AND pid <> pg_backend_pid()",
    );
    return (rows[0]?.others ?? 0) > 0;
  });

async function withOwner<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: "modelmart:start" });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
