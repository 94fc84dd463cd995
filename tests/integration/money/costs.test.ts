import { readFileSync } from "node:fs";
import pg from "pg";
import { expect, test } from "vitest";
import { pico } from "#money/amount.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { settleBatch } from "#money/settlement.store.ts";
import { uuidv7 } from "#platform/ids.ts";
import { asAdmin, askFor, openShop, PER_CALL, recordFor, settled, usd, type Customer, type Shop, type Sold } from "./shop.ts";

const MIGRATION = new URL("../../../prisma/migrations/20261121100000_books/migration.sql", import.meta.url);

/** A request that cost so much at each of these channels. */
function costing(customer: Customer, sold: Sold, costs: readonly (readonly [string, bigint])[]): ChargeRecord {
  const attempts = costs.map(([channelId, cost]) => ({ channelId, costPico: pico(cost) }));
  return recordFor(askFor(customer, sold), sold, { request: 1 }, { channelId: costs[0]![0], attempts, costPico: pico(costs.reduce((sum, [, cost]) => sum + cost, 0n)) });
}

async function settle(shop: Shop, records: readonly ChargeRecord[], fault?: (point: string) => void | Promise<void>): Promise<void> {
  const client = await shop.db.pool.connect();
  try {
    await settleBatch(client, {
      settlementId: uuidv7(), nodeId: uuidv7(), records, known: { cards: new Set(), accounts: new Map() }, hasBudgetLeases: false, lowBalanceNano: 0n, ...(fault && { fault }),
    });
  } finally {
    client.release();
  }
}

/** Nano-USD that the ledger owes a channel. */
async function owed(shop: Shop, channelId: string): Promise<bigint> {
  const { rows: [row] } = await shop.db.pool.query<{ sum: bigint }>(
    "SELECT coalesce(-sum(e.amount_nano), 0)::bigint AS sum FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = $1", [`upstream:${channelId}:accrued`]);
  return row!.sum;
}

const failing = async (shop: Shop): Promise<string[]> => (await checkInvariants(shop.db.pool)).filter(({ rows }) => rows > 0).map(({ id }) => id);

test("a hundred batches of half a nano cost fifty nano, not a hundred; the books never lag a whole nano behind", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(200));
  const channel = uuidv7();
  let sum = 0n;
  for (const cost of [500n, 500n, 1n, 999n, 999n, 1n, 0n, 333n, 333n, 333n, 1n, 1_499n, 7_777_777_777_777n]) {
    await settle(shop, [costing(customer, sold, [[channel, cost]])]);
    sum += cost;
    expect(await owed(shop, channel), `after ${sum} pico`).toBe(sum / 1_000n);
  }
  for (let i = 0; i < 100; i++) await settle(shop, [costing(customer, sold, [[channel, 500n]])]);
  expect(await owed(shop, channel)).toBe((sum + 50_000n) / 1_000n);
  await shop.expectSound();
});

test("settlers of several nodes that meet on the same channels, in any order, lose no pico and do not deadlock", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const channels = Array.from({ length: 5 }, uuidv7);
  const sums = new Map(channels.map((channel) => [channel, 0n]));
  let turn = 0;
  const one = async (): Promise<void> => {
    const customer = await shop.customer(usd(100));
    for (let batch = 0; batch < 12; batch++) {
      const records = Array.from({ length: 3 }, () => {
        const costs = channels.map((channel, i) => [channel, BigInt((turn += 1) * 337 + i) % 1_499n] as const);
        for (const [channel, cost] of costs) sums.set(channel, sums.get(channel)! + cost);
        return costing(customer, sold, turn % 2 === 0 ? costs : [...costs].reverse());
      });
      await settle(shop, records);
    }
  };
  await Promise.all(Array.from({ length: 6 }, one));
  for (const [channel, sum] of sums) expect(await owed(shop, channel)).toBe(sum / 1_000n);
  await shop.expectSound();
});

test("a batch that fails, or whose commit is not answered, neither loses its remainder nor books it twice", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const channel = uuidv7();
  await settle(shop, [costing(customer, sold, [[channel, 600n]])]);
  const record = costing(customer, sold, [[channel, 600n]]);
  await expect(settle(shop, [record], (point) => { if (point === "written") throw new Error("pulled"); })).rejects.toThrow("pulled");
  expect(await owed(shop, channel)).toBe(0n);
  await shop.expectSound();
  await expect(settle(shop, [record], (point) => { if (point === "committed") throw new Error("unheard"); })).rejects.toThrow("unheard");
  await expect(settle(shop, [record])).rejects.toMatchObject({ code: "23505" }); // the same request again
  expect(await owed(shop, channel)).toBe(1n);
  await shop.expectSound();
});

test("the remainder outlives the node that left it", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(5));
  const channel = uuidv7();
  const first = await shop.node();
  await first.record(costing(customer, sold, [[channel, 700n]]));
  await settled(first);
  await first.close();
  const second = await shop.node();
  for (let i = 0; i < 3; i++) await second.record(costing(customer, sold, [[channel, 700n]]));
  await settled(second);
  expect(await owed(shop, channel)).toBe(2n);
  await shop.expectSound();
});

test("I17 and I18 see a pico that is missing and a nano too many", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(5));
  const channel = uuidv7();
  await settle(shop, [costing(customer, sold, [[channel, 1_500n], [channel, 2_000n]])]);
  await shop.expectSound();
  await asAdmin(shop.db, async (admin) => {
    await admin.query("SET session_replication_role = replica");
    for (const [breaks, mends, found] of [
      ["UPDATE upstream_costs SET sum_pico = sum_pico - 1", "UPDATE upstream_costs SET sum_pico = sum_pico + 1", ["I17"]],
      ["UPDATE attempts SET cost_pico = cost_pico + 1 WHERE n = 1", "UPDATE attempts SET cost_pico = cost_pico - 1 WHERE n = 1", ["I17", "I18"]],
      ["UPDATE charges SET cost_pico = cost_pico + 1", "UPDATE charges SET cost_pico = cost_pico - 1", ["I18"]],
      ["UPDATE ledger_entries e SET amount_nano = amount_nano + sign(amount_nano) FROM accounts a WHERE a.id = e.account_id AND a.code ~ 'upstream'",
        "UPDATE ledger_entries e SET amount_nano = amount_nano - sign(amount_nano) FROM accounts a WHERE a.id = e.account_id AND a.code ~ 'upstream'", ["I17"]],
    ] as const) {
      await admin.query(breaks);
      expect(await failing(shop), breaks).toEqual(found);
      await admin.query(mends);
    }
  });
  await shop.expectSound();
});

test("books that rounded each batch by itself are put right once, and go on exactly", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(20));
  const [over, under, exact] = [uuidv7(), uuidv7(), uuidv7()];
  for (let i = 0; i < 5; i++) await settle(shop, [costing(customer, sold, [[over, 700n], [under, 300n], [exact, 2_000n]])]);
  // As it was: 700 pico booked as 1 nano each time, 300 as none.
  await asAdmin(shop.db, async (admin) => {
    await admin.query("SET session_replication_role = replica");
    const set = async (channel: string, nano: number): Promise<void> => {
      await admin.query("DELETE FROM ledger_entries e USING accounts a WHERE a.id = e.account_id AND a.code = $1", [`upstream:${channel}:accrued`]);
      if (nano > 0) await admin.query(
        `INSERT INTO ledger_entries (tx_id, account_id, amount_nano) SELECT t.id, a.id, -1 FROM accounts a, (SELECT id FROM ledger_transactions WHERE kind = 'settlement' LIMIT $2) t WHERE a.code = $1`,
        [`upstream:${channel}:accrued`, nano]);
    };
    await set(over, 5);
    await set(under, 0);
    await admin.query("DELETE FROM ledger_entries e USING accounts a WHERE a.id = e.account_id AND a.code = 'expense:upstream'");
    await admin.query(
      `INSERT INTO ledger_entries (tx_id, account_id, amount_nano)
       SELECT e.tx_id, (SELECT id FROM accounts WHERE code = 'expense:upstream'), -sum(e.amount_nano) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id AND a.code LIKE 'upstream:%' GROUP BY 1`);
  });
  expect(await failing(shop)).toEqual(["I17"]);
  const migration = readFileSync(MIGRATION, "utf8");
  const owner = new pg.Client({ connectionString: shop.db.ownerUrl });
  await owner.connect();
  try {
    await owner.query("TRUNCATE upstream_costs");
    await owner.query(migration.slice(migration.indexOf("INSERT INTO upstream_costs"), migration.indexOf("END $$;") + "END $$;".length));
  } finally {
    await owner.end();
  }
  expect([await owed(shop, over), await owed(shop, under), await owed(shop, exact)]).toEqual([3n, 1n, 10n]);
  await shop.expectSound();
  await settle(shop, [costing(customer, sold, [[over, 500n], [under, 500n], [exact, 500n]])]);
  expect([await owed(shop, over), await owed(shop, under), await owed(shop, exact)]).toEqual([4n, 2n, 10n]);
  await shop.expectSound();
});
