// Developer tool: migrations without a network. Prisma's schema engine in its WASM build, over the pg driver adapter.
//   migrations new <name>   writes prisma/migrations/<time>_<name>/migration.sql: from what the folder builds to what the schema says
//   migrations check        exit 2 when the two disagree
//   migrations deploy       applies the folder to DATABASE_URL with Prisma's own engine
//   migrations status       what that engine thinks of DATABASE_URL
// Without DATABASE_URL the embedded PostgreSQL is used, and stopped again if it was started for this.
import fs from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, type SqlQuery } from "@prisma/driver-adapter-utils";
import { readEnv } from "#config/env.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { migrationNames } from "#platform/db/migrate.ts";

// "Importing WebAssembly module instances is an experimental feature": known, and of no use to the reader.
process.removeAllListeners("warning");
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error("schema engine:", message) } });
const { SchemaEngine } = await import("@prisma/schema-engine-wasm");
type Engine = Awaited<ReturnType<typeof SchemaEngine.new>>;

const SCHEMA = path.resolve("prisma/schema");
const MIGRATIONS = path.resolve("prisma/migrations");
const FILTERS = { externalTables: [], externalEnums: [] };

/** Written by hand because Prisma cannot say them (partial, or with NULLS LAST): not drift. */
const HAND_WRITTEN_INDEXES = ["credit_lots_live", "holds_open", "orders_due", "orders_one_auto", "provider_events_due"];

/** The adapter refuses the catalogue's type "char" (oid 18), which the engine reads as a character. */
const CHAR_OID = 18;
const TEXT_OID = 25;

type Answer = { rows: object; fields?: { dataTypeID: number }[] };

function createAdapter(pool: pg.Pool): PrismaPg {
  const charColumns = new WeakMap<object, number[]>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<Answer>;
  const patched = async (...args: unknown[]): Promise<Answer> => {
    const answer = await query(...args);
    const columns = (answer.fields ?? []).flatMap(({ dataTypeID }, at) => (dataTypeID === CHAR_OID ? [at] : []));
    for (const at of columns) answer.fields![at]!.dataTypeID = TEXT_OID;
    if (columns.length > 0) charColumns.set(answer.rows, columns);
    return answer;
  };
  Object.assign(pool, { query: patched });
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connection = await connect();
    const queryRaw = connection.queryRaw.bind(connection);
    connection.queryRaw = async (text: SqlQuery) => {
      const result = await queryRaw(text);
      for (const at of charColumns.get(result.rows) ?? []) result.columnTypes[at] = ColumnTypeEnum.Character;
      return result;
    };
    // The adapter cuts scripts at every semicolon, those inside function bodies included; PostgreSQL needs no help.
    connection.executeScript = async (script) => void (await query(script));
    return connection;
  };
  return factory;
}

async function schemaFiles(): Promise<{ path: string; content: string }[]> {
  const names = (await fs.readdir(SCHEMA)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(names.map(async (name) => ({ path: path.join(SCHEMA, name), content: await fs.readFile(path.join(SCHEMA, name), "utf8") })));
}

async function migrationsList() {
  await fs.mkdir(MIGRATIONS, { recursive: true });
  const names = await migrationNames(MIGRATIONS);
  return {
    baseDir: MIGRATIONS,
    shadowDbInitScript: "",
    lockfile: { path: "migration_lock.toml", content: await fs.readFile(path.join(MIGRATIONS, "migration_lock.toml"), "utf8").catch(() => null) },
    migrationDirectories: await Promise.all(names.map(async (name) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: await fs.readFile(path.join(MIGRATIONS, name, "migration.sql"), "utf8") } },
    }))),
  };
}

async function withEngine<T>(connectionString: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString, max: 2, application_name: "modelmart:migrations" });
  const datamodels = (await schemaFiles()).map(({ path: file, content }): [string, string] => [file, content]);
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(createAdapter(pool)));
  try {
    return await work(engine);
  } finally {
    engine.free();
    await pool.end();
  }
}

/** What the folder really builds, in a scratch database, against what the schema says; the SQL between the two. */
async function difference(adminUrl: string): Promise<string> {
  const scratch = `mm_shadow_${process.pid}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${scratch} TEMPLATE template0`);
  try {
    const url = new URL(adminUrl);
    url.pathname = `/${scratch}`;
    const files = await schemaFiles();
    const { stdout } = await withEngine(url.href, async (engine) => {
      await engine.applyMigrations({ migrationsList: await migrationsList(), filters: FILTERS });
      return engine.diff({
        from: { tag: "schemaDatasource", files, configDir: SCHEMA },
        to: { tag: "schemaDatamodel", files },
        script: true, exitCode: true, filters: FILTERS,
      });
    });
    return withoutHandWritten(stdout ?? "");
  } finally {
    await admin.query(`DROP DATABASE ${scratch} WITH (FORCE)`);
    await admin.end();
  }
}

/** Leaves out the statements that would drop hand-written indexes. */
function withoutHandWritten(script: string): string {
  const drops = new Set(HAND_WRITTEN_INDEXES.map((name) => `DROP INDEX "${name}";`));
  const statements = script.split(/^(?=-- )/m).filter((part) => !drops.has(part.replace(/^-- .*$/gm, "").trim()));
  return statements.join("").trim() === "-- This is an empty migration." ? "" : statements.join("").trim();
}

async function writeMigration(name: string, sql: string): Promise<string> {
  const id = `${new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14)}_${name.replace(/\W+/g, "_")}`;
  await fs.mkdir(path.join(MIGRATIONS, id), { recursive: true });
  await fs.writeFile(path.join(MIGRATIONS, id, "migration.sql"), `${sql}\n`);
  await fs.writeFile(path.join(MIGRATIONS, "migration_lock.toml"), '# Keep this file under version control.\nprovider = "postgresql"\n');
  return `prisma/migrations/${id}/migration.sql`;
}

/** @returns the exit code */
async function main(command: string | undefined, name: string | undefined, url: string, adminUrl: string): Promise<number> {
  switch (command) {
    case "new": {
      if (!name) break;
      const sql = await difference(adminUrl);
      console.log(sql ? await writeMigration(name, sql) : "schema and migrations agree: nothing to write");
      return 0;
    }
    case "check": {
      const sql = await difference(adminUrl);
      console.log(sql || "schema and migrations agree");
      return sql ? 2 : 0;
    }
    case "deploy":
      await withEngine(url, async (engine) => {
        const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: await migrationsList(), filters: FILTERS });
        console.log(appliedMigrationNames.join("\n") || "nothing to apply");
      });
      return 0;
    case "status":
      await withEngine(url, async (engine) => {
        console.log(JSON.stringify(await engine.diagnoseMigrationHistory({ migrationsList: await migrationsList(), optInToShadowDatabase: false, filters: FILTERS }), undefined, 2));
      });
      return 0;
  }
  console.error("usage: migrations new <name> | check | deploy | status");
  return 1;
}

/** As a command of the shop. @returns the exit code */
export default async function run([command, name]: readonly string[]): Promise<number> {
  const { databaseUrl, dataDir } = readEnv();
  const embedded = databaseUrl === undefined ? await ensurePostgres(dataDir) : undefined;
  const url = embedded?.ownerUrl ?? databaseUrl ?? "";
  const status = await main(command, name, url, embedded?.adminUrl ?? url);
  if (embedded?.started) await embedded.stop();
  return status;
}

// The engine keeps a connection for ten more seconds, so the process is ended instead of awaited.
if (import.meta.main) process.exit(await run(process.argv.slice(2)));
