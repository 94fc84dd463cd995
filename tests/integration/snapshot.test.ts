import { randomUUID } from "node:crypto";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClock } from "#platform/clock.ts";
import { createListener, type Listener } from "#platform/db/listen.ts";
import { createLog } from "#platform/log.ts";
import { loadSnapshotRows } from "#snapshot/snapshot-rows.store.ts";
import { createSnapshotSource, openKeyDirectory, type LiveKeyDirectory, type LiveSnapshotSource } from "#snapshot/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { API_KEY, createTestShop, STORE, type TestShop } from "../support/test-shop.ts";

let database: TestDatabase;
let shop: TestShop;
let listener: Listener;
let source: LiveSnapshotSource;
let directory: LiveKeyDirectory;
const node = randomUUID();
const clock = createClock();
const log = createLog({ level: "silent", format: "json" });

beforeAll(async () => {
  database = await createTestDatabase();
  shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
  await shop.apply(STORE);
  await database.pool.query("INSERT INTO relay_nodes (id, host, pid, role, version) VALUES ($1, $2, $3, 'all', 'test')", [node, os.hostname(), process.pid]);
  listener = await createListener(database.url, { log, onReconnect: () => undefined });
  source = await createSnapshotSource({ pool: database.pool, listener, sealer: shop.deps.sealer, clock, log, nodeId: () => node });
  directory = openKeyDirectory({ pool: database.pool, listener, keyPepper: shop.keys.keyPepper, clock });
  await listener.ready();
});
afterAll(async () => {
  await source.close();
  await listener.close();
  await database.drop();
});

async function eventually(holds: () => boolean, withinMs: number): Promise<number> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > withinMs) throw new Error(`did not hold within ${withinMs} ms`);
    await sleep(5);
  }
  return performance.now() - start;
}
const groupId = (name: string): string => [...source.current.groups.values()].find((group) => group.name === name)!.id;

test("the snapshot shows the store: models, routes, keys, prices, costs, settings", () => {
  const { current } = source;
  const model = current.models.get("gpt-4o-mini")!;
  const [tier] = current.routes.get(`${groupId("vip")}\0gpt-4o-mini`)!;
  const [route] = tier!.routes, { channel, upstreamModel } = route!;
  expect(current.aliases.get("mini")).toBe("gpt-4o-mini");
  expect(upstreamModel).toBe("gpt-4o-mini-2024");
  expect(channel.keys.map((key) => key.secret())).toEqual(["sk-upstream-aaaa", "sk-upstream-from-environment"]);
  expect(channel.timeouts).toEqual({ firstByteMs: 30_000 });
  const now = clock.now();
  expect(current.price(model, groupId("default"), "", now)!.card(0, now).prices.input).toBe(150_000n);
  expect(current.price(model, groupId("vip"), "", now)!.card(0, now).prices.input).toBe(120_000n);
  expect(current.cost(route!, model, now)!.card(0, now).prices.input).toBe(100_000n);
  const embedding = current.models.get("text-embedding-3-small")!;
  expect(current.cost({ ...route!, upstreamModel: "text-embedding-3-small" }, embedding, now)!.card(0, now).prices.input).toBe(10_000n);
  expect(current.settings).toMatchObject({ shopName: "Corner Shop", overdraftNano: 10_000_000n });
});

test("what apply has changed is served when it returns", async () => {
  await shop.apply("models:\n  - { id: brand-new, endpoints: [chat], price: { input: 1, output: 2 } }\nchannels:\n  - { name: second, provider: simulator, models: [brand-new] }");
  expect(source.current.models.has("brand-new")).toBe(true);
  expect(source.current.modelsOf(groupId("default")).map(({ name }) => name)).toContain("brand-new");
  const { rows } = await database.pool.query("SELECT snapshot_rev = (SELECT rev FROM config_rev) AS current FROM relay_nodes WHERE id = $1", [node]);
  expect(rows).toEqual([{ current: true }]);
});

test("what a store file says of answers, blocked prompts and slow vendors reaches the relay", async () => {
  expect(source.current.settings).toMatchObject({ responsesState: "local", billBlocked: false });
  const options = { upstream_store: true, retry_slow: true, keepalive_json: true, repair_history: true };
  await shop.apply(`settings: { relay: { responses_state: upstream }, money: { bill_blocked: true } }\nchannels:\n  - { name: second, provider: simulator, models: [brand-new], settings: ${JSON.stringify(options)} }`);
  expect(source.current.settings).toMatchObject({ responsesState: "upstream", billBlocked: true });
  expect([...source.current.channels.values()].find(({ name }) => name === "second")!.settings).toEqual(options);
  await expect(shop.apply("settings: { relay: { responses_state: everywhere } }")).rejects.toThrow();
  await expect(shop.apply("channels:\n  - { name: second, provider: simulator, models: [brand-new], settings: { keepalive_json: often } }")).rejects.toThrow();
  await shop.apply("settings: { relay: { responses_state: local }, money: { bill_blocked: false } }");
});

test("a changed price is charged right after apply has returned", async () => {
  await shop.apply("models:\n  - { id: brand-new, endpoints: [chat], price: { input: 5, output: 6 } }");
  const model = source.current.models.get("brand-new")!;
  const now = clock.now();
  expect(source.current.price(model, groupId("default"), "", now)!.card(0, now).prices.input).toBe(5_000_000n);
});

test("a row that does not fit leaves the old snapshot in force", async () => {
  const { rev } = source.current;
  await database.pool.query("UPDATE models SET limits = '{\"rpm\": \"many\"}' WHERE slug = 'brand-new'");
  await expect(source.refresh()).rejects.toThrow();
  expect(source.current.rev).toBe(rev);
  expect(source.current.models.has("gpt-4o-mini")).toBe(true);
  await database.pool.query("UPDATE models SET limits = '{}' WHERE slug = 'brand-new'");
  await source.refresh();
});

test("a key is known with its limits, and its life is followed within a second", async () => {
  const caller = await directory.lookup(API_KEY);
  expect(caller).toMatchObject({
    keyName: "app", keyStatus: "active", userStatus: "active", models: ["gpt-4o-mini"], keyLimits: { rpm: 60 }, userLimits: { rpm: 600 },
    keyBudgets: [{ amountNano: 5_000_000_000n, per: "day" }], expiresAtMs: Date.UTC(2030, 0, 1),
  });
  expect(directory.lookup(API_KEY)).toBe(caller);
  expect(await directory.byId(caller!.keyId)).toEqual(caller);

  await shop.apply("users:\n  - { email: alice@example.com, keys: [{ name: app, enabled: false }] }");
  await eventually(() => directory.lookup(API_KEY) !== caller, 1_000);
  expect(await directory.lookup(API_KEY)).toMatchObject({ keyStatus: "disabled" });
  expect(await directory.byId(caller!.keyId)).toMatchObject({ keyStatus: "disabled" });

  await shop.apply("users:\n  - { email: alice@example.com, enabled: false, keys: [{ name: app, enabled: true }] }");
  await sleep(100);
  expect(await directory.lookup(API_KEY)).toMatchObject({ keyStatus: "active", userStatus: "disabled" });
});

test("a key that was unknown works right after it is made", async () => {
  const secret = "sk-given-by-hand-0123456789abcdef0123456789";
  expect(await directory.lookup(secret)).toBeUndefined();
  expect(directory.lookup(secret)).toBeUndefined();
  await shop.apply(`users:\n  - { email: alice@example.com, keys: [{ name: second, secret: ${secret} }] }`);
  await sleep(100);
  expect(await directory.lookup(secret)).toMatchObject({ keyName: "second" });
});

test("a channel key that the vendor calls dead is out for good, and apply does not bring it back", async () => {
  const channel = [...source.current.channels.values()].find(({ name }) => name === "main")!;
  await source.disableKey(channel.id, channel.keys[0]!.id, "401 from the vendor");
  await eventually(() => source.current.channels.get(channel.id)!.keys[0]!.active === false, 1_000);
  await shop.apply(STORE);
  const { rows } = await database.pool.query("SELECT status, reason FROM channel_keys WHERE id = $1", [channel.keys[0]!.id]);
  expect(rows).toEqual([{ status: "disabled", reason: "401 from the vendor" }]);
});

test("a model that is another one with parameters set can what that can, unless it says so itself", async () => {
  const facts = async () => (await loadSnapshotRows(database.pool)).models.filter(({ slug }) => slug !== "brand-new").map((model) => [model.slug, model.facts]);
  await database.pool.query(`UPDATE models SET facts = '{"can": ["tools"]}' WHERE slug = 'gpt-4o-mini'`);
  await database.pool.query(`UPDATE models SET preset = '{"model": "gpt-4o-mini"}', facts = '{}' WHERE slug = 'text-embedding-3-small'`);
  expect(await facts()).toEqual([["gpt-4o-mini", { can: ["tools"] }], ["text-embedding-3-small", { can: ["tools"] }]]);
  await database.pool.query(`UPDATE models SET facts = '{"can": []}' WHERE slug = 'text-embedding-3-small'`);
  expect(await facts()).toEqual([["gpt-4o-mini", { can: ["tools"] }], ["text-embedding-3-small", { can: [] }]]);
});
