import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";

/** How the owner of the tables reaches a shop's embedded database, from the file that the shop keeps beside it. */
export function embeddedUrl(dataDir: string): string {
  const { port, passwords } = JSON.parse(readFileSync(path.join(dataDir, "pg.json"), "utf8")) as { port: number; passwords: { mm_migrate: string } };
  return `postgresql://mm_migrate:${passwords.mm_migrate}@127.0.0.1:${port}/modelmart`;
}

/** As the server's owner, who can do what no role of the shop may: past triggers and rights. */
export function superuserUrl(dataDir: string): string {
  const { port, passwords } = JSON.parse(readFileSync(path.join(dataDir, "pg.json"), "utf8")) as { port: number; passwords: { superuser: string } };
  return `postgresql://postgres:${passwords.superuser}@127.0.0.1:${port}/modelmart`;
}

export interface Sql {
  /** Rows of one statement; bigint columns as bigint. */
  <Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));

/**
 * Statements over a few kept connections. One that was lost with its database is replaced and the statement tried once
 * more, so only reading and idempotent statements belong here.
 */
export function createSql(url: () => string): Sql {
  let pool: pg.Pool | undefined;
  let poolUrl = "";
  const open = (): pg.Pool => {
    if (pool !== undefined && poolUrl === url()) return pool;
    poolUrl = url(); // an embedded database may come back on another port
    pool = new pg.Pool({ connectionString: poolUrl, types, max: 4, idleTimeoutMillis: 2_000, allowExitOnIdle: true, application_name: "checks" });
    pool.on("error", () => undefined);
    return pool;
  };
  return async <Row extends object>(text: string, values: readonly unknown[] = []) => {
    const run = async (): Promise<Row[]> => (await open().query(text, [...values])).rows as Row[];
    return run().catch((error: Error & { code?: string }) => {
      // Errors of PostgreSQL have a five-letter SQLSTATE; those of class 57P are its end, all others are ours to see.
      if (/^[0-9A-Z]{5}$/.test(error.code ?? "") && !error.code!.startsWith("57P")) throw error;
      return run();
    });
  };
}
