import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { loadSnapshotRows } from "#snapshot/snapshot-rows.store.ts";
import { exportStore, StoreFileError } from "#store/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { API_KEY, createTestShop, STORE, TOKEN, type TestShop } from "../support/test-shop.ts";

let database: TestDatabase;
let shop: TestShop;
const one = async <T>(sql: string, values: unknown[] = []): Promise<T> => (await database.pool.query(sql, values)).rows[0] as T;

beforeAll(async () => {
  database = await createTestDatabase();
  shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
});
afterAll(() => database.drop());

describe("store as code", () => {
  test("a trial prints what would change and changes nothing", async () => {
    const lines = await shop.apply(STORE, { dryRun: true });
    expect(lines.join("\n")).toContain("+ model gpt-4o-mini");
    expect(await one("SELECT count(*)::int AS n FROM models")).toEqual({ n: 0 });
  });

  test("the first run makes everything, the second says that nothing changes", async () => {
    const lines = (await shop.apply(STORE)).join("\n");
    for (const line of ["+ group vip", "+ model gpt-4o-mini", "+ channel main", "+ user alice@example.com", "+ credit alice@example.com/opening: usd 10.00", "+ key alice@example.com/app", "+ price gpt-4o-mini"]) {
      expect(lines).toContain(line);
    }
    expect(await shop.apply(STORE)).toEqual([]);
  });

  test("no secret is in the database or the output", async () => {
    const { rows } = await database.pool.query("SELECT to_jsonb(t)::text AS text FROM (SELECT * FROM api_keys) t UNION ALL SELECT to_jsonb(t)::text FROM channel_keys t UNION ALL SELECT to_jsonb(t)::text FROM management_tokens t UNION ALL SELECT to_jsonb(t)::text FROM audit_log t UNION ALL SELECT to_jsonb(t)::text FROM redeem_codes t");
    const all = rows.map(({ text }) => text).join("\n");
    for (const secret of [API_KEY, TOKEN, "sk-upstream-aaaa", "sk-upstream-from-environment", "correct-horse-battery", "WELCOME-5", "WE1C0ME5"]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(Buffer.from(secret).toString("hex"));
    }
  });

  test("what is exported is taken back without a change", async () => {
    const text = await exportStore(database.pool);
    expect(text).not.toContain(API_KEY);
    expect(text).not.toContain("sk-upstream");
    expect(text).toContain("env: UPSTREAM");
    expect(await shop.apply(text)).toEqual([]);
  });

  test("an export builds another shop, whose missing secrets are made and printed once", async () => {
    const other = await createTestDatabase();
    try {
      const text = (await exportStore(database.pool)).replace(/- fingerprint: "?\w+"?/, "- sk-other-upstream").replace(/codes:[\s\S]*?(?=management_tokens)/, "");
      const lines = (await createTestShop(other, { UPSTREAM: "x" }).apply(text)).join("\n");
      expect(lines).toMatch(/sk-mm-[0-9A-Za-z]{40}   \(shown this once\)/);
      expect(lines).toMatch(/mm-admin-[0-9A-Za-z]{40}   \(shown this once\)/);
    } finally {
      await other.drop();
    }
  });

  test("only what differs is changed; a field that the file does not name is left alone", async () => {
    const lines = await shop.apply("channels:\n  - { name: main, provider: openai, weight: 7 }\nusers:\n  - { email: alice@example.com, group: vip }");
    expect(lines).toEqual(["~ channel main: weight 5 -> 7", "~ user alice@example.com: group default -> vip"]);
    expect(await one("SELECT priority, base_url FROM channels")).toEqual({ priority: 10, base_url: "http://127.0.0.1:9001/v1" });
    await shop.apply(STORE);
  });

  test("stand-ins and lines of groups are written down with their causes, and come back in the export", async () => {
    const text = "groups:\n  line: { auto: [default, vip] }\nmodels:\n  - { id: gpt-4o-mini, fallbacks: [text-embedding-3-small, { model: other, on: [context, unavailable] }] }";
    await shop.apply(text);
    expect(await one("SELECT fallbacks FROM models WHERE slug = 'gpt-4o-mini'")).toEqual({ fallbacks: [{ model: "text-embedding-3-small", on: ["unavailable", "rate"] }, { model: "other", on: ["unavailable", "context"] }] });
    expect(await one("SELECT auto FROM groups WHERE name = 'line'")).toEqual({ auto: ["default", "vip"] });
    expect(await shop.apply(text)).toEqual([]);
    expect(await shop.apply(await exportStore(database.pool))).toEqual([]);
    const errors = (await shop.apply("groups:\n  line: { auto: [nowhere] }\nmodels:\n  - { id: x, fallbacks: [{ model: y, on: [] }] }").catch((failure: unknown) => failure)) as StoreFileError;
    expect(errors.errors.map(({ line }) => line)).toEqual([2, 4]);
    await shop.apply("groups:\n  line: { auto: [] }\nmodels:\n  - { id: gpt-4o-mini, fallbacks: [] }");
    await shop.apply(STORE, { prune: ["groups"] });
  });

  test("how long a group lets requests wait is one of its limits, and of nobody else's", async () => {
    const text = "groups:\n  default: { limits: { rpm: 90, queue_ms: 2000 } }";
    await shop.apply(text);
    expect(await one("SELECT limits FROM groups WHERE name = 'default'")).toEqual({ limits: { rpm: 90, queue_ms: 2_000 } });
    expect(await shop.apply(text)).toEqual([]);
    expect(await shop.apply(await exportStore(database.pool))).toEqual([]);
    const wrong = "groups:\n  default: { limits: { queue_ms: 60001 } }\nmodels:\n  - { id: x, limits: { queue_ms: 1 } }";
    const errors = (await shop.apply(wrong).catch((failure: unknown) => failure)) as StoreFileError;
    expect(errors.errors.map(({ line }) => line)).toEqual([2, 4]);
    await shop.apply("groups:\n  default: { limits: {} }");
  });

  test("how much of a limit passes at once stands beside it, for whoever is limited; the shop says what holds while Redis is away", async () => {
    const text = `settings: { relay: { limiter_on_error: closed } }
groups:
  default: { limits: { rps: 5, rpm: 90, burst_ratio: 0.1 } }
models:
  - { id: gpt-4o-mini, limits: { tpm: 1000, burst_ratio: 2 } }`;
    await shop.apply(text);
    expect(await one("SELECT limits FROM groups WHERE name = 'default'")).toEqual({ limits: { rps: 5, rpm: 90, burst_ratio: 0.1 } });
    expect(await one("SELECT limits FROM models WHERE slug = 'gpt-4o-mini'")).toEqual({ limits: { tpm: 1_000, burst_ratio: 2 } });
    expect(await one("SELECT value FROM settings WHERE key = 'relay.limiter_on_error'")).toEqual({ value: "closed" });
    expect(await shop.apply(text)).toEqual([]);
    expect(await shop.apply(await exportStore(database.pool))).toEqual([]);
    const wrong = "settings: { relay: { limiter_on_error: open } }\ngroups:\n  default: { limits: { burst_ratio: 0 } }\nmodels:\n  - { id: x, limits: { burst_ratio: 11 } }";
    const errors = (await shop.apply(wrong).catch((failure: unknown) => failure)) as StoreFileError;
    expect(errors.errors.map(({ line }) => line)).toEqual([1, 3, 5]);
    await shop.apply("settings: { relay: { limiter_on_error: local } }\ngroups:\n  default: { limits: {} }\nmodels:\n  - { id: gpt-4o-mini, limits: {} }");
  });

  test("what channels change of requests, and models that are others with parameters set, come back in the export with their numbers", async () => {
    const settings = { params: [{ op: "clamp", path: "/temperature", min: 0.01, max: 1 }, { op: "set", path: "/top_p", value: 0.5, when: { field: "model", is: "prefix", value: "gpt" } }], force_stream: true };
    const text = `models:\n  - { id: gpt-4o-mini-cool, price: { input: 1, output: 2 }, preset: { model: gpt-4o-mini, reasoning: high, temperature: 0.2 } }\nchannels:\n  - { name: main, provider: openai, settings: ${JSON.stringify(settings)} }`;
    await shop.apply(text);
    expect(await one("SELECT settings FROM channels WHERE name = 'main'")).toEqual({ settings });
    expect(await one("SELECT preset FROM models WHERE slug = 'gpt-4o-mini-cool'")).toEqual({ preset: { model: "gpt-4o-mini", reasoning: "high", temperature: 0.2 } });
    expect(await shop.apply(text)).toEqual([]);
    expect(await shop.apply(await exportStore(database.pool))).toEqual([]);
    const { channelModels } = await loadSnapshotRows(database.pool);
    expect(channelModels.filter(({ public_name }) => public_name === "gpt-4o-mini-cool").map(({ upstream_name }) => upstream_name)).toEqual(channelModels.filter(({ public_name }) => public_name === "gpt-4o-mini").map(({ upstream_name }) => upstream_name));
    const errors = (await shop.apply("channels:\n  - { name: main, provider: openai, settings: { params: [{ op: explode, path: /a }] } }").catch((failure: unknown) => failure)) as StoreFileError;
    expect(errors.errors.map(({ line }) => line)).toEqual([2]);
    await shop.apply("channels:\n  - { name: main, provider: openai, settings: {} }");
  });

  test("a new price is a new version that is in force when apply returns; the old one stays", async () => {
    const before = await one<{ doc: object }>("SELECT p.doc FROM price_versions p JOIN models m ON m.id = p.model_id WHERE m.slug = 'gpt-4o-mini'");
    await shop.apply("models:\n  - id: gpt-4o-mini\n    price: { input: 0.2, output: 0.8 }");
    const { rows } = await database.pool.query("SELECT p.doc, p.effective_from <= clock_timestamp() AS live FROM price_versions p JOIN models m ON m.id = p.model_id WHERE m.slug = 'gpt-4o-mini' ORDER BY effective_from");
    expect(rows).toEqual([{ doc: before.doc, live: true }, { doc: { items: { input: "200000", output: "800000" } }, live: true }]);
    expect(await shop.apply("models:\n  - id: gpt-4o-mini\n    price: { input: 0.20, output: 0.8 }")).toEqual([]);
  });

  test("a credit is granted once per id", async () => {
    const balance = async () => (await one<{ paid_nano: bigint }>("SELECT w.paid_nano FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = 'alice@example.com'")).paid_nano;
    expect(await balance()).toBe(10_000_000_000n);
    await shop.apply("users:\n  - { email: alice@example.com, credit: { amount: 99, id: opening } }");
    expect(await balance()).toBe(10_000_000_000n);
    await shop.apply("users:\n  - { email: alice@example.com, credit: { amount: 2.5, id: second } }");
    expect(await balance()).toBe(12_500_000_000n);
  });

  test("two runs at the same time grant once and make each thing once", async () => {
    const text = "users:\n  - { email: twin@example.com, credit: { amount: 1, id: x }, keys: [{ name: k }] }";
    const lines = await Promise.all([shop.apply(text), shop.apply(text), shop.apply(text)]);
    expect(lines.filter((found) => found.length > 0).length).toBe(1);
    expect(await one("SELECT w.paid_nano::text AS paid, (SELECT count(*)::int FROM api_keys k WHERE k.user_id = u.id) AS keys FROM users u JOIN wallets w ON w.owner_id = u.id WHERE u.email = 'twin@example.com'")).toEqual({ paid: "1000000000", keys: 1 });
  });

  test("one error anywhere and nothing changes, not even what stands before it", async () => {
    const text = `groups:\n  gold: { ratio: 0.5 }\nusers:\n  - email: bob@example.com\n    keys:\n      - { name: stolen, secret: ${API_KEY} }\n`;
    const error = await shop.apply(text).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(StoreFileError);
    expect((error as StoreFileError).errors).toEqual([{ line: 6, message: "users[0].keys[0].secret: this secret belongs to another key" }]);
    expect(await one("SELECT count(*)::int AS n FROM groups WHERE name = 'gold'")).toEqual({ n: 0 });
  });

  test("references that only the shop can check have their line too", async () => {
    const errors = async (text: string) => ((await shop.apply(text).catch((failure: unknown) => failure)) as StoreFileError).errors.map(({ line }) => line);
    expect(await errors("channels:\n  - name: main\n    provider: openai\n    keys:\n      - fingerprint: '00000000'\n    cost:\n      other-model: { input: 1 }\n")).toEqual([5, 7]);
    expect(await errors("codes:\n  - { code: { id: 00000000-0000-7000-8000-000000000000 }, amount: 1 }")).toEqual([2]);
  });

  test("--prune takes out what the file does not name, once", async () => {
    const text = STORE.replace(/ {2}- id: text-embedding-3-small[\s\S]*?(?=channels:)/, "").replace(", text-embedding-3-small: text-embedding-3-small", "").replace("input: 0.15, cache_read: 0.075, output: 0.60", "input: 0.2, output: 0.8");
    const lines = await shop.apply(text, { prune: ["models", "users"] });
    expect(lines).toContain("- model text-embedding-3-small");
    expect(lines).toContain("- user twin@example.com");
    expect(await one("SELECT enabled FROM models WHERE slug = 'text-embedding-3-small'")).toEqual({ enabled: false });
    expect(await one("SELECT status FROM users WHERE email = 'house'")).toEqual({ status: "active" });
    expect(await shop.apply(text, { prune: ["models", "users"] })).toEqual([]);
  });

  test("every credit that was granted is in the ledger, and the ledger is sound", async () => {
    expect((await checkInvariants(database.pool)).filter(({ rows }) => rows > 0)).toEqual([]);
  });

  test("the audit log names every change and its chain holds", async () => {
    const { rows } = await database.pool.query<{ action: string }>("SELECT DISTINCT action FROM audit_log");
    expect(rows.map(({ action }) => action)).toEqual(expect.arrayContaining(["group.create", "model.create", "channel.update", "price.create", "user.remove", "key.create"]));
    expect((await verifyAudit(database.pool, shop.keys.auditKey)).brokenAt).toBeUndefined();
  });
});
