import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { createPool } from "#platform/db/pool.ts";
import { at, TEMPLATE } from "./global-setup.ts";

export type TestDatabase = Readonly<{
  /** As `mm_app`, the role that the shop runs as. */
  url: string;
  /** As `mm_migrate`, who owns the tables. */
  ownerUrl: string;
  /** As superuser, in this database: to break what nobody else can. */
  adminUrl: string;
  /** Over `url`. */
  pool: pg.Pool;
  /** Closes the pool and removes the database with all connections to it. */
  drop(): Promise<void>;
}>;

/** A fresh, migrated database on the test run's PostgreSQL; integration and contract tests only. Takes about 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { admin, owner, app } = inject("postgres");
  const name = `mm_test_${randomBytes(6).toString("hex")}`;
  await asAdmin(admin, `CREATE DATABASE ${name} OWNER mm_migrate TEMPLATE ${TEMPLATE}`);
  const url = at(app, name);
  const pool = createPool(url, { name: "test", max: 8 });
  return {
    url,
    ownerUrl: at(owner, name),
    adminUrl: at(admin, name),
    pool,
    async drop() {
      await pool.end();
      await asAdmin(admin, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
