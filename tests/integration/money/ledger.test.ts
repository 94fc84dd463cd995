import { expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { adjustWallet, adjustWhenFree, creditWallet, grantCredit, InsufficientBalance, LedgerKeyReuse, post, reverse } from "#money/ledger.store.ts";
import { expireLots } from "#money/lot-expiry.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { asAdmin, openShop, PER_CALL, askFor, recordFor, serve, settled, usd, type Shop } from "./shop.ts";
import { checkInvariants } from "#money/invariants.store.ts";

const operator = { type: "operator", id: "op" } as const;
const lotOf = (sourceId: string, expiresAt?: Date) => ({ kind: "bonus", sourceType: "order", sourceId, ...(expiresAt && { expiresAt }) } as const);

const grantLot = (shop: Shop, walletId: string, amount: number, expiresAt?: Date, kind: "bonus" | "plan" = "bonus") =>
  withTransaction(shop.db.pool, async (client) => {
    const id = uuidv7();
    await creditWallet(client, { walletId, bucket: "lots", amount: usd(amount), from: "expense:promo", kind: "topup_bonus", key: `bonus:${id}`, lot: { ...lotOf(id, expiresAt), kind } });
    return id;
  });

/** Charges an amount as a finished request would. */
async function spend(shop: Shop, walletId: string, userId: string, amount: number): Promise<void> {
  const sold = await shop.model({ items: { request: String(Math.round(amount * 1e12)) } });
  const node = await shop.node();
  await node.record(recordFor(askFor({ walletId, userId, keyId: uuidv7() }, sold), sold, { request: 1 }));
  await settled(node);
  await node.close();
}

test("B2 charges past the balance become debt, and credit pays it first", async () => {
  const shop = await openShop();
  const { walletId, userId } = await shop.customer(usd(1));
  await spend(shop, walletId, userId, 1.5);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: 0n, debt: usd(0.5) });
  await shop.credit(walletId, usd(0.3));
  expect(await shop.wallet(walletId)).toMatchObject({ paid: 0n, debt: usd(0.2) });
  await shop.credit(walletId, usd(5));
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(4.8), debt: 0n });
  await shop.expectSound();
});

test("B1 a top-up of an owing wallet, its bonus, and a batch that draws lots first", async () => {
  const shop = await openShop();
  const { walletId, userId } = await shop.customer();
  await spend(shop, walletId, userId, 3);
  const order = uuidv7();
  await withTransaction(shop.db.pool, async (client) => {
    await post(client, {
      kind: "topup", key: `topup-fee:${order}`, postings: [{ from: "revenue:fee", to: "psp:stripe:clearing", amount: usd(1) }],
    });
    await creditWallet(client, { walletId, bucket: "paid", amount: usd(20), from: "psp:stripe:clearing", kind: "topup", key: `topup-credit:${order}` });
  });
  await grantLot(shop, walletId, 2);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(17), lots: usd(2), debt: 0n });
  await spend(shop, walletId, userId, 2.5);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(16.5), lots: 0n, debt: 0n });
  await shop.expectSound();
});

test("B3 lots are drawn by their end, the endless one last, then bought credit", async () => {
  const shop = await openShop();
  const { walletId, userId } = await shop.customer(usd(5));
  const day = 86_400_000;
  const a = await grantLot(shop, walletId, 1, new Date(Date.now() + day));
  const b = await grantLot(shop, walletId, 2);
  const c = await grantLot(shop, walletId, 1, new Date(Date.now() + 10 * day), "plan");
  await spend(shop, walletId, userId, 3.5);
  const { rows } = await shop.db.pool.query<{ source_id: string; remaining_nano: bigint }>("SELECT source_id, remaining_nano FROM credit_lots");
  const left = new Map(rows.map((row) => [row.source_id, row.remaining_nano]));
  expect([left.get(a), left.get(b), left.get(c)]).toEqual([0n, usd(0.5), 0n]);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(5), lots: usd(0.5) });
  await shop.expectSound();
});

test("B4 a request admitted before a lot's end draws it though it settles later; the rest is taken once", async () => {
  const shop = await openShop();
  const customer = await shop.customer(usd(5));
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const end = new Date(Date.now() + 300);
  await grantLot(shop, customer.walletId, 1, end);
  const before = askFor(customer, sold);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const after = askFor(customer, sold);
  for (const ask of [before, after]) await node.record(recordFor(ask, sold, { request: 1 }));
  await settled(node);
  expect(await shop.charges(customer.walletId)).toMatchObject([{ lots: usd(0.1), paid: 0n }, { lots: 0n, paid: usd(0.1) }]);
  expect(await expireLots(shop.db.pool, Date.now())).toBe(0);
  const ended = await Promise.all([expireLots(shop.db.pool, Date.now(), 0), expireLots(shop.db.pool, Date.now(), 0)]);
  expect(ended[0]! + ended[1]!).toBe(1);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ lots: 0n, paid: usd(4.9) });
  await shop.expectSound();
});

test("B5 one key is one movement, however often and at once; other lines under it are refused", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  const credit = (amount: number) => withTransaction(shop.db.pool, (client) =>
    creditWallet(client, { walletId, bucket: "paid", amount: usd(amount), from: "equity:opening", kind: "opening", key: "grant:x:y" }));
  const all = await Promise.all(Array.from({ length: 50 }, () => credit(10)));
  expect(all.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(10) });
  await expect(credit(11)).rejects.toThrow(LedgerKeyReuse);
  const raw = (amount: bigint) => withTransaction(shop.db.pool, (client) =>
    post(client, { kind: "payout", key: "payout:1", postings: [{ from: "psp:stripe:clearing", to: "bank", amount: nano(amount) }] }));
  expect((await Promise.all(Array.from({ length: 50 }, () => raw(5n)))).filter(({ created }) => created)).toHaveLength(1);
  await expect(raw(6n)).rejects.toThrow(LedgerKeyReuse);
  await shop.expectSound();
});

test("F32 a grant of the store file is given once, also by two processes at once, and also when debt came between", async () => {
  const shop = await openShop();
  const { walletId, userId } = await shop.customer();
  const grant = () => withTransaction(shop.db.pool, (client) => grantCredit(client, { userId, walletId, grantId: "opening", amount: usd(10) }));
  await Promise.all([grant(), grant()]);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(10) });
  await spend(shop, walletId, userId, 12);
  expect((await grant()).created).toBe(false);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: 0n, debt: usd(2) });
});

test("B6 the database refuses unbalanced entries, and any change of the ledger, for the shop's role and the owner's", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer(usd(1));
  const { rows: [transaction] } = await shop.db.pool.query<{ id: string }>("SELECT id FROM ledger_transactions LIMIT 1");
  await expect(shop.db.pool.query("INSERT INTO ledger_entries (tx_id, account_id, amount_nano) SELECT $1, id, 5 FROM accounts WHERE wallet_id = $2 LIMIT 1", [transaction!.id, walletId])).rejects.toThrow(/balance/);
  const { default: pg } = await import("pg");
  const owner = new pg.Client({ connectionString: shop.db.ownerUrl });
  await owner.connect();
  for (const statement of ["UPDATE ledger_entries SET amount_nano = 1", "DELETE FROM ledger_transactions", "TRUNCATE ledger_entries CASCADE", "UPDATE charges SET flags = 1"]) {
    await expect(shop.db.pool.query(statement), statement).rejects.toThrow(/permission denied|append-only/);
    await expect(owner.query(statement), statement).rejects.toThrow(/append-only/);
  }
  await owner.end();
});

test("B7 taking more than there is is refused, unless debt is allowed; a reason is needed", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer(usd(1));
  const take = (over: object) => withTransaction(shop.db.pool, (client) =>
    adjustWallet(client, { walletId, amount: nano(-usd(2)), reason: "counted twice", key: `adjust:${uuidv7()}`, actor: operator, ...over }));
  await expect(take({})).rejects.toThrow(InsufficientBalance);
  await expect(take({ reason: "x" })).rejects.toThrow(/reason/);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(1), debt: 0n });
  await take({ allowDebt: true });
  expect(await shop.wallet(walletId)).toMatchObject({ paid: 0n, debt: usd(1) });
  await take({ amount: usd(3) });
  expect(await shop.wallet(walletId)).toMatchObject({ lots: usd(2), debt: 0n });
  await shop.expectSound();
});

test("money that a node has leased and does not need can be taken back", async () => {
  const shop = await openShop();
  const customer = await shop.customer(usd(10));
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  await serve(node, customer, sold, { request: 1 });
  await settled(node);
  expect((await shop.wallet(customer.walletId)).leased).toBeGreaterThan(0n);
  await adjustWhenFree(shop.db.pool, { walletId: customer.walletId, amount: nano(-usd(9.9)), reason: "closing the account", key: "adjust:1", actor: operator });
  expect(await shop.wallet(customer.walletId)).toMatchObject({ spendable: 0n });
  await node.close();
  await shop.expectSound();
});

test("B8 a posting is reversed once", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer();
  const { id } = await withTransaction(shop.db.pool, (client) =>
    adjustWallet(client, { walletId, amount: usd(3), reason: "goodwill for a bug", key: "adjust:2", actor: operator }));
  const undo = () => withTransaction(shop.db.pool, (client) => reverse(client, { transactionId: id, reason: "wrong customer", actor: operator }));
  const both = await Promise.all([undo(), undo()]);
  expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
  expect(await shop.wallet(walletId)).toMatchObject({ lots: 0n, paid: 0n, debt: 0n });
  await shop.expectSound();
});

test("B9 settlements of the same wallets from four nodes never lock each other for good", async () => {
  const shop = await openShop();
  const nodes = await Promise.all(Array.from({ length: 4 }, () => shop.node()));
  const sold = await shop.model(PER_CALL);
  const customers = await Promise.all(Array.from({ length: 20 }, () => shop.customer(usd(1_000))));
  for (let round = 0; round < 10; round++) {
    await Promise.all(nodes.map(async (node) => {
      for (const customer of [...customers].sort(() => Math.random() - 0.5)) await node.record(recordFor(askFor(customer, sold), sold, { request: 1 }));
    }));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  for (const node of nodes) await settled(node);
  const { rows: [row] } = await shop.db.pool.query<{ n: number; deadlocks: bigint }>(
    "SELECT (SELECT count(*)::int FROM charges) AS n, deadlocks FROM pg_stat_database WHERE datname = current_database()");
  expect(row).toMatchObject({ n: 800, deadlocks: 0n });
  await shop.expectSound();
});

test("E-86 G6 each invariant reports its own damage", async () => {
  const shop = await openShop();
  const customer = await shop.customer(usd(5));
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  await serve(node, customer, sold, { request: 1 });
  await settled(node);
  await node.close();
  await shop.expectSound();
  const failing = async (): Promise<string[]> => (await checkInvariants(shop.db.pool)).filter(({ rows }) => rows > 0).map(({ id }) => id);
  const damage: readonly [string, string, readonly string[]][] = [
    ["UPDATE wallets SET paid_nano = paid_nano + 1", "UPDATE wallets SET paid_nano = paid_nano - 1", ["I2"]],
    ["UPDATE wallets SET lots_nano = lots_nano + 1", "UPDATE wallets SET lots_nano = lots_nano - 1", ["I2", "I3"]],
    ["UPDATE wallets SET leased_nano = leased_nano + 1", "UPDATE wallets SET leased_nano = leased_nano - 1", ["I11"]],
    ["UPDATE wallets SET frozen_nano = frozen_nano + 1", "UPDATE wallets SET frozen_nano = frozen_nano - 1", ["I2", "I13"]],
    ["UPDATE charges SET charge_nano = charge_nano + 1, paid_nano = paid_nano + 1, sum_pico = sum_pico + 1000", "UPDATE charges SET charge_nano = charge_nano - 1, paid_nano = paid_nano - 1, sum_pico = sum_pico - 1000", ["I4", "I5", "I6", "I16"]],
    ["UPDATE rate_cards SET p_other = p_other || '{\"request\": 1}'", "UPDATE rate_cards SET p_other = p_other || '{\"request\": 100000000000}'", ["I6"]],
    ["UPDATE ledger_entries SET amount_nano = amount_nano + 1 WHERE account_id = (SELECT id FROM accounts WHERE code = 'equity:opening')",
      "UPDATE ledger_entries SET amount_nano = amount_nano - 1 WHERE account_id = (SELECT id FROM accounts WHERE code = 'equity:opening')", ["I1"]],
    ["UPDATE budget_windows SET spent_nano = spent_nano + 1 WHERE scope LIKE 'key:%'", "UPDATE budget_windows SET spent_nano = spent_nano - 1 WHERE scope LIKE 'key:%'", ["I16"]],
  ];
  await asAdmin(shop.db, async (admin) => {
    await admin.query("SET session_replication_role = replica");
    for (const [breaks, mends, expected] of damage) {
      // House wallet and others must stay as they are: every customer here has one wallet.
      const only = breaks.startsWith("UPDATE wallets") ? ` WHERE id = '${customer.walletId}'` : "";
      await admin.query(breaks + only);
      expect(await failing(), breaks).toEqual(expected);
      await admin.query(mends + only);
    }
  });
  await shop.expectSound();
});
