import { expect, test } from "vitest";
import { checkInvariants } from "#money/invariants.store.ts";
import { creditWallet } from "#money/ledger.store.ts";
import { rollLedger } from "#reports/index.ts";
import { findAccount, listEntries, readTrialBalance } from "#reports/ledger-explorer.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { asAdmin, openShop, PER_CALL, serve, settled, usd, type Shop } from "./shop.ts";

type Row = { day: string; code: string; debit: string; credit: string; balance: string };

async function daily(shop: Shop): Promise<Row[]> {
  const { rows } = await shop.db.pool.query<Row>(
    `SELECT d.day::text, a.code, d.debit_nano::text AS debit, d.credit_nano::text AS credit, d.balance_nano::text AS balance
       FROM ledger_daily d JOIN accounts a ON a.id = d.account_id ORDER BY a.code, d.day`);
  return rows;
}

/** A credit that was posted at another time: the posting's own time is the database's, so it is set by hand. */
async function creditAt(shop: Shop, walletId: string, dollars: number, at: string): Promise<void> {
  const id = uuidv7();
  await asAdmin(shop.db, async (admin) => {
    await admin.query("INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type, posted_at) VALUES ($1, 'opening', $1::uuid::text, 'system', $2)", [id, at]);
    await admin.query(
      `INSERT INTO ledger_entries (tx_id, account_id, amount_nano) SELECT $1, a.id, x.amount FROM (VALUES ('equity:opening', $3::bigint), ('wallet:' || $2 || ':paid', -$3::bigint)) AS x(code, amount) JOIN accounts a USING (code)`,
      [id, walletId, usd(dollars)]);
    await admin.query("UPDATE wallets SET paid_nano = paid_nano + $2 WHERE id = $1", [walletId, usd(dollars)]);
  });
}

const equity = (rows: readonly Row[]): (readonly [string, string, string, string])[] =>
  rows.filter(({ code }) => code === "equity:opening").map(({ day, debit, credit, balance }) => [day, debit, credit, balance] as const);
const text = (dollars: number): string => usd(dollars).toString();
const failing = async (shop: Shop): Promise<string[]> => (await checkInvariants(shop.db.pool)).filter(({ rows }) => rows > 0).map(({ id }) => id);

test("days are caught up in pieces of any size, a second run adds nothing, and balances are the same before and after", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  for (const [dollars, at] of [[1, "2026-03-01T00:00:00Z"], [2, "2026-03-01T23:59:59.999999Z"], [4, "2026-03-02T00:00:00Z"], [8, "2026-03-05T12:00:00+08"]] as const) await creditAt(shop, walletId, dollars, at);
  const before = await readTrialBalance(shop.db.pool);
  await shop.expectSound();
  await rollLedger(shop.db.pool, undefined, 1n);
  const rows = await daily(shop);
  expect(equity(rows)).toEqual([
    ["2026-03-01", text(3), "0", text(3)], ["2026-03-02", text(4), "0", text(7)], ["2026-03-05", text(8), "0", text(15)],
  ]);
  await rollLedger(shop.db.pool, undefined, 1n);
  await Promise.all([1, 2, 3].map(() => rollLedger(shop.db.pool)));
  expect(await daily(shop)).toEqual(rows);
  expect(await readTrialBalance(shop.db.pool)).toEqual(before);
  await shop.expectSound();
});

test("an entry that comes late for a day that is over moves that day's close and every later one", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  await creditAt(shop, walletId, 1, "2026-03-01T12:00:00Z");
  await creditAt(shop, walletId, 1, "2026-03-03T12:00:00Z");
  await rollLedger(shop.db.pool);
  await creditAt(shop, walletId, 5, "2026-03-02T12:00:00Z");
  await creditAt(shop, walletId, 7, "2026-02-01T12:00:00Z");
  await rollLedger(shop.db.pool);
  expect(equity(await daily(shop))).toEqual([
    ["2026-02-01", text(7), "0", text(7)], ["2026-03-01", text(1), "0", text(8)], ["2026-03-02", text(5), "0", text(13)], ["2026-03-03", text(1), "0", text(14)],
  ]);
  await shop.expectSound();
});

test("the mark waits for a posting that is under way, and for no one else; what is under way is counted once when it ends", async () => {
  const shop = await openShop();
  const [{ walletId: slow }, { walletId: quick }] = [await shop.customer(), await shop.customer()];
  const client = await shop.db.pool.connect();
  await client.query("BEGIN");
  const credit = { bucket: "paid", amount: usd(3), from: "equity:opening", kind: "opening" } as const;
  await creditWallet(client, { ...credit, walletId: slow, key: "slow" });
  // Posted after it, with higher numbers, and committed before it.
  await shop.credit(quick, usd(2));
  expect(await rollLedger(shop.db.pool, 100)).toEqual({ throughId: 0n, current: false });
  expect(await daily(shop)).toEqual([]);
  await client.query("COMMIT");
  client.release();
  expect(await rollLedger(shop.db.pool)).toMatchObject({ current: true });
  const [today] = equity(await daily(shop));
  expect([today![1], today![3]]).toEqual([text(5), text(5)]);
  // One that is rolled back leaves a hole in the numbers, which nobody waits for.
  await expect(withTransaction(shop.db.pool, async (tx) => {
    await creditWallet(tx, { ...credit, walletId: slow, key: "never" });
    throw new Error("no");
  })).rejects.toThrow("no");
  expect(await rollLedger(shop.db.pool)).toMatchObject({ current: true });
  await shop.expectSound();
});

test("while several nodes settle and the job runs at random moments, every balance is right at each look", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const [nodes, customer] = [await Promise.all([shop.node(), shop.node()]), await shop.customer(usd(50))];
  let busy = true;
  const rolling = (async () => {
    while (busy) await rollLedger(shop.db.pool, undefined, 7n);
  })();
  const looking = (async () => {
    while (busy) {
      expect(await failing(shop)).toEqual([]);
      expect((await readTrialBalance(shop.db.pool)).reduce((sum, { balanceNano }) => sum + balanceNano, 0n)).toBe(0n);
    }
  })();
  try {
    for (let i = 0; i < 20; i++) {
      await Promise.all(nodes.map((node) => serve(node, customer, sold, { request: 1 })));
      if (i % 4 === 0) await shop.credit(customer.walletId, usd(1));
    }
    await Promise.all(nodes.map(settled));
  } finally {
    busy = false;
    await Promise.all([rolling, looking]);
  }
  await rollLedger(shop.db.pool);
  await shop.expectSound();
  const { rows: [left] } = await shop.db.pool.query("SELECT count(*)::int AS n FROM ledger_entries WHERE id > (SELECT through_id FROM ledger_rollup)");
  expect(left).toEqual({ n: 0 });
});

test("each entry shows the balance after it, on the first page and on later ones, across the mark", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  for (const dollars of [1, 2, 3]) await shop.credit(walletId, usd(dollars));
  await rollLedger(shop.db.pool);
  for (const dollars of [4, 5]) await shop.credit(walletId, usd(dollars));
  const account = (await findAccount(shop.db.pool, `wallet:${walletId}:paid`))!;
  expect(account.balanceNano).toBe(-usd(15));
  const first = await listEntries(shop.db.pool, account.id, { limit: 3 });
  expect(first.map(({ balanceNano }) => balanceNano)).toEqual([15, 10, 6].map((dollars) => -usd(dollars)));
  const rest = await listEntries(shop.db.pool, account.id, { before: first.at(-1)!.id, limit: 3 });
  expect(rest.map(({ balanceNano }) => balanceNano)).toEqual([3, 1].map((dollars) => -usd(dollars)));
});

test("I19 sees a sum, a close and an entry that were changed behind its back; I2 follows where a balance moved", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  await creditAt(shop, walletId, 1, "2026-03-01T12:00:00Z");
  await creditAt(shop, walletId, 2, "2026-03-02T12:00:00Z");
  await rollLedger(shop.db.pool);
  await asAdmin(shop.db, async (admin) => {
    await admin.query("SET session_replication_role = replica");
    const paid = `account_id = (SELECT id FROM accounts WHERE code = 'wallet:${walletId}:paid')`;
    for (const [breaks, mends, found] of [
      [`UPDATE ledger_daily SET credit_nano = credit_nano + 1 WHERE day = '2026-03-01' AND ${paid}`, `UPDATE ledger_daily SET credit_nano = credit_nano - 1 WHERE day = '2026-03-01' AND ${paid}`, ["I19"]],
      [`UPDATE ledger_daily SET balance_nano = balance_nano + 1 WHERE day = '2026-03-02' AND ${paid}`, `UPDATE ledger_daily SET balance_nano = balance_nano - 1 WHERE day = '2026-03-02' AND ${paid}`, ["I2", "I19"]],
      [`UPDATE ledger_entries SET amount_nano = amount_nano + 1 WHERE ${paid}`, `UPDATE ledger_entries SET amount_nano = amount_nano - 1 WHERE ${paid}`, ["I1", "I19"]],
      ["UPDATE ledger_rollup SET through_id = through_id - 1", "UPDATE ledger_rollup SET through_id = through_id + 1", ["I2", "I19"]],
    ] as const) {
      await admin.query(breaks);
      expect(await failing(shop), breaks).toEqual(found);
      await admin.query(mends);
    }
  });
  await shop.expectSound();
});
