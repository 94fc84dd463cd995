import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkCanary } from "#platform/crypto/canary.store.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, MasterSecret } from "#platform/crypto/secret.ts";
import { createListener, notify } from "#platform/db/listen.ts";
import { createPool } from "#platform/db/pool.ts";
import { createPrisma } from "#platform/db/prisma.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { createLog } from "#platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const log = createLog({ level: "silent", format: "json" });
const keysOf = (text: string) => deriveKeys(new MasterSecret(Buffer.from(text.padEnd(32, "."))));
let db: TestDatabase;
/** Node says each but once: they are kept from the first on. */
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe("a pool", () => {
  test("reads whole numbers as bigint, exact ones as text, instants as Date in UTC", async () => {
    const { rows } = await db.pool.query(
      "SELECT 9223372036854775807::int8 AS big, ARRAY[1, NULL, -2]::int8[] AS bigs, '{}'::int8[] AS none, 12345678901234567890123::numeric AS exact, '2030-01-01 00:00'::timestamptz AS at, '2030-01-01'::date AS day, 5::int4 AS small, '{\"a\":1}'::jsonb AS doc");
    expect(rows).toEqual([{
      big: 9_223_372_036_854_775_807n, bigs: [1n, null, -2n], none: [], exact: "12345678901234567890123",
      at: new Date("2030-01-01T00:00:00Z"), day: "2030-01-01", small: 5, doc: { a: 1 },
    }]);
    expect((await db.pool.query("SELECT $1::int8 AS n, $2::int8[] AS list", [7n, [1n, 2n]])).rows).toEqual([{ n: 7n, list: [1n, 2n] }]);
  });

  test("leaves other pools' numbers alone", async () => {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    expect((await client.query("SELECT 1::int8 AS n")).rows).toEqual([{ n: "1" }]);
    await client.end();
  });

  test("says who it is, runs in UTC at READ COMMITTED, and ends statements that take too long", async () => {
    const pool = createPool(db.url, { name: "relay", max: 1, statementTimeoutMs: 50 });
    const { rows } = await pool.query("SELECT current_setting('application_name') AS name, current_setting('TimeZone') AS zone, current_setting('transaction_isolation') AS isolation");
    expect(rows).toEqual([{ name: "modelmart:relay", zone: "UTC", isolation: "read committed" }]);
    await expect(pool.query("SELECT pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
    await pool.end();
  });

  test("outlives its connections", async () => {
    const lost: Error[] = [];
    const pool = createPool(db.url, { name: "victim", max: 1, onError: (error) => lost.push(error) });
    await pool.query("SELECT 1");
    await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'modelmart:victim'");
    await expect.poll(() => lost.length).toBe(1);
    expect((await pool.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    await pool.end();
  });
});

describe("a transaction", () => {
  const setting = (key: string) => db.pool.query("SELECT value FROM settings WHERE key = $1", [key]).then(({ rows }) => rows[0]?.value as unknown);

  test("commits what resolves and undoes what throws", async () => {
    const put = (key: string, fail: boolean) => withTransaction(db.pool, async (client) => {
      await client.query("INSERT INTO settings (key, value) VALUES ($1, '1')", [key]);
      if (fail) throw new Error("no");
      return "done";
    });
    expect(await put("tx.a", false)).toBe("done");
    await expect(put("tx.b", true)).rejects.toThrow("no");
    expect([await setting("tx.a"), await setting("tx.b")]).toEqual([1, undefined]);
  });

  test("is run again after a deadlock", async () => {
    await db.pool.query("INSERT INTO settings (key, value) VALUES ('lock.a', '0'), ('lock.b', '0')");
    const cross = (first: string, second: string) => withTransaction(db.pool, async (client) => {
      await client.query("UPDATE settings SET value = to_jsonb(value::int + 1) WHERE key = $1", [first]);
      await sleep(50);
      await client.query("UPDATE settings SET value = to_jsonb(value::int + 1) WHERE key = $1", [second]);
    });
    await Promise.all([cross("lock.a", "lock.b"), cross("lock.b", "lock.a")]);
    expect([await setting("lock.a"), await setting("lock.b")]).toEqual([2, 2]);
  });

  test("is run again after a serialization failure, but not for ever", async () => {
    let tries = 0;
    const fail = withTransaction(db.pool, async (client) => {
      tries += 1;
      await client.query("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$");
    }, { isolation: "SERIALIZABLE", retries: 2 });
    await expect(fail).rejects.toMatchObject({ code: "40001" });
    expect(tries).toBe(3);
  });

  test("gives a broken connection away, not back", async () => {
    const pool = createPool(db.url, { name: "breaking", max: 1 });
    await expect(withTransaction(pool, (client) => client.query("SELECT pg_terminate_backend(pg_backend_pid())"))).rejects.toThrow();
    expect((await pool.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    await pool.end();
  });
});

describe("a listener", () => {
  test("hears channels added at any time, survives a handler that throws, and connects again when it is cut", async () => {
    const heard: string[] = [];
    let reconnects = 0;
    const listener = await createListener(db.url, { log, onReconnect: () => (reconnects += 1) });
    listener.on("config", () => {
      throw new Error("bad handler");
    });
    listener.on("config", (payload) => heard.push(payload));
    listener.on("wallet", (payload) => heard.push(payload));
    await listener.ready();
    await notify(db.pool, "config", "1");
    await notify(db.pool, "wallet", "w");
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(["1", "w"]);

    await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'modelmart:listen' AND datname = current_database()");
    await expect.poll(() => reconnects, { timeout: 5_000 }).toBe(1);
    await notify(db.pool, "config", "2");
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(["1", "w", "2"]);
    await listener.close();
    await notify(db.pool, "config", "3");
    await sleep(50);
    expect(heard).toHaveLength(3);
  });

  test("listens to many channels at once without asking the driver for two things at a time", async () => {
    const listener = await createListener(db.url, { log, onReconnect: () => undefined });
    const heard: string[] = [], channels = ["live", "session", "outbox", "wallet", "key"];
    for (const channel of channels) listener.on(channel, () => heard.push(channel));
    await listener.ready();
    for (const channel of channels) await notify(db.pool, channel, "");
    await expect.poll(() => heard, { timeout: 15_000 }).toEqual(channels);
    await listener.close();
    expect(warnings).toEqual([]);
  });

  test("hears a message of a transaction only when it commits", async () => {
    const heard: string[] = [];
    const listener = await createListener(db.url, { log, onReconnect: () => undefined });
    listener.on("key", (payload) => heard.push(payload));
    await listener.ready();
    await withTransaction(db.pool, async (client) => {
      await notify(client, "key", "k");
      await sleep(50);
      expect(heard).toEqual([]);
    });
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(["k"]);
    await listener.close();
  });
});

test("Prisma reads what SQL wrote, as mm_app", async () => {
  const prisma = createPrisma(db.url, { name: "web", max: 2 });
  const house = await prisma.user.findUniqueOrThrow({ where: { email: "house" }, include: { group: true } });
  expect(house).toMatchObject({ id: "00000000-0000-7000-8000-000000000001", passwordHash: null, group: { name: "default", ppm: 1_000_000 } });
  expect(await prisma.wallet.findFirstOrThrow()).toMatchObject({ paidNano: 0n });
  await expect(prisma.ledgerEntry.deleteMany()).rejects.toThrow();
  await prisma.$disconnect();
});

test("the canary binds a database to its master secret", async () => {
  await checkCanary(db.pool, createSealer(keysOf("one")));
  await checkCanary(db.pool, createSealer(keysOf("one")));
  await expect(checkCanary(db.pool, createSealer(keysOf("two")))).rejects.toThrow(/another master secret/);
});
