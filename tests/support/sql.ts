import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";

/** How to reach a shop's embedded database, from the file that it writes beside it. */
export function embeddedUrl(dataDir: string): string {
  const conf = JSON.parse(readFileSync(path.join(dataDir, "pg.json"), "utf8")) as Readonly<Record<string, string | number>>;
  const user = String(conf.user ?? conf.owner ?? "app");
  const url = conf.ownerUrl ?? conf.url ?? `postgresql://${user}:${String(conf.ownerPassword ?? conf.password)}@127.0.0.1:${conf.port}/${conf.database ?? "postgres"}`;
  return String(url);
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
