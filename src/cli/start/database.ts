import { fileURLToPath } from "node:url";
import type { Env } from "#config/env.ts";
import { installJobs } from "#jobs/index.ts";
import { deriveKeys, loadSecret } from "#platform/crypto/secret.ts";
import { prepareDatabase } from "#platform/db/prepare.ts";
import { superviseEmbedded } from "#platform/db/supervise.ts";
import type { Log } from "#platform/log.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

export type OpenDatabase = Readonly<{
  /** The environment with the address that the shop runs with filled in. */
  env: Env;
  /** Stops an embedded database that nobody else of the shop uses any more; leaves others alone. */
  close(): Promise<void>;
}>;

/**
 * The database, ready to serve from: started, migrated, with rights, partitions and the job engine's tables. An
 * embedded one is started again when it dies.
 *
 * @throws EmbeddedPostgresError, SecretError, MigrationError, each with what to do
 */
export async function openDatabase(env: Env, log: Log): Promise<OpenDatabase> {
  const prepared = await prepareDatabase(env, deriveKeys(await loadSecret(env)), MIGRATIONS);
  if (prepared.applied.length > 0) log.info({ migrations: prepared.applied }, "database migrated");
  if (prepared.reduced !== undefined) log.warn({ reason: prepared.reduced }, "the shop runs as the owner of its tables");
  await installJobs(prepared.ownerUrl);
  const endWatch = prepared.embedded && superviseEmbedded(env.dataDir, { log });
  return {
    env: { ...env, databaseUrl: prepared.url },
    async close() {
      await endWatch?.();
      await prepared.embedded?.stop();
    },
  };
}
