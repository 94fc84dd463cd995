import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";

/** How the owner of the tables reaches a shop's embedded database, from the file that the shop keeps beside it. */
export function embeddedUrl(dataDir: string): string {
  const { port, passwords } = JSON.parse(readFileSync(path.join(dataDir, "pg.json"), "utf8")) as { port: number; passwords: { mm_migrate: string } };
  return `postgresql://mm_migrate:${passwords.mm_migrate}@127.0.0.1:${port}/modelmart`;
}

export interface Sql {
  /** Rows of one statement; bigint columns as bigint. */
  <Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));

/** Each call opens and closes its own connection, so nothing stands in the way of a database that is killed. */
export const createSql = (url: () => string): Sql => async <Row extends object>(text: string, values: readonly unknown[] = []) => {
  const client = new pg.Client({ connectionString: url(), types, application_name: "checks" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Row[];
  } finally {
    await client.end().catch(() => undefined);
  }
};
