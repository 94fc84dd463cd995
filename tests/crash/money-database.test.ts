import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool } from "#platform/db/pool.ts";
import { ensurePostgres, type EmbeddedPostgres } from "#platform/db/embedded.ts";
import { migrate } from "#platform/db/migrate.ts";
import { grantRoles } from "#platform/db/roles.ts";
import { openShopOn, PER_CALL, serve, settled, usd } from "../integration/money/shop.ts";

// A PostgreSQL of its own: the one of the test run must not be stopped under the other tests.
let dataDir = "";
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "mm-away-"));
  postgres = await ensurePostgres(dataDir);
  await migrate(postgres.ownerUrl, path.resolve("prisma/migrations"));
  await grantRoles(postgres.ownerUrl);
});
afterAll(async () => {
  await postgres.stop({ force: true });
  fs.rmSync(dataDir, { recursive: true, force: true });
});

const shopOn = () => openShopOn({
  url: postgres.url, ownerUrl: postgres.ownerUrl, adminUrl: postgres.adminUrl, pool: createPool(postgres.url, { name: "test", max: 4 }),
  async drop() {
    await this.pool.end();
  },
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("C18 a lone node serves from its leases while the database is stopped, and all of it settles once afterwards", async () => {
  const shop = await shopOn();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100_000));
  let served = 0;
  let running = true;
  const load = Promise.all(Array.from({ length: 4 }, async () => {
    while (running) {
      expect(await serve(node, customer, sold, { request: 1 })).toBeUndefined();
      served += 1;
      await pause(5);
    }
  }));
  await pause(300);
  await postgres.stop({ force: true });
  const before = served;
  await pause(7_000);
  expect(served - before).toBeGreaterThan(500);
  expect(node.ready).toBe(true);
  postgres = await ensurePostgres(dataDir);
  await pause(500);
  running = false;
  await load;
  await settled(node);
  const charges = await shop.charges(customer.walletId);
  expect(charges).toHaveLength(served);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(100_000) - BigInt(served) * usd(0.1), leased: 0n });
  await shop.expectSound();
}, 60_000);

test("D5 settlements whose connection is cut again and again are written once each", async () => {
  const shop = await shopOn();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customers = await Promise.all(Array.from({ length: 10 }, () => shop.customer(usd(10_000))));
  let served = 0;
  for (let round = 0; round < 30; round++) {
    await Promise.all(customers.map(async (customer) => {
      for (let i = 0; i < 10; i++) {
        // A refusal for want of the database is right at such a moment; a charge that is lost or doubled is not.
        if (await serve(node, customer, sold, { request: 1 }) === undefined) served += 1;
      }
    }));
    await pause(Math.random() * 30);
    await shop.db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('modelmart:settlement', 'modelmart:relay') AND pid <> pg_backend_pid()").catch(() => undefined);
  }
  await settled(node);
  const { rows: [row] } = await shop.db.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM charges c JOIN wallets w ON w.id = c.wallet_id WHERE w.id = ANY($1)", [customers.map(({ walletId }) => walletId)]);
  expect(row!.n).toBe(served);
  expect(served).toBeGreaterThan(2_000);
  await node.close();
  await shop.expectSound();
}, 60_000);
