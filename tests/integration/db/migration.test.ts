import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#platform/ids.ts";
import { migrate } from "#platform/db/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let db: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  db = await createTestDatabase();
  owner = new pg.Client({ connectionString: db.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await db.drop();
});

const code = async (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(() => undefined, (error: { code?: string }) => error.code ?? String(error));

/** One balanced transaction between two accounts of the shop; returns its id. */
async function post(client: Pick<pg.Client, "query">, amounts: readonly [string, bigint][], kind = "test", reason: string | null = null): Promise<string> {
  const id = uuidv7();
  await client.query(
    "INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type, reason) VALUES ($1, $2, $3, 'system', $4)", [id, kind, id, reason],
  );
  await client.query(
    `INSERT INTO ledger_entries (tx_id, account_id, amount_nano)
     SELECT $1, a.id, l.amount FROM unnest($2::text[], $3::bigint[]) AS l(code, amount) JOIN accounts a ON a.code = l.code`,
    [id, amounts.map(([account]) => account), amounts.map(([, amount]) => amount.toString())],
  );
  return id;
}

type ChargeOver = Partial<{ id: string; at: string; sum: string; charge: string; paid: string; lots: string; outcome: string }>;

async function insertCharge(over: ChargeOver = {}): Promise<string> {
  const id = over.id ?? uuidv7();
  const card = await rateCard();
  await db.pool.query(
    `INSERT INTO charges (id, at, wallet_id, user_id, model_id, rate_card_id, outcome, usage_source, sum_pico, charge_nano, paid_nano, lots_nano, endpoint, http_status, settlement_id)
     VALUES ($1, coalesce($2::timestamptz, mm_uuid_ms($1)), $1, $1, $1, $3, $4, 'upstream', $5, $6, $7, $8, 'chat', 200, $1)`,
    [id, over.at ?? null, card, over.outcome ?? "ok", over.sum ?? "1001", over.charge ?? "2", over.paid ?? "2", over.lots ?? "0"],
  );
  return id;
}

async function rateCard(): Promise<string> {
  const model = uuidv7();
  const card = uuidv7();
  await db.pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [model, model]);
  await db.pool.query(
    `WITH v AS (INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, now(), '{}') RETURNING id)
     INSERT INTO rate_cards SELECT $2, id, '[]', 1, 1, 1, 1, 1, 1, '{}' FROM v`,
    [model, card],
  );
  return card;
}

test("a second run applies nothing", async () => {
  expect(await migrate(db.ownerUrl, "prisma/migrations")).toEqual([]);
});

test("the house has a wallet, the shop its accounts, a default group and a revision", async () => {
  const { rows: [row] } = await db.pool.query(
    `SELECT (SELECT count(*) FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = 'house') AS house,
            (SELECT count(*) FROM accounts WHERE wallet_id IS NULL) AS accounts,
            (SELECT ppm FROM groups WHERE name = 'default') AS ppm, (SELECT rev FROM config_rev) AS rev`);
  expect(row).toEqual({ house: 1n, accounts: 17n, ppm: 1_000_000, rev: 0n });
});

describe("the ledger", () => {
  test("takes a transaction that balances and shows it with debit and credit", async () => {
    const id = await post(db.pool, [["bank", 5n], ["revenue:fee", -3n], ["tax:payable", -2n]]);
    const { rows } = await db.pool.query("SELECT account, debit_nano, credit_nano FROM ledger_v WHERE tx_id = $1 ORDER BY account", [id]);
    expect(rows).toEqual([
      { account: "bank", debit_nano: 5n, credit_nano: null },
      { account: "revenue:fee", debit_nano: null, credit_nano: 3n },
      { account: "tax:payable", debit_nano: null, credit_nano: 2n },
    ]);
  });

  test("refuses one that does not", async () => {
    expect(await code(post(db.pool, [["bank", 5n], ["revenue:fee", -4n]]))).toBe("23514");
    expect(await code(post(owner, [["bank", 5n]]))).toBe("23514");
  });

  test("refuses entries of nothing, unknown accounts, a key used twice, an adjustment without a good reason", async () => {
    expect(await code(post(db.pool, [["bank", 0n]]))).toBe("23514");
    expect(await code(db.pool.query("INSERT INTO ledger_entries (tx_id, account_id, amount_nano) VALUES ($1, 1, 1)", [uuidv7()]))).toMatch(/^23/);
    expect(await code(post(db.pool, [["bank", 1n], ["bank", -1n]], "manual_adjustment", "x"))).toBe("23514");
    expect(await code(post(db.pool, [["bank", 1n], ["bank", -1n]], "manual_adjustment"))).toBe("23514");
    const twice = "INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type) VALUES ($1, 'test', 'same', 'system')";
    await db.pool.query(twice, [uuidv7()]);
    expect(await code(db.pool.query(twice, [uuidv7()]))).toBe("23505");
  });
});

describe("append-only", () => {
  const columns = { ledger_entries: "amount_nano", ledger_transactions: "kind", charges: "flags", attempts: "n", audit_log: "action" };
  const statements = Object.entries(columns).flatMap(([table, column]) => [
    `UPDATE ${table} SET ${column} = ${column}`, `DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`,
  ]);

  test.each(statements)("%s: no right as mm_app, refused as owner", async (statement) => {
    expect(await code(db.pool.query(statement))).toBe("42501");
    expect(await code(owner.query(statement))).toBe("23001");
  });

  test("a partition is no way round it", async () => {
    const id = await insertCharge();
    const { rows } = await db.pool.query<{ part: string }>("SELECT tableoid::regclass::text AS part FROM charges WHERE id = $1", [id]);
    const part = rows[0]?.part;
    expect(part).toMatch(/^charges_\d{4}_\d\d$/);
    for (const statement of [`UPDATE ${part} SET flags = 1`, `DELETE FROM ${part}`, `TRUNCATE ${part}`]) {
      expect(await code(db.pool.query(statement)), statement).toBe("42501");
      expect(await code(owner.query(statement)), statement).toBe("23001");
    }
    expect(await code(db.pool.query(`SELECT 1 FROM ${part}`))).toBe("42501");
  });

  test("published prices stay, scheduled ones may be withdrawn", async () => {
    const model = uuidv7();
    await db.pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [model, model]);
    const add = async (from: string) => (await db.pool.query(`INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, ${from}, '{}') RETURNING id`, [model])).rows[0].id as bigint;
    const past = await add("now() - interval '1 s'");
    const next = await add("now() + interval '1 day'");
    expect(await code(db.pool.query("UPDATE price_versions SET doc = '{\"a\":1}' WHERE id = $1", [past]))).toBe("23001");
    expect(await code(db.pool.query("DELETE FROM price_versions WHERE id = $1", [past]))).toBe("23001");
    expect(await code(db.pool.query("UPDATE price_versions SET note = 'n' WHERE id = $1", [past]))).toBeUndefined();
    expect(await code(db.pool.query("DELETE FROM price_versions WHERE id = $1", [next]))).toBeUndefined();
  });
});

describe("charges", () => {
  test("belong to the month of their id", async () => {
    const { rows } = await db.pool.query<{ name: string }>("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'charges'::regclass ORDER BY 1");
    const months = [-1, 0, 1, 2, 3, 4].map((ahead) => {
      const now = new Date();
      return `charges_${new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace("-", "_")}`;
    });
    expect(rows.map(({ name }) => name)).toEqual(months.sort());
    await insertCharge();
  });

  test.each<[string, ChargeOver]>([
    ["an instant that is not the id's", { at: new Date().toISOString() }],
    ["a sum that is not rounded up", { sum: "1001", charge: "1", paid: "1" }],
    ["a split that does not add up", { charge: "2", paid: "1" }],
    ["a negative part", { charge: "2", paid: "3", lots: "-1" }],
    ["an unknown outcome", { outcome: "fine" }],
  ])("refuse %s", async (_name, over) => {
    expect(await code(insertCharge({ id: uuidv7(Date.now() - 5_000), ...over }))).toBe("23514");
  });

  test("hold the largest amounts exactly", async () => {
    const id = await insertCharge({ sum: "75000000000000000000", charge: "75000000000000000", paid: "75000000000000000" });
    const { rows } = await db.pool.query("SELECT sum_pico, charge_nano FROM charges WHERE id = $1", [id]);
    expect(rows).toEqual([{ sum_pico: "75000000000000000000", charge_nano: 75_000_000_000_000_000n }]);
  });

  test("the instant in an id is read to the millisecond", async () => {
    const instants = Array.from({ length: 2_000 }, (_, index) => 1_700_000_000_000 + index * 104_729_017);
    const { rows } = await db.pool.query<{ at: Date }>(
      "SELECT mm_uuid_ms(id) AT TIME ZONE 'UTC' = to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC' AS same, mm_uuid_ms(id) AS at FROM unnest($1::uuid[], $2::bigint[]) AS x(id, ms)",
      [instants.map((ms) => uuidv7(ms)), instants],
    );
    expect(rows.map(({ at }) => at.getTime())).toEqual(instants);
  });

  test("mm_app may make partitions, and nothing else of the schema", async () => {
    const { rows } = await db.pool.query("SELECT mm_make_partitions(6) AS made");
    expect(rows).toEqual([{ made: 4 }]);
    const both = await Promise.all([db.pool.query("SELECT mm_make_partitions(8) AS made"), db.pool.query("SELECT mm_make_partitions(8) AS made")]);
    expect(both.map(({ rows: [row] }) => (row as { made: number }).made).sort()).toEqual([0, 4]);
    expect(await code(db.pool.query("CREATE TABLE mine (id int)"))).toBe("42501");
    expect(await code(db.pool.query("ALTER TABLE charges DISABLE TRIGGER ALL"))).toBe("42501");
    expect(await code(db.pool.query("DROP TABLE attempts"))).toBe("42501");
    expect(await code(db.pool.query("DELETE FROM _prisma_migrations"))).toBe("42501");
    expect(await code(db.pool.query("SET ROLE mm_migrate"))).toBe("42501");
  });
});

describe("wallets and codes", () => {
  test.each([
    "paid_nano = -1", "leased_nano = -1", "frozen_nano = -1", "debt_nano = 1, paid_nano = 1", "status = 'gone'",
  ])("a wallet refuses %s", async (change) => {
    expect(await code(db.pool.query(`UPDATE wallets SET ${change}`))).toBe("23514");
  });

  test("a code is not used more often than it may", async () => {
    const batch = uuidv7();
    await db.pool.query("INSERT INTO redeem_batches (id, name, credit_nano, bucket, codes) VALUES ($1, 'b', 1, 'paid', 1)", [batch]);
    await db.pool.query("INSERT INTO redeem_codes (id, batch_id, code_hash, hint, max_uses) VALUES ($1, $1, '\\x01', 'h', 1)", [batch]);
    await db.pool.query("UPDATE redeem_codes SET uses = uses + 1");
    expect(await code(db.pool.query("UPDATE redeem_codes SET uses = uses + 1"))).toBe("23514");
  });

  test("one automatic top-up at a time", async () => {
    const order = `INSERT INTO orders (id, number, wallet_id, user_id, kind, provider, livemode, status, credit_nano, pay_currency, fx_rate, subtotal_minor, pay_minor, expires_at)
      SELECT $1::uuid, $1::text, id, owner_id, 'auto_topup', 'stripe', false, 'open', 1, 'USD', 1000000, 100, 100, now() FROM wallets LIMIT 1`;
    await db.pool.query(order, [uuidv7()]);
    expect(await code(db.pool.query(order, [uuidv7()]))).toBe("23505");
  });
});

test("mm_read sees no secrets", async () => {
  const admin = new pg.Client({ connectionString: db.adminUrl });
  await admin.connect();
  await admin.query("SET ROLE mm_read");
  expect(await code(admin.query("SELECT id, name FROM channel_keys JOIN channels USING (id)"))).toBeUndefined();
  for (const secret of ["sealed FROM channel_keys", "password_hash FROM users", "hash FROM api_keys", "* FROM settings"]) {
    expect(await code(admin.query(`SELECT ${secret}`)), secret).toBe("42501");
  }
  expect(await code(admin.query("UPDATE wallets SET seq = 0"))).toBe("42501");
  await admin.end();
});
