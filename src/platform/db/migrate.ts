import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import pg from "pg";

/** The advisory lock that Prisma's schema engine takes too, so that neither runs beside the other. */
const MIGRATION_LOCK = 72707369;

type Applied = Readonly<{ migration_name: string; checksum: string; finished_at: Date | null }>;

/** A migration folder and the database disagree; `message` says which one and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/**
 * Applies `<directory>/<name>/migration.sql` in the order of their names and records them exactly as
 * `prisma migrate deploy` does, without needing its engine. Safe to run from several processes at once.
 *
 * @param url of the owner of the tables
 * @returns names of the migrations that were applied now
 * @throws MigrationError when an applied migration was edited or had failed before
 */
export async function migrate(url: string, directory: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: "modelmart:migrate", options: "-c TimeZone=UTC" });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    const { rows } = await client.query<Applied>(
      "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL",
    );
    const applied = new Map(rows.map((row) => [row.migration_name, row]));
    const done: string[] = [];
    for (const name of await migrationNames(directory)) {
      const sql = await fs.readFile(path.join(directory, name, "migration.sql"), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      if (isApplied(applied.get(name), name, checksum)) continue;
      await apply(client, name, sql, checksum);
      done.push(name);
    }
    return done;
  } finally {
    await client.end();
  }
}

/** Names of the migration folders, oldest first. */
export async function migrationNames(directory: string): Promise<string[]> {
  const entries = await fs.readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
}

function isApplied(row: Applied | undefined, name: string, checksum: string): boolean {
  if (!row) return false;
  if (!row.finished_at) throw new MigrationError(`migration ${name} failed before; repair the database by hand, then delete its row of _prisma_migrations`);
  if (row.checksum !== checksum) throw new MigrationError(`migration ${name} was edited after it was applied`);
  return true;
}

async function apply(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  const id = randomUUID();
  await client.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)", [id, checksum, name]);
  try {
    // One simple query of many statements is one transaction: a failing migration leaves nothing behind but its row.
    await client.query(sql);
  } catch (error) {
    await client.query("UPDATE _prisma_migrations SET logs = $2 WHERE id = $1", [id, String(error)]);
    throw error;
  }
  await client.query("UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1", [id]);
}
