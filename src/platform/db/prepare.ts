import pg from "pg";
import { PARTITIONS_AHEAD } from "#config/defaults.ts";
import type { Env } from "#config/env.ts";
import { checkCanary } from "#platform/crypto/canary.store.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import { ensurePostgres, type EmbeddedPostgres } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { ensureOutsideRoles, grantRoles, type ShopLogin } from "./roles.ts";

export type PreparedDatabase = Readonly<{
  /** What the shop runs as. */
  url: string;
  /** Owner of the tables: migrations and the job queue's schema. */
  ownerUrl: string;
  /** Absent with an outside database. */
  embedded?: EmbeddedPostgres;
  /** Names of the migrations applied now. */
  applied: readonly string[];
  /** Why the shop runs as the owner instead of `mm_app`; absent when all is well. */
  reduced?: string;
}>;

/**
 * Brings the database to where the shop can serve from it: embedded server or outside roles, canary, migrations,
 * rights, partitions. Safe to run from several processes and nodes at once.
 *
 * @param migrationsDir `prisma/migrations` of the package
 * @throws EmbeddedPostgresError, SecretError (another master secret), MigrationError, errors of the connection
 */
export async function prepareDatabase({ databaseUrl, dataDir }: Pick<Env, "databaseUrl" | "dataDir">, keys: DerivedKeys, migrationsDir: string): Promise<PreparedDatabase> {
  const { ownerUrl, embedded } = databaseUrl === undefined ? await embeddedOwner(dataDir) : { ownerUrl: databaseUrl, embedded: undefined };
  const sealer = createSealer(keys);
  const client = new pg.Client({ connectionString: ownerUrl, application_name: "modelmart:prepare", options: "-c TimeZone=UTC" });
  await client.connect();
  try {
    // First of all: with another secret not even the password of mm_app may be touched, others run with it.
    await checkCanary(client, sealer);
    const login: ShopLogin = embedded ? { url: embedded.url } : await ensureOutsideRoles(ownerUrl, keys.databasePassword);
    const applied = await migrate(ownerUrl, migrationsDir);
    await grantRoles(ownerUrl);
    await client.query("SELECT mm_make_partitions($1)", [PARTITIONS_AHEAD]);
    await checkCanary(client, sealer);
    return { ...login, ownerUrl, applied, ...(embedded ? { embedded } : {}) };
  } finally {
    await client.end();
  }
}

async function embeddedOwner(dataDir: string): Promise<{ ownerUrl: string; embedded?: EmbeddedPostgres }> {
  const embedded = await ensurePostgres(dataDir);
  return { ownerUrl: embedded.ownerUrl, embedded };
}
