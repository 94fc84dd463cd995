import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveKeys, MasterSecret } from "#platform/crypto/secret.ts";
import { ensurePostgres, type EmbeddedPostgres } from "#platform/db/embedded.ts";
import { createPool } from "#platform/db/pool.ts";
import { prepareDatabase } from "#platform/db/prepare.ts";
import { ensureOutsideRoles, withUser } from "#platform/db/roles.ts";

const keysOf = (text: string) => deriveKeys(new MasterSecret(Buffer.from(text.padEnd(32, "."))));
let dataDir: string;
let server: EmbeddedPostgres;

/** A server of its own, without the shop's roles, as somebody else would run it. */
beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "modelmart-outside-"));
  server = await ensurePostgres(dataDir, { settings: { fsync: "off" } });
  await admin(
    "DROP DATABASE modelmart", "DROP ROLE mm_app, mm_read, mm_migrate",
    "CREATE ROLE hosted LOGIN CREATEROLE PASSWORD 'h'", "CREATE ROLE poor LOGIN PASSWORD 'p'",
    "CREATE DATABASE shop OWNER hosted", "CREATE DATABASE second OWNER hosted", "CREATE DATABASE small OWNER poor",
  );
});
afterAll(async () => {
  await server.stop({ force: true });
  fs.rmSync(dataDir, { recursive: true });
});

async function admin(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

function urlOf(user: string, password: string, database: string): string {
  const url = new URL(withUser(server.adminUrl, user, password));
  url.pathname = `/${database}`;
  return url.href;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const pool = createPool(url, { name: "outside-test", max: 1 });
  try {
    return Object.values((await pool.query(sql)).rows[0] as object)[0];
  } finally {
    await pool.end();
  }
}

test("several nodes prepare it at once, and all run as mm_app", async () => {
  const env = { databaseUrl: urlOf("hosted", "h", "shop"), dataDir: "unused" };
  const nodes = await Promise.all([1, 2, 3].map(() => prepareDatabase(env, keysOf("one"), "prisma/migrations")));
  const names = fs.readdirSync("prisma/migrations", { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(nodes.flatMap(({ applied }) => applied).sort()).toEqual(names.sort()); // each by one of them
  for (const node of nodes) {
    expect(node).toMatchObject({ ownerUrl: env.databaseUrl, url: urlOf("mm_app", keysOf("one").databasePassword, "shop") });
    expect(node.reduced).toBeUndefined();
  }
  const { url } = nodes[0]!;
  expect(await ask(url, "SELECT current_user")).toBe("mm_app");
  expect(await ask(url, "SELECT mm_make_partitions(4)")).toBe(0);
  await expect(ask(url, "DELETE FROM charges RETURNING 1")).rejects.toMatchObject({ code: "42501" });
});

test("a node with another master secret stops before it changes anything", async () => {
  const env = { databaseUrl: urlOf("hosted", "h", "shop"), dataDir: "unused" };
  await expect(prepareDatabase(env, keysOf("two"), "prisma/migrations")).rejects.toThrow(/another master secret/);
  expect(await ask(urlOf("mm_app", keysOf("one").databasePassword, "shop"), "SELECT 1")).toBe(1);
});

test("a second shop on the same server leaves the first one's role alone", async () => {
  const databaseUrl = urlOf("hosted", "h", "second");
  expect(await ensureOutsideRoles(databaseUrl, "x")).toEqual({ url: databaseUrl, reduced: "the role mm_app belongs to modelmart:shop" });
});

test("a user who may not make roles runs the shop himself, behind the triggers", async () => {
  const databaseUrl = urlOf("poor", "p", "small");
  const prepared = await prepareDatabase({ databaseUrl, dataDir: "unused" }, keysOf("one"), "prisma/migrations");
  expect(prepared).toMatchObject({ url: databaseUrl, reduced: "the user of DATABASE_URL may not create roles" });
  await expect(ask(databaseUrl, "DELETE FROM charges RETURNING 1")).rejects.toMatchObject({ code: "23001" });
});

test("where mm_app cannot sign in the owner does it", async () => {
  const databaseUrl = urlOf("hosted", "h", "shop");
  fs.writeFileSync(path.join(dataDir, "pg/pg_hba.conf"), `host all mm_app all reject\nhost all all all scram-sha-256\n`);
  await admin("SELECT pg_reload_conf()");
  await expect.poll(() => ensureOutsideRoles(databaseUrl, keysOf("one").databasePassword)).toEqual({ url: databaseUrl, reduced: "the server does not let mm_app sign in (28000)" });
});
