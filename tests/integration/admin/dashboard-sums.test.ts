import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rollUsage } from "#reports/index.ts";
import { costNano } from "#reports/receipt.ts";
import { sumUsage } from "#reports/usage-sums.store.ts";
import { settleRequests } from "../../support/settle.ts";
import { openAdminShop, type AdminShop } from "./shop.ts";

/** The dashboard reads sums that were made beforehand; they are the charges to the nano, whatever has been summed up so far. */

const HOUR = 3_600_000;
const ALICE = "alice@example.com";
const FROM = new Date("2026-10-30T00:00:00Z");
/** Begins and ends within an hour, so that both edges hold charges. */
const range = { from: new Date(FROM.getTime() + 40 * 60_000), to: new Date(FROM.getTime() + 70 * HOUR + 20 * 60_000) };
let admin: AdminShop;

beforeAll(async () => {
  admin = await openAdminShop();
  await settleRequests(admin.pool, Array.from({ length: 144 }, (_, i) => ({
    email: ALICE, model: "gpt-4o-mini", at: new Date(FROM.getTime() + i * (HOUR / 2) + 13 * 60_000), usage: { inputUncached: 1_003 + i, outputText: i },
    ...(i % 10 === 9 && { outcome: "upstream_error" as const, waived: true }),
  })));
});
afterAll(() => admin.drop());

async function truth(): Promise<{ requests: number; errors: number; charge: bigint; cost: bigint }> {
  const { rows } = await admin.pool.query<{ requests: number; errors: number; charge: bigint; cost: string }>(
    `SELECT count(*)::int AS requests, (count(*) FILTER (WHERE outcome = 'upstream_error'))::int AS errors, sum(charge_nano)::bigint AS charge, sum(cost_pico)::text AS cost
       FROM charges WHERE at >= $1 AND at < $2`, [range.from, range.to]);
  return { ...rows[0]!, cost: BigInt(rows[0]!.cost) };
}

async function expectSums(): Promise<void> {
  const wanted = await truth();
  for (const by of ["total", "hour", "day", "model", "channel", "wallet", "group"] as const) for (const zone of ["UTC", "Asia/Shanghai", "Asia/Kolkata"]) {
    const sums = await sumUsage(admin.pool, range, by, zone);
    const all = sums.reduce((sum, { requests, errors, chargeNano, costPico }) => ({ requests: sum.requests + requests, errors: sum.errors + errors, charge: sum.charge + chargeNano, cost: sum.cost + costPico }), { requests: 0, errors: 0, charge: 0n, cost: 0n });
    expect([by, zone, all]).toEqual([by, zone, wanted]);
  }
  const { money } = await (await admin.as("owner")).admin.dashboard.overview(range);
  expect([money?.now.soldNano, money?.now.costNano]).toEqual([wanted.charge, costNano(wanted.cost)]);
}

describe("the dashboard's sums are the charges", () => {
  test("before anything is rolled up", expectSums);

  test("after it", async () => {
    expect(await rollUsage(admin.pool, 0)).toBe(1);
    await expectSums();
    const { rows } = await admin.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM usage_hourly");
    expect(rows[0]!.n).toBeGreaterThan(50);
  });

  test("with charges of old hours that came later", async () => {
    await settleRequests(admin.pool, [5, 20].map((hours) => ({ email: ALICE, model: "gpt-4o-mini", usage: { inputUncached: 77, outputText: 5 }, at: new Date(FROM.getTime() + hours * HOUR) })));
    await expectSums();
    expect(await rollUsage(admin.pool, 0)).toBe(1);
    await expectSums();
  });

  test("within one hour there is nothing but edges", async () => {
    const within = { from: new Date(FROM.getTime() + 5 * HOUR + 60_000), to: new Date(FROM.getTime() + 5 * HOUR + 30 * 60_000) };
    const [sum] = await sumUsage(admin.pool, within, "total");
    expect(sum?.requests).toBe(1);
  });
});
