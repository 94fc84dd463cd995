import { existsSync } from "node:fs";
import path from "node:path";
import { readEnv } from "#config/env.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";

/** `npm run db:stop`: stops the embedded database, whoever is connected. */
export default async function run(): Promise<number> {
  const env = readEnv();
  if (env.databaseUrl !== undefined) {
    process.stdout.write("DATABASE_URL is set: the database is not ours to stop.\n");
    return 1;
  }
  if (!existsSync(path.join(env.dataDir, "pg.json"))) {
    process.stdout.write("There is no embedded database yet.\n");
    return 0;
  }
  const postgres = await ensurePostgres(env.dataDir);
  await postgres.stop();
  process.stdout.write(postgres.started ? "The database was not running.\n" : "The database is stopped.\n");
  return 0;
}
