import { readEnv } from "#config/env.ts";
import { postgresRuns, stopPostgres } from "#platform/db/embedded.ts";

/** `npm run db:stop`: stops the embedded database, whoever is connected. */
export default async function run(): Promise<number> {
  const env = readEnv();
  if (env.databaseUrl !== undefined) {
    process.stdout.write("DATABASE_URL is set: the database is not ours to stop.\n");
    return 1;
  }
  const ran = await postgresRuns(env.dataDir);
  await stopPostgres(env.dataDir, { force: true });
  process.stdout.write(ran ? "The database is stopped.\n" : "The database was not running.\n");
  return 0;
}
