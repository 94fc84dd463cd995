import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { queueMail, verifyAudit } from "#accounts/index.ts";
import { channelKeyAad } from "#channels/index.ts";
import { rotateSecrets, ShopRuns } from "#cli/secrets/rotate.ts";
import { checkCanary } from "#platform/crypto/canary.store.ts";
import { loadCarried } from "#platform/crypto/carried.store.ts";
import { createPasswords, hmac } from "#platform/crypto/hash.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, MasterSecret, withCarried, type DerivedKeys } from "#platform/crypto/secret.ts";
import { createPool } from "#platform/db/pool.ts";
import { applyStore } from "#store/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startShop, type Shop } from "../../support/shop-process.ts";

const KEY = "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef";
const UPSTREAM = "sk-upstream-canary-aaaa";
const PASSWORD = "correct-horse-battery";
const STORE = `
models: [{ id: gpt-4o-mini, price: { input: 1, output: 1 } }]
channels: [{ name: main, provider: simulator, keys: [${UPSTREAM}, sk-upstream-canary-bbbb], models: [gpt-4o-mini], settings: { proxy: "http://ann:proxy-canary@10.0.0.5:3128" } }]
users: [{ email: ann@example.com, password: ${PASSWORD}, credit: { amount: 5, id: opening }, keys: [{ name: app, secret: ${KEY} }] }]
codes: [{ code: WELCOME-5, amount: 5 }]
`;

let database: TestDatabase;
let pool: Pool;
let before: DerivedKeys;
let shop: Shop | undefined;

const newKeys = (): DerivedKeys => deriveKeys(new MasterSecret(randomBytes(32)));
const carriedOver = async (keys: DerivedKeys): Promise<DerivedKeys> => withCarried(keys, await loadCarried(pool, createSealer(keys)));
const upstreamOf = async (keys: DerivedKeys): Promise<string> => {
  const { rows } = await pool.query<{ id: string; sealed: Buffer }>("SELECT id, sealed FROM channel_keys ORDER BY position LIMIT 1");
  return createSealer(keys).open(rows[0]!.sealed, channelKeyAad(rows[0]!.id));
};

beforeEach(async () => {
  database = await createTestDatabase();
  // Under the command's own name: what else is connected counts as a shop that runs.
  pool = createPool(database.url, { name: "secrets", max: 4 });
  before = newKeys();
  await checkCanary(pool, createSealer(before));
  await applyStore({ pool, keys: before, sealer: createSealer(before), isProvider: () => true, variables: {}, actor: { type: "system", id: "test" } }, STORE);
  await queueMail(pool, createSealer(before), { to: "ann@example.com", locale: "en", content: { template: "already" } });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});
afterAll(() => shop?.stop());

test("under a new secret everything sealed opens, and nothing under the old one", async () => {
  const after = newKeys();
  expect(await rotateSecrets(pool, before, after, new Date())).toBe(4);
  expect(await upstreamOf(after)).toBe(UPSTREAM);
  await expect(upstreamOf(before)).rejects.toThrow("sealed with another key");
  await checkCanary(pool, createSealer(after));
  await expect(checkCanary(pool, createSealer(before))).rejects.toThrow("another master secret");
});

test("keys, passwords, codes and the audit chain outlive the change, also a second one", async () => {
  let keys = before;
  for (let i = 0; i < 2; i++) {
    const next = newKeys();
    await rotateSecrets(pool, keys, next, new Date());
    keys = await carriedOver(next);
  }
  const { rows } = await pool.query<{ hash: Buffer; password_hash: string }>("SELECT k.hash, u.password_hash FROM api_keys k JOIN users u ON u.id = k.user_id");
  expect(rows[0]!.hash).toEqual(hmac(keys.keyPepper, KEY));
  expect(await createPasswords(keys).verify(PASSWORD, rows[0]!.password_hash)).toBe(true);
  expect(keys.codePepper).toEqual(before.codePepper);
  expect(keys.sessionSecret).not.toBe(before.sessionSecret);
  expect(keys.kek).not.toEqual(before.kek);
  expect(await verifyAudit(pool, keys.auditKey)).toMatchObject({ brokenAt: undefined });
  const { rows: acts } = await pool.query("SELECT action FROM audit_log WHERE action = 'secrets.rotate'");
  expect(acts).toHaveLength(2);
});

test("one value that does not open stops the change, and nothing has moved", async () => {
  await pool.query("UPDATE channel_keys SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE position = 1");
  await expect(rotateSecrets(pool, before, newKeys(), new Date())).rejects.toThrow("does not open");
  expect(await upstreamOf(before)).toBe(UPSTREAM);
  expect(await loadCarried(pool, createSealer(before))).toBeUndefined();
  await checkCanary(pool, createSealer(before));
});

test("with the wrong secret nothing is changed", async () => {
  await expect(rotateSecrets(pool, newKeys(), newKeys(), new Date())).rejects.toThrow("sealed with another key");
  expect(await upstreamOf(before)).toBe(UPSTREAM);
});

test("a shop that runs is left alone", async () => {
  await database.pool.query("SELECT 1");
  await expect(rotateSecrets(pool, before, newKeys(), new Date())).rejects.toThrow(ShopRuns);
  expect(await upstreamOf(before)).toBe(UPSTREAM);
});

test("what is carried over is sealed, and no key stands in the database in clear", async () => {
  await rotateSecrets(pool, before, newKeys(), new Date());
  const { rows } = await pool.query<{ dump: string }>("SELECT string_agg(s::text, ' ') AS dump FROM settings s");
  for (const key of [before.keyPepper, before.passwordPepper, before.codePepper, before.auditKey]) {
    expect(rows[0]!.dump).not.toContain(key.toString("base64"));
    expect(rows[0]!.dump).not.toContain(key.toString("hex"));
  }
});

test("the commands, on a shop of its own: rotate, heal what was interrupted, verify the log", async () => {
  shop = await startShop({ store: `${STORE}groups: { default: { ratio: 1 } }\n` });
  const call = () => fetch(`${shop!.url}/v1/chat/completions`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
  }).then(({ status }) => status);
  expect(await call()).toBe(200);
  expect((await shop.cli("secrets", "rotate")).code).toBe(1); // it runs
  await shop.end();
  const file = path.join(shop.dataDir, "secret");
  const old = await readFile(file, "utf8");
  const rotated = await shop.cli("secrets", "rotate");
  expect(rotated.stderr).toBe("");
  expect(rotated.code).toBe(0);
  const fresh = await readFile(file, "utf8");
  expect(fresh).not.toBe(old);
  expect((await stat(file)).mode & 0o077).toBe(0);

  // As if the machine had stopped between the database's change and the file's.
  await writeFile(`${file}.next`, fresh, { mode: 0o600 });
  await writeFile(file, old, { mode: 0o600 });
  await expect(shop.start()).rejects.toThrow("npm run secrets -- rotate");
  expect((await shop.cli("secrets", "rotate")).stdout).toContain("it is finished now");
  expect(await readFile(file, "utf8")).toBe(fresh);

  // A new secret that the database never saw is thrown away and another one made.
  await writeFile(`${file}.next`, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  expect((await shop.cli("secrets", "rotate")).code).toBe(0);
  await shop.start();
  expect(await call()).toBe(200);

  expect((await shop.cli("audit", "verify")).stdout).toMatch(/^The audit log is whole: \d+ entries\.$/m);
  expect((await shop.cli("audit", "nonsense")).code).toBe(2);
  expect((await shop.cli("secrets")).code).toBe(2);
}, 240_000);
