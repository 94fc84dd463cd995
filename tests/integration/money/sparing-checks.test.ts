import { expect, test } from "vitest";
import { pico } from "#money/amount.ts";
import { settleBatch } from "#money/settlement.store.ts";
import { brokenInvariants, lastWholeRun, runInvariants } from "#reports/invariant-runs.store.ts";
import { rollLedger } from "#reports/index.ts";
import { uuidv7 } from "#platform/ids.ts";
import { asAdmin, askFor, openShop, PER_CALL, recordFor, usd, type Customer, type Shop, type Sold } from "./shop.ts";

/** The hourly look at the books: over what is new, over all of it once a day, and over all of what was found broken. */

const CHANNEL = uuidv7();

async function sell(shop: Shop, customer: Customer, sold: Sold): Promise<string> {
  const record = recordFor(askFor(customer, sold), sold, { request: 1 }, { channelId: CHANNEL, attempts: [{ channelId: CHANNEL, costPico: pico(1_500n) }], costPico: pico(1_500n) });
  const client = await shop.db.pool.connect();
  const settlementId = uuidv7();
  try {
    await settleBatch(client, { settlementId, nodeId: uuidv7(), records: [record], known: { cards: new Set(), accounts: new Map() }, hasBudgetLeases: false, lowBalanceNano: 0n });
  } finally {
    client.release();
  }
  return settlementId;
}

/** A shop that sold something ten days ago, when all of it was right, and something just now. */
async function openOldShop(): Promise<Readonly<{ shop: Shop; old: string; fresh: string; run: () => Promise<string[]>; hoursPass: (hours: number) => Promise<void>; alter: (sql: string) => Promise<void> }>> {
  const shop = await openShop();
  const customer = await shop.customer(usd(5));
  const sold = await shop.model(PER_CALL);
  const alter = (sql: string): Promise<void> => asAdmin(shop.db, async (admin) => {
    await admin.query("SET session_replication_role = replica");
    expect((await admin.query(sql)).rowCount, sql).toBeGreaterThan(0);
  });
  const old = await sell(shop, customer, sold);
  await alter("UPDATE ledger_transactions SET posted_at = posted_at - interval '10 days'");
  await rollLedger(shop.db.pool);
  const hoursPass = (hours: number): Promise<void> => alter(`UPDATE recon_runs SET started_at = started_at - interval '${hours} hours'`);
  // The first run reads everything, whoever starts it.
  const first = await runInvariants(shop.db.pool, "upkeep", "sparing");
  expect([first.whole, first.results.filter(({ rows }) => rows > 0)]).toEqual([true, []]);
  await hoursPass(2);
  const fresh = await sell(shop, customer, sold);
  await rollLedger(shop.db.pool);
  return { shop, old, fresh, hoursPass, alter, run: async () => (await runInvariants(shop.db.pool, "upkeep", "sparing")).results.filter(({ rows }) => rows > 0).map(({ id }) => id) };
}

type Damage = readonly [breaks: string, mends: string, found: readonly string[]];

/** Damage to one settlement, and its repair, with the invariants that it breaks. */
function damage(settlement: string): readonly Damage[] {
  const there = (found: readonly string[], sql: (sign: "+" | "-") => string): Damage => [sql("+"), sql("-"), found];
  const charges = `settlement_id = '${settlement}'`;
  return [
    there(["I1", "I19"], (sign) => `UPDATE ledger_entries SET amount_nano = amount_nano ${sign} 1 WHERE id = (SELECT e.id FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = '${settlement}' AND a.code = 'expense:upstream')`),
    there(["I18"], (sign) => `UPDATE charges SET cost_pico = cost_pico ${sign} 1 WHERE ${charges}`),
    there(["I4", "I5", "I6", "I16"], (sign) => `UPDATE charges SET charge_nano = charge_nano ${sign} 1, paid_nano = paid_nano ${sign} 1, sum_pico = sum_pico ${sign} 1000 WHERE ${charges}`),
  ];
}

test("what is new is read every hour: each damage to it is found", async () => {
  const { fresh, run, alter } = await openOldShop();
  expect(await run()).toEqual([]);
  const today = "UPDATE ledger_daily SET debit_nano = debit_nano + 1 WHERE day = (now() AT TIME ZONE 'UTC')::date";
  const sums: readonly Damage[] = [["UPDATE upstream_costs SET sum_pico = sum_pico + 1000", "UPDATE upstream_costs SET sum_pico = sum_pico - 1000", ["I17"]], [today, today.replace("+", "-"), ["I19"]]];
  for (const [breaks, mends, found] of [...damage(fresh), ...sums]) {
    await alter(breaks);
    expect(await run(), breaks).toEqual(found);
    await alter(mends);
    expect(await run(), mends).toEqual([]);
  }
});

test("what is old is read once a day, and every hour while something in it is wrong", async () => {
  const { shop, old, run, hoursPass, alter } = await openOldShop();
  for (const [breaks, mends, found] of damage(old)) {
    await alter(breaks);
    // A key that was used in the last hour is added up from its first request on; other history is not read.
    expect((await run()).filter((id) => id !== "I16"), breaks).toEqual([]);
    await hoursPass(24);
    expect(await run(), breaks).toEqual(expect.arrayContaining([...found]));
    expect((await lastWholeRun(shop.db.pool))!.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await hoursPass(1);
    // Looked at again though it is old: a red line must not turn green by itself.
    expect(await run(), breaks).toEqual(expect.arrayContaining([...found]));
    expect(await brokenInvariants(shop.db.pool)).toEqual(expect.arrayContaining([...found]));
    await alter(mends);
    expect(await run(), mends).toEqual([]);
    await hoursPass(1);
  }
});
