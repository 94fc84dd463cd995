import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { migrate } from "#platform/db/migrate.ts";
import { grantRoles } from "#platform/db/roles.ts";

/** What `database.ts` needs to clone databases in the test processes. */
export type PostgresUrls = Readonly<{ admin: string; owner: string; app: string }>;

declare module "vitest" {
  export interface ProvidedContext {
    postgres: PostgresUrls;
  }
}

export const TEMPLATE = "mm_template";

/** Starts one PostgreSQL for the run, in a temporary folder, with a migrated template database; ends it afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "modelmart-test-"));
  const remove = () => fs.rmSync(dataDir, { recursive: true, force: true });
  // Tests kill processes, never the machine: what the kernel has is safe enough, and many times faster.
  const postgres = await ensurePostgres(dataDir, { settings: { fsync: "off", full_page_writes: "off", autovacuum: "off" } });
  const lifeline = () => {
    killNow(dataDir);
    remove();
  };
  process.once("exit", lifeline);
  try {
    const urls = { admin: postgres.adminUrl, owner: at(postgres.ownerUrl, TEMPLATE), app: at(postgres.url, TEMPLATE) };
    await createTemplate(urls);
    project.provide("postgres", urls);
  } catch (error) {
    lifeline();
    throw error;
  }
  return async () => {
    process.off("exit", lifeline);
    await postgres.stop({ force: true });
    remove();
  };
}

async function createTemplate(urls: PostgresUrls): Promise<void> {
  const admin = new pg.Client({ connectionString: urls.admin });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE} OWNER mm_migrate TEMPLATE template0`);
  await admin.end();
  await migrate(urls.owner, path.resolve("prisma/migrations"));
  await grantRoles(urls.owner);
}

/** The same server, another database. */
export function at(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** In an exit handler nothing can be awaited: the server's process is ended at once. */
function killNow(dataDir: string): void {
  try {
    process.kill(Number.parseInt(fs.readFileSync(path.join(dataDir, "pg/postmaster.pid"), "utf8"), 10), "SIGQUIT");
  } catch {
    // It is gone already.
  }
}
