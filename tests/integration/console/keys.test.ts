import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { hmac } from "#platform/crypto/hash.ts";
import { createListener, type Listener } from "#platform/db/listen.ts";
import { createLog } from "#platform/log.ts";
import { openKeyDirectory } from "#snapshot/index.ts";
import { settleRequests } from "../../support/settle.ts";
import { until } from "../../support/until.ts";
import { ALICE, BOB_EMAIL, OPERATOR_EMAIL, openConsoleShop, type Caller, type ConsoleShop } from "./console-shop.ts";

let shop: ConsoleShop;
let alice: Caller;
let bob: Caller;
let listener: Listener;
let directory: ReturnType<typeof openKeyDirectory>;

beforeAll(async () => {
  shop = await openConsoleShop();
  alice = await shop.as(ALICE);
  bob = await shop.as(BOB_EMAIL);
  listener = await createListener(shop.database.url, { log: createLog({ level: "silent", format: "json" }), onReconnect: () => undefined });
  directory = openKeyDirectory({ pool: shop.database.pool, listener, keyPepper: shop.shop.keys.keyPepper, clock: { monotonic: () => performance.now() } });
  await listener.ready();
});
afterAll(async () => {
  await listener.close();
  await shop.database.drop();
});

const keys = () => alice.console.keys.list({});
const make = (name: string, more: Partial<Parameters<Caller["console"]["keys"]["create"]>[0]> = {}) => alice.console.keys.create({ name, ...more });

test("E-40: a new key: the secret in this answer, its hash in the database, and nowhere a word of it later", async () => {
  const { key, secret } = await make("fresh", {
    models: ["gpt-4o-mini", "openai/*"], endpoints: ["chat"], cidrs: ["10.0.0.0/8", "2001:db8::/32"], limits: { rpm: 60, concurrency: 4 },
    budgets: [{ per: "day", amountNano: 5_000_000_000n }, { per: "total", amountNano: 50_000_000_000n }], expiresAt: new Date("2030-01-01T00:00:00Z"),
  });
  expect(secret).toMatch(/^sk-mm-[0-9A-Za-z]{40}$/);
  expect(key).toMatchObject({ name: "fresh", state: "active", prefix: secret.slice(0, 10), suffix: secret.slice(-4), budgets: [{ per: "day", amountNano: 5_000_000_000n, spentNano: 0n }, { per: "total" }] });
  expect((await directory.lookup(secret))?.keyId).toBe(key.id);
  const later = JSON.stringify([await keys(), await alice.console.keys.get({ id: key.id }), await alice.console.keys.history({ id: key.id })], (_name, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
  expect(later).not.toContain(secret.slice(10, 20));
  const { rows } = await shop.database.pool.query<{ found: boolean }>("SELECT position($1 IN t::text) > 0 AS found FROM (SELECT to_jsonb(k) AS t FROM api_keys k UNION ALL SELECT to_jsonb(a) FROM audit_log a) x", [secret.slice(10, 20)]);
  expect(rows.some(({ found }) => found)).toBe(false);
});

test.each([
  ["no name", { name: "  " }], ["a name of 65 characters", { name: "x".repeat(65) }], ["a control character", { name: "a\u0000b" }],
  ["no address range", { name: "cidr", cidrs: ["10.0.0.0/99"] }], ["two limits a day", { name: "two", budgets: [{ per: "day" as const, amountNano: 1n }, { per: "day" as const, amountNano: 2n }] }],
  ["a negative limit", { name: "neg", budgets: [{ per: "day" as const, amountNano: -1n }] }], ["an end in the past", { name: "past", expiresAt: new Date("2020-01-01") }],
])("%s is refused", async (_name, input) => {
  await expect(alice.console.keys.create(input)).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("a name is taken once", async () => {
  await make("once");
  await expect(make("once")).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(bob.console.keys.create({ name: "once" })).resolves.toMatchObject({ key: { name: "once" } });
});

test("changes are in force on a node within a second, and undone as fast", async () => {
  const { key, secret } = await make("changing");
  expect((await directory.lookup(secret))?.keyStatus).toBe("active");
  expect(await alice.console.keys.setEnabled({ id: key.id, enabled: false })).toMatchObject({ state: "disabled" });
  await until("the node sees the key disabled", async () => (await directory.lookup(secret))?.keyStatus === "disabled", { timeoutMs: 1_000 });
  await alice.console.keys.setEnabled({ id: key.id, enabled: true });
  await alice.console.keys.update({ id: key.id, name: "changed", models: ["gpt-4o-mini"], limits: { rpm: 7 }, budgets: [], expiresAt: null });
  await until("the node sees the limits", async () => (await directory.lookup(secret))?.keyLimits.rpm === 7, { timeoutMs: 1_000 });
  expect(await alice.console.keys.get({ id: key.id })).toMatchObject({ name: "changed", models: ["gpt-4o-mini"], state: "active" });
});

test("E-41: a rotated key: the old secret dies at its time, the new one works at once", async () => {
  const { key, secret } = await make("rotating");
  const rotated = await alice.console.keys.rotate({ id: key.id, overlapHours: 1 });
  expect(rotated.key.oldSecret).toMatchObject({ suffix: secret.slice(-4) });
  expect((await directory.lookup(rotated.secret))?.keyId).toBe(key.id);
  await until("the old secret has an end", async () => (await directory.lookup(secret))?.expiresAtMs === rotated.key.oldSecret!.until.getTime(), { timeoutMs: 1_000 });
  const again = await alice.console.keys.rotate({ id: key.id, overlapHours: 0 });
  expect(again.key.oldSecret).toBeNull();
  await until("the first secret is gone", async () => (await directory.lookup(secret)) === undefined, { timeoutMs: 1_000 });
  const { rows } = await shop.database.pool.query("SELECT 1 FROM api_keys WHERE hash = $1", [hmac(shop.shop.keys.keyPepper, again.secret)]);
  expect(rows).toHaveLength(1);
});

test("revoked is for good, and frees the name", async () => {
  const { key, secret } = await make("gone");
  const revoked = await alice.console.keys.revoke({ id: key.id });
  expect(revoked).toMatchObject({ state: "revoked", name: `gone · ${secret.slice(-4)}` });
  await expect(alice.console.keys.setEnabled({ id: key.id, enabled: true })).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(alice.console.keys.rotate({ id: key.id, overlapHours: 1 })).rejects.toMatchObject({ code: "CONFLICT" });
  await make("gone");
});

test("a leaked key: out of use at once, replaced with the same settings, with what it spent in a day", async () => {
  const { key, secret } = await make("leaky", { budgets: [{ per: "month", amountNano: 7n }], limits: { rpm: 9 }, models: ["gpt-4o-mini"] });
  await directory.lookup(secret);
  const [request] = await settleRequests(shop.database.pool, [{ email: ALICE, key: "leaky", model: "gpt-4o-mini", usage: { inputUncached: 100 } }]);
  const replaced = await alice.console.keys.leaked({ id: key.id });
  await until("the node refuses it", async () => (await directory.lookup(secret))?.keyStatus === "leaked", { timeoutMs: 1_000 });
  expect(replaced.key).toMatchObject({ name: "leaky", state: "active", models: ["gpt-4o-mini"], limits: { rpm: 9 }, budgets: [{ per: "month", amountNano: 7n }] });
  expect(replaced.secret).not.toBe(secret);
  expect(replaced.lastDay).toMatchObject({ requests: 1n, chargeNano: request!.chargeNano });
  expect(replaced.lastUsedAt).toBeInstanceOf(Date);
});

test("E-42: a key that has used its budget up says so, and lists go on", async () => {
  const { key } = await make("spent", { budgets: [{ per: "day", amountNano: 100n }] });
  await shop.database.pool.query("INSERT INTO budget_windows (scope, period, starts_at, spent_nano) VALUES ($1, 'day', date_trunc('day', now()), 100)", [`key:${key.id}`]);
  expect(await alice.console.keys.get({ id: key.id })).toMatchObject({ state: "exhausted", budgets: [{ spentNano: 100n }] });
  expect((await alice.console.keys.list({ states: ["exhausted"] })).rows.map(({ name }) => name)).toEqual(["spent"]);
  for (const [amountNano, state] of [[124n, "low"], [125n, "low"], [126n, "active"], [200n, "active"]] as const) {
    await alice.console.keys.update({ id: key.id, budgets: [{ per: "day", amountNano }, { per: "total", amountNano: 1_000_000n }] });
    expect([amountNano, (await alice.console.keys.get({ id: key.id })).state]).toEqual([amountNano, state]);
  }
  await alice.console.keys.update({ id: key.id, budgets: [{ per: "day", amountNano: 110n }] });
  expect((await alice.console.keys.list({ states: ["low"] })).rows.map(({ name }) => name)).toEqual(["spent"]);
});

test("spend of a key is that of its requests", async () => {
  const { key } = await make("counted");
  const made = await settleRequests(shop.database.pool, [1, 2, 3].map((n) => ({ email: ALICE, key: "counted", model: "gpt-4o-mini", usage: { inputUncached: n * 1_001 } })));
  const sum = made.reduce((all, { chargeNano }) => all + chargeNano, 0n);
  expect(await alice.console.keys.get({ id: key.id })).toMatchObject({ todayNano: sum, monthNano: sum, lastUsedAt: expect.any(Date) });
});

test("lists come in pages without gap or repeat, and filters find", async () => {
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Awaited<ReturnType<typeof keys>> = await alice.console.keys.list({ limit: 3, ...(cursor && { cursor }) });
    seen.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  }
  const { rows } = await shop.database.pool.query<{ id: string }>("SELECT id FROM api_keys WHERE user_id = $1 AND kind <> 'internal'", [await shop.userId(ALICE)]);
  expect([...seen].sort()).toEqual(rows.map(({ id }) => id).sort());
  expect((await alice.console.keys.list({ text: "ROTA" })).rows.map(({ name }) => name)).toEqual(["rotating"]);
  expect((await alice.console.keys.list({ unusedDays: 1 })).rows).toEqual([]);
});

test("another customer's key is not there, whatever is asked of it", async () => {
  const { key } = await make("mine");
  const { id } = key;
  const acts = [
    () => bob.console.keys.get({ id }), () => bob.console.keys.history({ id }), () => bob.console.keys.update({ id, name: "his" }),
    () => bob.console.keys.setEnabled({ id, enabled: false }), () => bob.console.keys.revoke({ id }), () => bob.console.keys.rotate({ id, overlapHours: 1 }),
    () => bob.console.keys.leaked({ id }),
  ];
  for (const act of acts) await expect(act()).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(JSON.stringify((await bob.console.keys.list({})).rows.map((row) => row.id))).not.toContain(id);
  expect(await alice.console.keys.get({ id })).toMatchObject({ name: "mine", state: "active" });
});

test("the playground's key lives a quarter of an hour, goes on in a second window, and is in no list", async () => {
  const first = await alice.console.playground.start();
  const second = await alice.console.playground.start();
  expect(first.until.getTime() - Date.now()).toBeLessThanOrEqual(900_000);
  expect((await directory.lookup(first.secret))?.expiresAtMs).toBe(first.until.getTime());
  expect((await directory.lookup(second.secret))?.expiresAtMs).toBe(second.until.getTime());
  expect((await alice.console.keys.list({ limit: 100 })).rows.some(({ name }) => /playground/.test(name))).toBe(false);
  await Promise.all([bob.console.playground.start(), bob.console.playground.start()]);
});

test("operators give their keys rights that no customer can give, and lose them with their role", async () => {
  const operator = await shop.as(OPERATOR_EMAIL, "operator");
  expect(await alice.console.keys.scopes()).toEqual([]);
  expect(await operator.console.keys.scopes()).toEqual(["channel:pin", "debug"]);
  await expect(make("debugs", { scopes: ["debug"] })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(make("pins", { scopes: ["channel:pin"] })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { key: hers } = await make("no-pins", { scopes: [] });
  await expect(alice.console.keys.update({ id: hers.id, scopes: ["channel:pin"] })).rejects.toMatchObject({ code: "FORBIDDEN" });

  expect((await operator.console.keys.list({ text: "probe" })).rows.map(({ scopes }) => scopes)).toEqual([["channel:pin"]]); // from the store file
  const { key, secret } = await operator.console.keys.create({ name: "pins", scopes: ["channel:pin"] });
  expect(key.scopes).toEqual(["channel:pin"]);
  expect((await directory.lookup(secret))?.scopes).toEqual(["channel:pin"]);
  await operator.console.keys.update({ id: key.id, limits: { rpm: 5 } });
  await until("the change is in force", async () => (await directory.lookup(secret))?.keyLimits.rpm === 5);
  expect((await directory.lookup(secret))?.scopes).toEqual(["channel:pin"]);
  expect((await operator.console.keys.leaked({ id: key.id })).key.scopes).toEqual(["channel:pin"]);

  const { secret: other } = await operator.console.keys.create({ name: "other", scopes: ["channel:pin"] });
  expect((await directory.lookup(other))?.scopes).toEqual(["channel:pin"]);
  await shop.shop.apply(`users:\n  - { email: ${OPERATOR_EMAIL}, role: support }`);
  await until("the role is in force", async () => (await directory.lookup(other))?.userRole === "support");
  expect((await directory.lookup(other))?.scopes).toBeUndefined();
});

test("every change is in the log, under the customer, without a secret", async () => {
  const { key } = await make("logged");
  await alice.console.keys.update({ id: key.id, limits: { rpm: 5 } });
  const history = await alice.console.keys.history({ id: key.id });
  expect(history.map(({ action }) => action)).toEqual(["key.update", "key.create"]);
  expect(history[0]).toMatchObject({ actorType: "user", before: { limits: {} }, after: { limits: { rpm: 5 } } });
  expect((await verifyAudit(shop.database.pool, shop.shop.keys.auditKey)).brokenAt).toBeUndefined();
});
