import { expect, test } from "vitest";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { createUser, findUserByEmail, type Role } from "#accounts/index.ts";
import { expireLots } from "#money/lot-expiry.store.ts";
import { adjustWallet } from "#money/ledger.store.ts";
import { nano } from "#money/amount.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";
import { callerOf } from "#trpc/root.ts";
import { testContext } from "../../support/trpc-context.ts";
import { give, openDesk, usd, type Buyer, type Desk } from "./desk.ts";

/** The procedures as a person of a role would call them. */
function as(desk: Desk, user: Readonly<{ id: string; email: string }>, role: Role = "customer", renewedMs = Date.now()) {
  const session = { id: user.id, sid: uuidv7(), email: user.email, name: undefined, role, locale: "en", timeZone: "UTC", mustVerify: false, renewedAt: new Date(renewedMs) } as unknown as SessionUser;
  return callerOf({ ...testContext(desk.db.pool), keys: desk.shop.keys, payments: desk.payments, user: session, ip: "192.0.2.1" });
}

async function staff(desk: Desk, role: Role): Promise<ReturnType<typeof as>> {
  const email = `${role}@example.com`;
  const groupId = (await desk.db.pool.query<{ id: string }>("SELECT id FROM groups WHERE name = 'default'")).rows[0]!.id;
  const { id } = await withTransaction(desk.db.pool, (tx) => createUser(tx, { email, role, groupId }));
  return as(desk, { id, email }, role);
}

test("a wallet's lines have the balance after each, page by page, with a day's usage as one line", async () => {
  const desk = await openDesk({ settings: { "payments.bonus": { 20: 10 } } });
  const buyer = await desk.buyer();
  const me = as(desk, buyer);
  await desk.paid(buyer, usd(20));
  for (let i = 0; i < 30; i += 1) await give(desk, buyer, usd(1));
  await desk.spendDownTo(buyer, usd(40));
  const seen: { deltaNano: bigint; balanceNano: bigint; kind: string }[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await me.console.wallet.transactions({ cursor });
    seen.push(...page.lines);
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toHaveLength(33);
  expect(seen[0]).toMatchObject({ kind: "manual_adjustment", balanceNano: usd(40) });
  for (const [i, line] of seen.entries()) expect(line.balanceNano - line.deltaNano).toBe(seen[i + 1]?.balanceNano ?? 0n);
  expect(seen.at(-1)).toMatchObject({ kind: "topup", deltaNano: usd(20), balanceNano: usd(20) });
  expect(await me.console.wallet.parts()).toMatchObject({ paidNano: usd(40), lotsNano: 0n, debtNano: 0n, frozenNano: 0n, status: "active" });
  await expect(as(desk, await desk.buyer()).console.wallet.order({ id: (await me.console.wallet.orders({})).orders[0]!.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("E-49, F21: one code and a hundred customers at once: one success, the others all hear the same, one posting", async () => {
  const desk = await openDesk();
  const finance = await staff(desk, "finance");
  const { csv } = await finance.admin.codes.create({ name: "one", creditNano: usd(5), bucket: "lots", count: 1, reason: "for the test" });
  const code = csv.split("\r\n")[1]!.split(",")[0]!;
  const buyers: Buyer[] = [];
  await desk.shop.apply(`users: [${Array.from({ length: 100 }, (_, i) => `{ email: many${i}@example.com }`).join(", ")}]`);
  for (let i = 0; i < 100; i += 1) {
    const user = (await findUserByEmail(desk.db.pool, `many${i}@example.com`))!;
    buyers.push({ id: user.id, email: user.email, walletId: user.walletId });
  }
  const outcomes = await Promise.all(buyers.map((buyer, i) => callerOf({
    ...testContext(desk.db.pool), keys: desk.shop.keys, payments: desk.payments, ip: `192.0.2.${i}`,
    user: { id: buyer.id, sid: uuidv7(), email: buyer.email, name: undefined, role: "customer", locale: "en", mustVerify: false, renewedAt: new Date() } as unknown as SessionUser,
  }).console.wallet.redeem({ code }).then(({ creditNano }) => String(creditNano), (error: Error) => error.message)));
  expect(outcomes.filter((each) => each === String(usd(5)))).toHaveLength(1);
  expect(outcomes.filter((each) => each === "This code is not valid.")).toHaveLength(99);
  expect(await desk.posted("redeem:%")).toHaveLength(1);
  await desk.sound();
});

test("E-49, F22: guessing is stopped after ten wrong codes in ten minutes, for the right one too, and ends after an hour", async () => {
  const desk = await openDesk();
  await desk.shop.apply("codes: [{ code: RIGHT-ONE, amount: 5 }]");
  const me = as(desk, await desk.buyer());
  const answers = new Set<string>();
  for (let i = 0; i < 1_000; i += 1) await me.console.wallet.redeem({ code: `GUESS-${i}` }).catch((error: { message: string }) => void answers.add(error.message));
  expect([...answers]).toEqual(["This code is not valid.", "Too many wrong codes."]);
  await expect(me.console.wallet.redeem({ code: "RIGHT-ONE" })).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
  desk.clock.advance(3_600_001);
  expect(await me.console.wallet.redeem({ code: "right one" })).toMatchObject({ creditNano: usd(5) });
});

test("E-82 a batch: codes once, then only their ends; used, disabled, and gifts that end some days after they were redeemed", async () => {
  const desk = await openDesk();
  const finance = await staff(desk, "finance");
  const made = await finance.admin.codes.create({ name: "Spring", creditNano: usd(2), bucket: "lots", count: 200, lotTtlDays: 30, reason: "spring fair" });
  const codes = made.csv.trim().split("\r\n").slice(1).map((line) => line.split(",")[0]!);
  expect(new Set(codes).size).toBe(200);
  const { expiresAt } = await as(desk, await desk.buyer()).console.wallet.redeem({ code: codes[0]!.toLowerCase().replaceAll("-", " ") });
  expect(Math.round((expiresAt!.getTime() - Date.now()) / 86_400_000)).toBe(30);
  const list = await finance.admin.codes.codes({ id: made.id });
  expect(JSON.stringify(list)).not.toContain(codes[1]!);
  expect(list.codes).toHaveLength(50);
  expect((await finance.admin.codes.codes({ id: made.id, state: "used" })).codes).toMatchObject([{ uses: 1, lastBy: expect.stringContaining("buyer") }]);
  expect(await finance.admin.codes.disable({ id: made.id, reason: "the fair is over" })).toEqual({ codes: 199 });
  await expect(as(desk, await desk.buyer()).console.wallet.redeem({ code: codes[1]! })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  expect(await finance.admin.codes.batch({ id: made.id })).toMatchObject({ uses: 1, active: 0, count: 200 });
  const { rows } = await desk.db.pool.query("SELECT action FROM audit_log WHERE action LIKE 'codes.%' ORDER BY seq");
  expect(rows).toEqual([{ action: "codes.create" }, { action: "codes.disable" }]);
  await desk.sound();
});

test("B10: the charge of a request is given back as it was drawn, gifts as a gift of thirty days, and once", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const finance = await staff(desk, "finance");
  await give(desk, buyer, usd(0.2));
  await desk.shop.apply("codes: [{ code: SMALL, amount: 0.30, expires: 2099-01-01 }]");
  await as(desk, buyer).console.wallet.redeem({ code: "SMALL" });
  const charge = await settledCharge(desk, buyer, { lots: usd(0.3), paid: usd(0.2) });
  await desk.db.pool.query("UPDATE credit_lots SET expires_at = now() - interval '1 day' WHERE wallet_id = $1", [buyer.walletId]);
  const input = { requestId: requestIdText(charge), reason: "the answer was empty" };
  expect(await finance.admin.refunds.charge(input)).toMatchObject({ refundedNano: usd(0.5), repeated: false });
  expect(await finance.admin.refunds.charge(input)).toMatchObject({ refundedNano: usd(0.5), repeated: true });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(0.2), lots: usd(0.3), debt: 0n });
  const { rows: [lot] } = await desk.db.pool.query<{ kind: string; days: number }>("SELECT kind, round(extract(epoch FROM expires_at - now()) / 86400)::int AS days FROM credit_lots WHERE source_type = 'usage_refund'");
  expect(lot).toEqual({ kind: "goodwill", days: 30 });
  await expect(finance.admin.refunds.charge({ ...input, requestId: requestIdText(uuidv7()) })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await desk.sound();
});

test("a refunded charge pays the wallet's debt first", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  await give(desk, buyer, usd(1));
  const charge = await settledCharge(desk, buyer, { paid: usd(1) });
  await withTransaction(desk.db.pool, (tx) => adjustWallet(tx, { walletId: buyer.walletId, amount: nano(-usd(0.4)), reason: "overrun in the test", key: "k", actor: { type: "system" }, allowDebt: true }));
  await (await staff(desk, "owner")).admin.refunds.charge({ requestId: requestIdText(charge), reason: "goodwill of the shop" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(0.6), debt: 0n });
  await desk.sound();
});

test("B4: credit that has ended is taken back once by two processes at once", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  await desk.shop.apply("codes: [{ code: ENDS-SOON, amount: 3, expires: 2099-01-01 }]");
  await as(desk, buyer).console.wallet.redeem({ code: "ENDS-SOON" });
  await desk.db.pool.query("UPDATE credit_lots SET expires_at = now() - interval '2 hours' WHERE wallet_id = $1", [buyer.walletId]);
  const ended = await Promise.all([expireLots(desk.db.pool, Date.now()), expireLots(desk.db.pool, Date.now())]);
  expect(ended[0] + ended[1]).toBe(1);
  expect(await desk.purse(buyer)).toMatchObject({ lots: 0n });
  await desk.sound();
});

test("roles: finance and the shop owner refund, after giving the password; operator, support and customers do not even see orders", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  const ask = { id, amount: { creditNano: usd(1) }, reason: "asked by the customer", key: uuidv7() } as const;
  for (const role of ["support", "operator"] as const) {
    const person = await staff(desk, role);
    await expect(person.admin.orders.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(person.admin.orders.refund(ask)).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  await expect(as(desk, buyer).admin.orders.get({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const groupId = (await desk.db.pool.query<{ id: string }>("SELECT id FROM groups WHERE name = 'default'")).rows[0]!.id;
  const { id: financeId } = await withTransaction(desk.db.pool, (tx) => createUser(tx, { email: "f@example.com", role: "finance", groupId }));
  await expect(as(desk, { id: financeId, email: "f@example.com" }, "finance", Date.now() - 3_600_000).admin.orders.refund(ask)).rejects.toMatchObject({ reason: "sudo" });
  const finance = as(desk, { id: financeId, email: "f@example.com" }, "finance");
  expect(await finance.admin.orders.refund(ask)).toMatchObject({ status: "succeeded", amountMinor: 100n });
  await desk.stripe.settled();
  const detail = await finance.admin.orders.get({ id });
  expect(detail.checks?.list.every(({ ok }) => ok)).toBe(true);
  expect(detail.events.map(({ kind }) => kind)).toEqual(["created", "started", "paid", "refund_requested", "refund_succeeded"]);
  expect(detail.movements.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["topup", "psp_fee", "refund_request", "refund_done"]));
  expect((await desk.db.pool.query("SELECT action, reason FROM audit_log WHERE target_id = $1", [id])).rows).toEqual([{ action: "order.refund", reason: ask.reason }]);
  await desk.sound();
});

/** A request that was settled as the settlement does it, drawn from the given buckets. */
async function settledCharge(desk: Desk, buyer: Buyer, drawn: Readonly<{ lots?: bigint; paid?: bigint }>): Promise<string> {
  const { pool } = desk.db;
  const [id, settlement, model, card] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const [lots, paid] = [drawn.lots ?? 0n, drawn.paid ?? 0n];
  await pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [model, `model-${model}`]);
  const { rows: [version] } = await pool.query<{ id: bigint }>("INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, now(), '{\"items\":{\"request\":\"1\"}}') RETURNING id", [model]);
  await pool.query("INSERT INTO rate_cards (id, price_version_id, multipliers, p_input, p_cache_read, p_cache_write_5m, p_cache_write_1h, p_output, p_reasoning, p_other) VALUES ($1, $2, '[]', 0, 0, 0, 0, 0, 0, $3)",
    [card, version!.id, JSON.stringify({ request: ((lots + paid) * 1_000n).toString() })]);
  await withTransaction(pool, async (tx) => {
    await tx.query("INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type) VALUES ($1, 'settlement', $2, 'system')", [settlement, `settle:${settlement}`]);
    await tx.query(
      `INSERT INTO ledger_entries (tx_id, account_id, amount_nano) SELECT $1, a.id, x.amount FROM (VALUES ('wallet:' || $2 || ':lots', $3::bigint), ('wallet:' || $2 || ':paid', $4::bigint), ('revenue:usage', -($3::bigint + $4::bigint))) x(code, amount)
        JOIN accounts a ON a.code = x.code WHERE x.amount <> 0`, [settlement, buyer.walletId, lots, paid]);
    await tx.query("UPDATE wallets SET lots_nano = lots_nano - $2, paid_nano = paid_nano - $3 WHERE id = $1", [buyer.walletId, lots, paid]);
    await tx.query("UPDATE credit_lots SET remaining_nano = remaining_nano - $2 WHERE wallet_id = $1 AND remaining_nano >= $2 AND $2 > 0", [buyer.walletId, lots]);
    await tx.query(
      `INSERT INTO charges (id, at, wallet_id, user_id, model_id, rate_card_id, outcome, usage_source, u_other, sum_pico, charge_nano, lots_nano, paid_nano, endpoint, http_status, settlement_id)
       VALUES ($1, mm_uuid_ms($1), $2, $3, $4, $5, 'ok', 'upstream', '{"request":"1"}', $6, $7, $8, $9, 'chat', 200, $10)`,
      [id, buyer.walletId, buyer.id, model, card, (lots + paid) * 1_000n, lots + paid, lots, paid, settlement]);
  });
  return id;
}
