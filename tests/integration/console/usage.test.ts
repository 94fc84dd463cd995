import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rollUsage } from "#reports/index.ts";
import { settleRequests } from "../../support/settle.ts";
import { ALICE, BOB_EMAIL, openConsoleShop, type Caller, type ConsoleShop } from "./console-shop.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let shop: ConsoleShop;
let alice: Caller;
let bob: Caller;
/** A range that covers the day on which New York's clocks went back, and the present. */
const FROM = new Date("2026-10-30T00:00:00Z");
const range = () => ({ from: FROM, to: new Date(Date.now() + 60_000) });

beforeAll(async () => {
  shop = await openConsoleShop();
  alice = await shop.as(ALICE);
  bob = await shop.as(BOB_EMAIL);
  const at = (hours: number): Date => new Date(FROM.getTime() + hours * HOUR + 17 * 60_000);
  await settleRequests(shop.database.pool, Array.from({ length: 96 }, (_, i) => ({
    email: ALICE, key: i % 3 === 0 ? "app" : undefined as never, model: i % 2 === 0 ? "gpt-4o-mini" : "text-embedding-3-small", at: at(i),
    usage: i % 2 === 0 ? { inputUncached: 1_003 + i, cacheRead: 7, outputText: i } : { inputUncached: 11 + i },
    ...(i % 10 === 9 && { outcome: "upstream_error" as const, waived: true, httpStatus: 502, errorCode: "upstream_unavailable" }),
    ...(i % 10 === 8 && { outcome: "client_abort" as const }), endpoint: i % 2 === 0 ? "chat" : "embeddings", ttftMs: 100 + i, latencyMs: 1_000,
  })));
  await settleRequests(shop.database.pool, [{ email: BOB_EMAIL, key: "bobs", model: "gpt-4o-mini", usage: { inputUncached: 999_999 }, at: at(3) }]);
});
afterAll(() => shop.database.drop());

async function truth(where = "true"): Promise<{ charge: bigint; requests: bigint; ledger: bigint }> {
  const { rows } = await shop.database.pool.query<{ charge: bigint; requests: bigint; ledger: bigint }>(
    `SELECT coalesce(sum(c.charge_nano), 0)::bigint AS charge, count(*) AS requests,
            (SELECT sum(e.amount_nano) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.tx_id
              WHERE t.kind = 'settlement' AND a.wallet_id = w.id)::bigint AS ledger
       FROM wallets w JOIN charges c ON c.wallet_id = w.id WHERE w.owner_id = $1 AND ${where} GROUP BY w.id`, [await shop.userId(ALICE)]);
  return rows[0] ?? { charge: 0n, requests: 0n, ledger: 0n };
}

const GROUPS = ["model", "key", "endpoint", "status", "day"] as const;

async function expectTotals(): Promise<void> {
  const { charge, requests, ledger } = await truth();
  expect(charge).toBe(ledger);
  for (const group of GROUPS) for (const timeZone of ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kolkata"]) {
    const usage = await alice.console.usage.get({ ...range(), group, bucket: "day", timeZone });
    expect([group, timeZone, usage.total.chargeNano, usage.total.requests]).toEqual([group, timeZone, charge, requests]);
    const sum = (pick: (row: { chargeNano: bigint; requests: bigint }) => bigint): bigint => usage.rows.reduce((all, row) => all + pick(row), 0n);
    expect([sum((row) => row.chargeNano), sum((row) => row.requests)]).toEqual([charge, requests]);
    usage.series.forEach((series, i) => expect(series.reduce((all, { chargeNano }) => all + chargeNano, 0n)).toBe(usage.rows[i]!.chargeNano));
  }
}

describe("E-46: totals are the rows and the ledger", () => {
  test("before anything is rolled up", expectTotals);

  test("after it, and again: nothing is added twice", async () => {
    expect(await rollUsage(shop.database.pool, 0)).toBe(2);
    await expectTotals();
    const { rows: [before] } = await shop.database.pool.query("SELECT sum(charge_nano) AS n, sum(requests) AS r, sum(errors) AS e FROM usage_hourly");
    expect(await rollUsage(shop.database.pool, 0)).toBe(0);
    const { rows: [after] } = await shop.database.pool.query("SELECT sum(charge_nano) AS n, sum(requests) AS r, sum(errors) AS e FROM usage_hourly");
    expect(after).toEqual(before);
    await expectTotals();
  });

  test("with a tail that is not rolled up yet, of old hours too", async () => {
    await settleRequests(shop.database.pool, [
      { email: ALICE, key: "app", model: "gpt-4o-mini", usage: { inputUncached: 5, outputText: 5 }, at: new Date(FROM.getTime() + 5 * HOUR) },
      { email: ALICE, key: "app", model: "gpt-4o-mini", usage: { inputUncached: 7, items: { web_search: 2 } } },
    ]);
    await expectTotals();
    expect(await rollUsage(shop.database.pool, 0)).toBe(1);
    await expectTotals();
    const { rows } = await shop.database.pool.query<{ item: object }>("SELECT u_other AS item FROM usage_hourly WHERE u_other <> '{}'");
    expect(rows).toEqual([{ item: { web_search: 2 } }]);
  });

  test("while a settlement is still running the rollup stops before it", async () => {
    const client = await shop.database.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT now()");
      await settleRequests(shop.database.pool, [{ email: ALICE, key: "app", model: "gpt-4o-mini", usage: { inputUncached: 3 } }]);
      expect(await rollUsage(shop.database.pool, 0)).toBe(0);
      await expectTotals();
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
    expect(await rollUsage(shop.database.pool, 0)).toBe(1);
    await expectTotals();
  });

  test("any range, to the minute, is the sum of its requests", async () => {
    for (const [from, to] of [[1.5, 40.25], [0.1, 0.5], [3, 4], [2.29, 2.27 + 1]] as const) {
      const ask = { from: new Date(FROM.getTime() + from * HOUR), to: new Date(FROM.getTime() + to * HOUR) };
      const { charge, requests } = await truth(`c.at >= '${ask.from.toISOString()}' AND c.at < '${ask.to.toISOString()}'`);
      const usage = await alice.console.usage.get({ ...ask, group: "model", bucket: "hour", timeZone: "UTC" });
      expect([usage.total.chargeNano, usage.total.requests]).toEqual([charge, requests]);
    }
  });
});

describe("E-46: days are those of the zone", () => {
  test("the day on which New York's clocks go back has 25 hours, Shanghai's 24", async () => {
    const day = { from: new Date("2026-11-01T04:00:00Z"), to: new Date("2026-11-02T05:00:00Z") };
    const usage = await alice.console.usage.get({ ...day, group: "day", bucket: "day", timeZone: "America/New_York" });
    expect(usage.buckets).toEqual([new Date("2026-11-01T04:00:00Z")]);
    expect(usage.rows.map(({ group, requests }) => [group, requests])).toEqual([["2026-11-01T04:00:00.000Z", 25n]]);
    const hours = await alice.console.usage.get({ ...day, group: "hour", bucket: "hour", timeZone: "America/New_York" });
    expect([hours.buckets.length, hours.rows.length]).toEqual([25, 25]);
    const shanghai = await alice.console.usage.get({ from: FROM, to: new Date("2026-11-02T16:00:00Z"), group: "day", bucket: "day", timeZone: "Asia/Shanghai" });
    expect(shanghai.rows.map(({ requests }) => requests)).toEqual([17n, 24n, 24n, 24n]);
    expect(shanghai.buckets.map((bucket) => bucket.getUTCHours())).toEqual(shanghai.buckets.map(() => 16));
  });

  test("Kolkata's days begin at half past six in the evening of UTC", async () => {
    const usage = await alice.console.usage.get({ from: new Date("2026-10-30T18:30:00Z"), to: new Date("2026-10-31T18:30:00Z"), group: "day", bucket: "day", timeZone: "Asia/Kolkata" });
    expect(usage.rows.map(({ group, requests }) => [group, requests])).toEqual([["2026-10-30T18:30:00.000Z", 24n]]);
  });
});

describe("filters and comparison", () => {
  test("each filter narrows to what it says", async () => {
    const total = async (filter: object) => (await alice.console.usage.get({ ...range(), group: "model", bucket: "day", timeZone: "UTC", ...filter })).total;
    const { rows: [key] } = await shop.database.pool.query<{ id: string }>("SELECT id FROM api_keys WHERE name = 'app'");
    expect((await total({ status: "error" })).requests).toBe((await truth("c.outcome = 'upstream_error'")).requests);
    expect((await total({ model: "text-embedding-3-small" })).chargeNano).toBe((await truth("c.endpoint = 'embeddings'")).charge);
    expect((await total({ endpoint: "embeddings" })).chargeNano).toBe((await truth("c.endpoint = 'embeddings'")).charge);
    expect((await total({ key: key!.id })).chargeNano).toBe((await truth(`c.key_id = '${key!.id}'`)).charge);
    expect((await total({ model: "nothing" })).requests).toBe(0n);
    expect((await total({})).errors).toBe((await truth("c.outcome = 'upstream_error'")).requests);
  });

  test("the period before has the same length and ends where this one begins", async () => {
    const from = new Date(FROM.getTime() + 48 * HOUR);
    const usage = await alice.console.usage.get({ from, to: new Date(from.getTime() + 2 * DAY), group: "model", bucket: "day", timeZone: "UTC", compare: true });
    expect(usage.previous!.chargeNano).toBe((await truth(`c.at >= '${FROM.toISOString()}' AND c.at < '${from.toISOString()}'`)).charge);
    expect(usage.rows.every(({ firstTokenMs }) => firstTokenMs! > 100)).toBe(true);
  });

  test.each([
    ["an empty range", { from: FROM, to: FROM }], ["years", { from: new Date("2020-01-01"), to: new Date() }],
    ["hours of months", { from: new Date("2026-09-01"), to: new Date(), bucket: "hour" as const }], ["no zone", { ...range(), timeZone: "Nowhere/At all" }],
  ])("%s is refused", async (_name, ask) => {
    await expect(alice.console.usage.get({ group: "model", bucket: "day", ...ask })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("another customer's key gives nothing, his own totals are his", async () => {
    const { rows: [key] } = await shop.database.pool.query<{ id: string }>("SELECT id FROM api_keys WHERE name = 'app'");
    expect((await bob.console.usage.get({ ...range(), group: "model", bucket: "day", key: key!.id })).total.requests).toBe(0n);
    expect((await bob.console.usage.get({ ...range(), group: "model", bucket: "day" })).total.requests).toBe(1n);
  });
});

test("the overview says the day, the month and how long the money lasts", async () => {
  const overview = await alice.console.overview.get();
  const wallet = await shop.database.pool.query<{ balance: bigint }>("SELECT paid_nano + lots_nano - debt_nano AS balance FROM wallets WHERE owner_id = $1", [await shop.userId(ALICE)]);
  expect(overview.wallet).toMatchObject({ balanceNano: wallet.rows[0]!.balance, availableNano: wallet.rows[0]!.balance, heldNano: 0n });
  expect(overview.month.chargeNano).toBe((await truth("c.at >= date_trunc('month', now())")).charge);
  expect(overview.today?.requests ?? 0n).toBe((await truth("c.at >= date_trunc('day', now())")).requests);
  expect(overview.days).toHaveLength(14);
  expect(overview.lastsDays).toBeGreaterThan(0);
  expect(overview.steps).toEqual({ keys: 1, hasCredit: true, hasRequest: true });
});

test("models are offered at the prices of the customer's group", async () => {
  const list = async () => (await alice.console.models.list()).find(({ slug }) => slug === "gpt-4o-mini")!;
  expect((await list()).prices.input).toEqual({ own: 150_000n, list: 150_000n });
  await shop.database.pool.query("UPDATE users SET group_id = (SELECT id FROM groups WHERE name = 'vip') WHERE email = $1", [ALICE]);
  expect((await list()).prices.input).toEqual({ own: 120_000n, list: 150_000n });
  await shop.database.pool.query("UPDATE users SET group_id = (SELECT id FROM groups WHERE name = 'default') WHERE email = $1", [ALICE]);
});
