import { expect, test } from "vitest";
import { nano, type Nano } from "#money/amount.ts";
import { adjustWallet, creditWallet } from "#money/ledger.store.ts";
import { RefundRefused, type RefundAsk } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { give, openDesk, usd, type Buyer, type Desk } from "./desk.ts";

const refund = (desk: Desk, orderId: string, amount: RefundAsk["amount"], more: Partial<RefundAsk> = {}) =>
  desk.payments.refunds.request({ orderId, amount, reason: "asked by the customer", clientKey: uuidv7(), actor: { type: "operator", id: "finance" }, allowDebt: false, ...more });

/** Sums of the accounts that a payment touches. */
async function books(desk: Desk): Promise<Record<string, bigint>> {
  const codes = ["psp:stripe:clearing", "psp:stripe:disputed", "revenue:fee", "tax:payable", "expense:fx", "expense:discount", "expense:promo", "refunds:pending"];
  return Object.fromEntries(await Promise.all(codes.map(async (code) => [code, await desk.account(code)] as const)));
}

test("E-83 F12: three thirds of a payment of 2,100 cents take shares that add up to the whole", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  const shares: bigint[] = [];
  for (let i = 0; i < 3; i += 1) shares.push((await refund(desk, id, { amountMinor: 700n })).creditNano);
  expect(shares).toEqual([6_666_666_666n, 6_666_666_666n, 6_666_666_668n]);
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, debt: 0n });
  expect(await books(desk)).toMatchObject({ "revenue:fee": 0n, "refunds:pending": 0n, "expense:fx": 0n, "psp:stripe:clearing": -usd(0.91) });
  await expect(refund(desk, id, { amountMinor: 1n })).rejects.toMatchObject({ problem: "nothing_left" });
  expect((await desk.db.pool.query("SELECT doc->>'number' AS n FROM invoices WHERE kind = 'credit_note' ORDER BY number")).rows).toHaveLength(3);
  await desk.sound();
});

test("E-83 F13: of 20 dollars with 15 spent, five can go back, which is 525 cents with their fee", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  await desk.spendDownTo(buyer, usd(5));
  const refused = await refund(desk, id, { creditNano: usd(20) }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RefundRefused);
  expect(refused).toMatchObject({ problem: "too_much", maxNano: usd(5), maxMinor: 525n });
  expect(await refund(desk, id, "all")).toMatchObject({ status: "succeeded", creditNano: usd(5), amountMinor: 525n });
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  await desk.sound();
});

test("E-83 F14: ten clicks on refund, with a provider that answers 500 after it has done it, are one refund", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  desk.stripe.faults.push({ method: "POST", path: /refunds$/, when: "after", status: 500, times: 1 });
  const all = await Promise.all(Array.from({ length: 10 }, () => refund(desk, id, { creditNano: usd(20) }, { clientKey: "one-click" })));
  await desk.stripe.settled();
  expect(new Set(all.map((each) => each.id)).size).toBe(1);
  expect(desk.stripe.books.refunds.size).toBe(1);
  expect(await desk.posted("refund:%:request")).toHaveLength(1);
  expect((await desk.db.pool.query("SELECT status FROM refunds")).rows).toEqual([{ status: "succeeded" }]);
  await desk.sound();
});

test("F14b: a refund that the provider never answered is taken up by the job, once", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  desk.stripe.faults.push({ method: "POST", path: /refunds$/, when: "before", status: 0, times: 9 });
  expect(await refund(desk, id, "all")).toMatchObject({ status: "requested" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  await desk.sound();
  desk.stripe.faults.length = 0;
  await desk.db.pool.query("UPDATE refunds SET created_at = now() - interval '5 minutes'");
  await Promise.all([desk.payments.netting.retry(), desk.payments.netting.retry()]);
  expect(desk.stripe.books.refunds.size).toBe(1);
  expect((await desk.db.pool.query("SELECT status FROM refunds")).rows).toEqual([{ status: "succeeded" }]);
  await desk.sound();
});

test("F15: a refund of everything against a hundred spenders at once: together never more than there was", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  const spend = (): Promise<unknown> => desk.db.pool.query(
    "WITH w AS (UPDATE wallets SET leased_nano = leased_nano + $2 WHERE id = $1 AND paid_nano + lots_nano - debt_nano - leased_nano >= $2 RETURNING id) INSERT INTO wallet_leases (wallet_id, node_id, amount_nano) SELECT id, $3, $2 FROM w",
    [buyer.walletId, usd(0.1), uuidv7()]);
  const [done] = await Promise.all([refund(desk, id, "all").catch((error: unknown) => error), ...Array.from({ length: 100 }, spend)]);
  const { rows: [wallet] } = await desk.db.pool.query<{ free: bigint; leased: bigint }>("SELECT paid_nano + lots_nano - debt_nano - leased_nano AS free, leased_nano AS leased FROM wallets WHERE id = $1", [buyer.walletId]);
  expect(wallet!.free >= 0n).toBe(true);
  const back = done instanceof Error ? 0n : (done as { creditNano: bigint }).creditNano;
  expect(back + wallet!.leased <= usd(20)).toBe(true);
  await desk.sound();
});

test("C21: what a node has leased and needs stays; a refund gets the rest at most", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  await desk.db.pool.query("UPDATE wallets SET leased_nano = $2 WHERE id = $1", [buyer.walletId, usd(3)]);
  await desk.db.pool.query("INSERT INTO wallet_leases (wallet_id, node_id, amount_nano) VALUES ($1, $2, $3)", [buyer.walletId, uuidv7(), usd(3)]);
  await expect(refund(desk, id, { creditNano: usd(20) })).rejects.toMatchObject({ problem: "too_much", maxNano: usd(17) });
  expect(await refund(desk, id, "all")).toMatchObject({ creditNano: usd(17) });
  await desk.sound();
});

test("E-83 F16: a refund that fails after it had succeeded leaves wallet, fee and clearing as they were", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5", "payments.bonus": { 20: 10 } } });
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  const [before, purse] = [await books(desk), await desk.purse(buyer)];
  const made = await refund(desk, id, "all");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, lots: 0n });
  desk.stripe.acts.moveRefund([...desk.stripe.books.refunds.keys()][0]!, "failed");
  await desk.stripe.settled();
  expect((await desk.db.pool.query("SELECT status, failure_reason FROM refunds WHERE id = $1", [made.id])).rows).toEqual([{ status: "failed", failure_reason: "lost_or_stolen_card" }]);
  expect(await books(desk)).toEqual(before);
  expect(await desk.purse(buyer)).toEqual(purse);
  await desk.sound();
});

test("E-83 F16b: a refund that the provider refuses, or that is pending and then fails, gives the credit back", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, payment } = await desk.paid(buyer, usd(20));
  desk.stripe.faults.push({ method: "POST", path: /refunds$/, when: "before", status: 400, times: 1 });
  expect(await refund(desk, id, "all")).toMatchObject({ status: "failed" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  const slow = desk.stripe.acts.refund(payment, 500, {}, "pending");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  desk.stripe.acts.moveRefund(slow, "failed");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  await desk.sound();
});

test("E-83 F17: a full refund in the provider's dashboard with five dollars left: fifteen owed and no more calls until they are paid", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { payment } = await desk.paid(buyer, usd(20));
  await desk.spendDownTo(buyer, usd(5));
  desk.stripe.acts.refund(payment, 2_000);
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, lots: 0n, debt: usd(15), status: "restricted" });
  await desk.sound();
  await desk.paid(buyer, usd(15));
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, debt: 0n, status: "active" });
  await desk.sound();
});

test.each([["won", { paid: usd(12), debt: 0n, status: "active" }], ["lost", { paid: 0n, debt: usd(8), status: "restricted" }]] as const)(
  "E-84 F18: a dispute of 20 with 12 left is frozen, then %s", async (end, after) => {
    const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
    const buyer = await desk.buyer();
    const { payment } = await desk.paid(buyer, usd(20));
    await desk.spendDownTo(buyer, usd(12));
    const dispute = desk.stripe.acts.dispute(payment);
    await desk.stripe.settled();
    expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, frozen: usd(12), debt: 0n, status: "restricted" });
    expect(await desk.account("psp:stripe:disputed")).toBe(usd(21));
    await desk.sound();
    desk.stripe.acts.moveDispute(dispute, end);
    await desk.stripe.settled();
    expect(await desk.purse(buyer)).toMatchObject({ frozen: 0n, ...after });
    expect(await desk.account("psp:stripe:disputed")).toBe(0n);
    expect(await desk.account("expense:dispute")).toBe(usd(15));
    expect(await desk.account("psp:stripe:clearing")).toBe((end === "won" ? usd(21) : 0n) - usd(15) - usd(0.91));
    expect(await desk.account("revenue:fee")).toBe(end === "won" ? -usd(1) : 0n);
    const { rows: steps } = await desk.db.pool.query<{ status: string }>("SELECT detail->>'status' AS status FROM order_events WHERE kind = 'dispute' ORDER BY id");
    expect(steps.map(({ status }) => status)).toEqual(["needs_response", end]);
    await desk.sound();
  });

test("E-84 F18b: while a dispute is open no refund of that payment is made, and a top-up does not lift the restriction", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, payment } = await desk.paid(buyer, usd(20));
  const dispute = desk.stripe.acts.dispute(payment);
  await desk.stripe.settled();
  await expect(refund(desk, id, "all")).rejects.toMatchObject({ problem: "disputed" });
  await desk.paid(buyer, usd(5));
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(5), frozen: usd(20), status: "restricted" });
  desk.stripe.acts.moveDispute(dispute, "won");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(25), frozen: 0n, status: "active" });
  await desk.sound();
});

test("E-84 F19: an inquiry moves no money; a lost dispute that is won on appeal is taken back and given again", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { payment } = await desk.paid(buyer, usd(20));
  const inquiry = desk.stripe.acts.dispute(payment, { inquiry: true });
  desk.stripe.acts.moveDispute(inquiry, "warning_closed");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), frozen: 0n, status: "active" });
  const prevented = desk.stripe.acts.dispute(payment, { inquiry: true });
  desk.stripe.acts.moveDispute(prevented, "prevented");
  await desk.stripe.settled();
  expect(await desk.posted("dispute:%")).toEqual([]);

  const dispute = desk.stripe.acts.dispute(payment);
  for (const status of ["lost", "appeal_under_review"]) {
    desk.stripe.acts.moveDispute(dispute, status);
    await desk.stripe.settled();
    expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, frozen: 0n });
  }
  desk.stripe.acts.moveDispute(dispute, "won");
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), frozen: 0n, debt: 0n, status: "active" });
  expect(await desk.account("psp:stripe:disputed")).toBe(0n);
  await desk.sound();
});

test.each([["in full", "all", 0n], ["by half", { creditNano: usd(10) }, usd(1)]] as const)("F20: an order with a bonus of a tenth, refunded %s, gives the same part of the bonus back", async (_name, amount, lots) => {
  const desk = await openDesk({ settings: { "payments.bonus": { 20: 10 } } });
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), lots: usd(2) });
  await refund(desk, id, amount);
  expect(await desk.purse(buyer)).toMatchObject({ lots });
  await desk.sound();
});

test("a refund may leave a debt only when that is asked for", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  await desk.spendDownTo(buyer, usd(5));
  await refund(desk, id, { creditNano: usd(20) }, { allowDebt: true });
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n, debt: usd(15), status: "restricted" });
  await desk.sound();
});

test("B1: a debt of three, twenty bought with a fee and a bonus, two fifty spent, and what is left refunded", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5", "payments.bonus": { 20: 10 } } });
  const buyer = await desk.buyer();
  await owe(desk, buyer, usd(3));
  const { id } = await desk.paid(buyer, usd(20));
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(17), lots: usd(2), debt: 0n });
  await desk.spendDownTo(buyer, nano(usd(17) - usd(0.5)));
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(16.5), lots: 0n });
  expect(await desk.account("revenue:fee")).toBe(-usd(1));
  expect(await desk.account("expense:promo")).toBe(usd(2));
  expect(await refund(desk, id, "all")).toMatchObject({ creditNano: usd(16.5) });
  await desk.sound();
});

async function owe(desk: Desk, buyer: Buyer, amount: Nano): Promise<void> {
  await give(desk, buyer, usd(1));
  await withTransaction(desk.db.pool, async (tx) => {
    await adjustWallet(tx, { walletId: buyer.walletId, amount: nano(-usd(1) - amount), reason: "overrun in the test", key: `adjust:${uuidv7()}`, actor: { type: "system" }, allowDebt: true });
  });
}

test("E-48: a payment in another currency keeps its rate, and what units leave over is under one unit", async () => {
  for (const [currency, rate, pay, remainder] of [["CNY", "7.25", 14_500, 0n], ["JPY", "151.37", 3_028, 3_963_797n], ["KWD", "0.3071", 6_150, 26_050_146n]] as const) {
    const desk = await openDesk({ settings: { "payments.currency": currency, "payments.rate": rate } });
    const buyer = await desk.buyer();
    const { id, session } = await desk.paid(buyer, usd(20));
    expect(desk.stripe.books.sessions.get(session)).toMatchObject({ amount_total: pay });
    expect(await desk.account("expense:fx")).toBe(-remainder);
    await refund(desk, id, { creditNano: usd(7) });
    await refund(desk, id, "all");
    expect(await books(desk)).toMatchObject({ "expense:fx": 0n, "refunds:pending": 0n });
    expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
    await desk.sound();
  }
}, 120_000);

test("expired credit does not come back with a failed refund in a lot that has ended", async () => {
  const desk = await openDesk({ settings: { "payments.bonus": { 20: 10 } } });
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  await withTransaction(desk.db.pool, (tx) => creditWallet(tx, {
    walletId: buyer.walletId, bucket: "lots", amount: usd(1), from: "expense:promo", kind: "code", key: `test:${uuidv7()}`, lot: { kind: "code", sourceType: "test", sourceId: "1" },
  }));
  await refund(desk, id, "all");
  await desk.stripe.settled();
  await desk.db.pool.query("UPDATE credit_lots SET expires_at = now() - interval '1 day' WHERE source_type = 'order'");
  desk.stripe.acts.moveRefund([...desk.stripe.books.refunds.keys()][0]!, "failed");
  await desk.stripe.settled();
  const { rows } = await desk.db.pool.query<{ remaining: bigint; live: boolean }>("SELECT remaining_nano AS remaining, coalesce(expires_at > now(), true) AS live FROM credit_lots WHERE remaining_nano > 0 ORDER BY remaining_nano");
  expect(rows).toEqual([{ remaining: usd(1), live: true }, { remaining: usd(2), live: true }]);
  await desk.sound();
});
