import { afterAll, beforeAll, expect, test } from "vitest";
import { addCharge } from "../../support/charge.ts";
import { errorOf, openAdminShop, type AdminShop } from "./shop.ts";

/** What the first run does beside channels, models and settings. */

let admin: AdminShop;

beforeAll(async () => {
  admin = await openAdminShop();
});
afterAll(() => admin.drop());

test("only the shop owner has a first run", async () => {
  const operator = await admin.as("operator");
  expect(await errorOf(operator.admin.setup.state())).toBe("FORBIDDEN");
  expect(await errorOf(operator.admin.setup.firstKey())).toBe("FORBIDDEN");
});

test("the key for the first request has a dollar behind it, once, however often a key is made", async () => {
  const owner = await admin.as("owner");
  const first = await owner.admin.setup.firstKey();
  const second = await owner.admin.setup.firstKey();
  expect(first.secret).toMatch(/^sk-mm-/);
  expect(second.secret).not.toBe(first.secret);
  const ownerId = await admin.userId("owner@staff.example.com");
  const { rows: keys } = await admin.pool.query("SELECT status, name, budgets FROM api_keys WHERE user_id = $1 ORDER BY id", [ownerId]);
  expect(keys).toEqual([
    { status: "revoked", name: expect.stringContaining("First request ·") as string, budgets: [{ per: "total", amount_nano: "1000000000" }] },
    { status: "active", name: "First request", budgets: [{ per: "total", amount_nano: "1000000000" }] },
  ]);
  const { rows: [wallet] } = await admin.pool.query("SELECT paid_nano, lots_nano FROM wallets WHERE owner_id = $1", [ownerId]);
  expect(wallet).toEqual({ paid_nano: 0n, lots_nano: 1_000_000_000n });
  const { rows: log } = await admin.pool.query<{ action: string }>("SELECT action FROM audit_log WHERE actor_id = $1 ORDER BY seq", [ownerId]);
  expect(log.map(({ action }) => action)).toEqual(["key.create", "setup.credit", "key.revoke", "key.create"]);
  expect(JSON.stringify(log)).not.toContain(first.secret);
});

test("the page is told of the owner's own first sale, and of no customer's", async () => {
  const owner = await admin.as("owner");
  expect(await owner.admin.setup.state()).toMatchObject({ served: true });
  await addCharge(admin.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: "main", usage: { input: 100, output: 10 } });
  expect(await owner.admin.setup.firstSale()).toEqual({ sold: null, failed: null });
  const { id } = await addCharge(admin.pool, { email: "owner@staff.example.com", model: "gpt-4o-mini", channel: "main", usage: { input: 1_000, output: 100 } });
  const { sold, failed } = await owner.admin.setup.firstSale();
  expect(failed).toBeNull();
  expect(sold).toMatchObject({ id, model: "gpt-4o-mini", outcome: "ok" });
  expect(sold!.chargeNano).toBeGreaterThan(0n);
  expect(sold!.marginNano).toBe(sold!.chargeNano - sold!.costNano);
});
