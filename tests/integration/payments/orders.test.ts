import pg from "pg";
import { expect, test } from "vitest";
import { createPayments, TopUpRefused } from "#payments/index.ts";
import { readEnv } from "#config/env.ts";
import { loadSettings } from "#accounts/index.ts";
import { createLog } from "#platform/log.ts";
import { signatureOf } from "../../support/stripe/hooks.ts";
import { TEST_KEY, TEST_WEBHOOK_SECRET } from "../../support/stripe-server.ts";
import { openDesk, usd, type Desk } from "./desk.ts";

/** Sends a body to the webhook by hand. */
async function send(desk: Desk, body: string, header: string | undefined): Promise<number> {
  const headers = { "content-type": "application/json", ...(header !== undefined && { "stripe-signature": header }) };
  return (await fetch(desk.stripe.hooks.url!, { method: "POST", headers, body })).status;
}
async function asOwner(desk: Desk, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: desk.db.ownerUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
const seconds = (): number => Math.floor(Date.now() / 1_000);

test("F1: an order is made, paid at the provider, and credited by its notification, with its fee and a receipt", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  expect(await desk.state(id)).toMatchObject({ status: "open" });
  expect(desk.stripe.books.sessions.get(session)).toMatchObject({ amount_total: 2_100, currency: "usd", client_reference_id: id });

  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  expect(await desk.state(id)).toMatchObject({ status: "paid" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), lots: 0n, debt: 0n });
  expect(await desk.account("revenue:fee")).toBe(-usd(1));
  expect(await desk.account("psp:stripe:clearing")).toBe(usd(21) - usd(0.91)); // less the provider's own fee, 2.9 % and 30 cents
  expect(await desk.account("expense:psp_fee")).toBe(usd(0.91));
  expect(await desk.kinds(id)).toEqual(["created", "started", "paid"]);
  const { rows } = await desk.db.pool.query("SELECT doc->>'number' AS number, doc->>'total' AS total FROM invoices");
  expect(rows).toEqual([{ number: `INV-${new Date().getUTCFullYear()}-000001`, total: "21.00" }]);
  await desk.sound();
});

test("E-47, F2: one event ten times at once, and once more a day later, is one credit", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  desk.stripe.hooks.plan = (event) => (event.type === "checkout.session.completed" ? Array.from({ length: 10 }, () => ({})) : []);
  const { id, session } = await desk.order(buyer, usd(20));
  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  desk.clock.advance(86_400_000);
  await desk.stripe.send(desk.stripe.last("checkout.session.completed"), [{}]);
  expect(desk.stripe.hooks.answers.map(({ status }) => status)).toEqual(Array(11).fill(200));
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  expect(await desk.posted("topup:%")).toEqual([`topup:${id}`]);
  await desk.sound();
});

test("F3: success before completion, a refund before completion, a dispute's end before its beginning: each ends right", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  desk.stripe.hooks.plan = () => [];
  const later = await desk.order(buyer, usd(20));
  desk.stripe.acts.payLater(later.session);
  const completed = desk.stripe.last("checkout.session.completed");
  desk.stripe.acts.settleLater(later.session, true);
  await desk.stripe.send(desk.stripe.last("checkout.session.async_payment_succeeded"), [{}]);
  await desk.stripe.send(completed, [{}]);
  expect(await desk.state(later.id)).toMatchObject({ status: "paid" });

  const refunded = await desk.order(buyer, usd(10));
  desk.stripe.acts.pay(refunded.session);
  const paid = desk.stripe.last("checkout.session.completed");
  desk.stripe.acts.refund(desk.stripe.books.sessions.get(refunded.session)!.payment_intent!, 1_000);
  await desk.stripe.send(desk.stripe.last("charge.refunded"), [{}]);
  await desk.stripe.send(paid, [{}]);
  await desk.stripe.send(desk.stripe.last("refund.created"), [{}]);
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });

  const disputed = await desk.order(buyer, usd(5));
  desk.stripe.acts.pay(disputed.session);
  const dispute = desk.stripe.acts.dispute(desk.stripe.books.sessions.get(disputed.session)!.payment_intent!);
  desk.stripe.acts.moveDispute(dispute, "lost");
  for (const type of ["charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_withdrawn"]) await desk.stripe.send(desk.stripe.last(type), [{}]);
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), frozen: 0n, debt: 0n, status: "active" });
  expect(await desk.account("psp:stripe:disputed")).toBe(0n);
  expect(await desk.posted("topup:%")).toHaveLength(3);
  expect(await desk.posted("refund:%:done")).toHaveLength(1);
  expect(await desk.posted("dispute:%:lost")).toHaveLength(1);
  await desk.sound();
});

test("E-85 F4: too little money is held apart, not credited, and the notification is taken", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  Object.assign(desk.stripe.books.sessions.get(session)!, { amount_subtotal: 100, amount_total: 100 });
  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  expect(desk.stripe.hooks.answers.every(({ status }) => status === 200)).toBe(true);
  expect(await desk.state(id)).toEqual({ status: "review", reason: "amount: 2000 | 100" });
  expect(await desk.account("suspense:stripe")).toBe(-usd(1));
  // What the provider kept of it is booked too: clearing is what the provider owes.
  expect(await desk.account("psp:stripe:clearing")).toBe(usd(1) - usd(0.33));
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  await desk.payments.cashier.check(id, "poll");
  expect(await desk.kinds(id)).toEqual(["created", "started", "review"]);
  await desk.sound();

  const actor = { type: "operator", id: "finance" } as const;
  await desk.payments.refunds.resolve({ orderId: id, how: "credit", reason: "customer paid by parts", actor });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(1) });
  expect(await desk.account("suspense:stripe")).toBe(0n);
  await expect(desk.payments.refunds.resolve({ orderId: id, how: "credit", reason: "once more please", actor })).rejects.toThrow();
  await desk.payments.cashier.check(id, "poll");
  expect(await desk.state(id)).toMatchObject({ status: "failed" });
  await desk.sound();
});

test("E-85 F4b: a total below the order's sum, or less received than the total, is not credited", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const [cut, short, taxed] = [await desk.order(buyer, usd(20)), await desk.order(buyer, usd(20)), await desk.order(buyer, usd(20))];
  desk.stripe.books.sessions.get(cut.session)!.amount_total = 100;
  desk.stripe.acts.pay(cut.session);
  desk.stripe.hooks.plan = () => [];
  desk.stripe.acts.pay(short.session);
  desk.stripe.books.intents.get(desk.stripe.books.sessions.get(short.session)!.payment_intent!)!.amount_received = 1;
  await desk.stripe.send(desk.stripe.last("checkout.session.completed"), [{}]);
  await desk.stripe.settled();
  for (const { id } of [cut, short]) expect((await desk.state(id)).status).toBe("review");
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  expect(await desk.account("suspense:stripe")).toBe(-usd(1.01));

  desk.stripe.books.sessions.get(taxed.session)!.amount_total = 2_380;
  desk.stripe.acts.pay(taxed.session);
  await desk.stripe.send(desk.stripe.last("checkout.session.completed"), [{}]);
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  expect(await desk.account("tax:payable")).toBe(-usd(3.8));
  await desk.sound();
});

test.each([
  ["the right number of another currency", { currency: "jpy" }, /currency: USD \| JPY/],
  ["live money for a test order", { livemode: true }, /livemode: test \| live/],
  ["another customer's order in the metadata", { metadata: { order_id: "OTHER" } }, /order: /],
  ["another payer", { customer: "cus_other" }, /owner: /],
])("E-85 F5: %s is not credited", async (_name, change, reason) => {
  const desk = await openDesk();
  const [buyer, other] = [await desk.buyer(), await desk.buyer()];
  const theirs = await desk.order(other, usd(20));
  const { id, session } = await desk.order(buyer, usd(20));
  const wrong = JSON.parse(JSON.stringify(change).replace("OTHER", theirs.id)) as object;
  Object.assign(desk.stripe.books.sessions.get(session)!, wrong);
  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  expect((await desk.state(id)).status).toBe("review");
  expect((await desk.state(id)).reason).toMatch(reason);
  expect(await desk.state(theirs.id)).toMatchObject({ status: "open" });
  for (const each of [buyer, other]) expect(await desk.purse(each)).toMatchObject({ paid: 0n, lots: 0n });
  await desk.sound();
});

test("F6: without secrets 503; an exchanged secret, an old time, a changed byte and no signature are 400 and keep nothing", async () => {
  for (const webhookSecret of ["", " ", "\n, "]) {
    const off = await openDesk({ webhookSecret });
    expect(off.payments.card).toBe(false);
    expect(await send(off, "{}", signatureOf("{}", "", seconds()))).toBe(503);
  }
  const desk = await openDesk({ webhookSecret: `${TEST_WEBHOOK_SECRET},whsec_next_one_0123456789` });
  const { session } = await desk.order(await desk.buyer(), usd(20));
  desk.stripe.hooks.plan = () => [];
  desk.stripe.acts.pay(session);
  const body = JSON.stringify(desk.stripe.last("checkout.session.completed"));
  const refused = [
    signatureOf(body, "whsec_of_last_year_0123456789", seconds()), signatureOf(body, TEST_WEBHOOK_SECRET, seconds() - 301), signatureOf(`${body} `, TEST_WEBHOOK_SECRET, seconds()), undefined, "", "t=1,v1=",
  ];
  for (const header of refused) expect(await send(desk, body, header)).toBe(400);
  expect((await desk.db.pool.query("SELECT 1 FROM provider_events")).rows).toEqual([]);
  expect(await send(desk, body, signatureOf(body, "whsec_next_one_0123456789", seconds()))).toBe(200);
  expect(await send(desk, "x".repeat(300_000), signatureOf("x", TEST_WEBHOOK_SECRET, seconds()))).toBe(413);
  const live = JSON.stringify({ ...JSON.parse(body) as object, id: "evt_live", livemode: true });
  expect(await send(desk, live, signatureOf(live, TEST_WEBHOOK_SECRET, seconds()))).toBe(400);
  await desk.sound();
});

test("E-85 F7: a payment page of ours that names the order of another provider credits nothing", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  await desk.db.pool.query("UPDATE orders SET provider = 'epay', provider_session_id = NULL WHERE id = $1", [id]);
  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  expect((await desk.state(id)).reason).toMatch(/provider: epay \| stripe/);
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  expect(await desk.account("suspense:stripe")).toBe(-usd(20));
  await desk.sound();
  expect((await desk.payments.webhooks.receive("epay", new Request("http://shop.test/", { method: "POST", body: "x" }))).status).toBe(404);
});

test("F8: the database is away during the notification: 500, and the next one credits once", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  desk.stripe.hooks.plan = () => [];
  desk.stripe.acts.pay(session);
  const event = desk.stripe.last("checkout.session.completed");
  desk.stripe.hooks.retries = 0;
  for (const table of ["provider_events", "orders"]) {
    await asOwner(desk, `ALTER TABLE ${table} RENAME TO away`);
    await desk.stripe.send(event, [{}]);
    expect(desk.stripe.hooks.answers.at(-1)).toMatchObject({ status: 500 });
    await asOwner(desk, `ALTER TABLE away RENAME TO ${table}`);
  }
  expect(await desk.state(id)).toMatchObject({ status: "open" });
  await desk.stripe.send(event, [{}, {}]);
  expect(desk.stripe.hooks.answers.at(-1)).toMatchObject({ status: 200 });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  await desk.sound();
});

test("E-47, F9: when no notification ever comes, the poller credits within two minutes", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  desk.stripe.hooks.plan = () => [];
  const { id, session } = await desk.order(buyer, usd(20));
  for (let minute = 0; minute < 9; minute += 1) {
    desk.clock.advance(60_000);
    await desk.payments.netting.checkOrders();
  }
  desk.stripe.acts.pay(session);
  for (let minute = 0; minute < 2; minute += 1) {
    desk.clock.advance(60_000);
    await Promise.all([desk.payments.netting.checkOrders(), desk.payments.netting.checkOrders()]);
  }
  expect(await desk.state(id)).toMatchObject({ status: "paid" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  await desk.sound();
});

test("F10: an order that has ended is credited all the same when its money comes late, once; and not asked about for ever", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  desk.stripe.acts.payLater(session);
  await desk.stripe.settled();
  expect(await desk.state(id)).toMatchObject({ status: "processing" });
  await desk.db.pool.query("UPDATE orders SET status = 'expired' WHERE id = $1", [id]);
  desk.stripe.acts.settleLater(session, true);
  await desk.stripe.settled();
  expect(await desk.state(id)).toMatchObject({ status: "paid" });
  await desk.payments.cashier.check(id, "poll");
  expect(await desk.posted("topup:%")).toHaveLength(1);

  const left = await desk.order(buyer, usd(20));
  desk.stripe.acts.expire(left.session);
  await desk.stripe.settled();
  expect(await desk.state(left.id)).toMatchObject({ status: "expired" });
  desk.clock.advance(4 * 86_400_000);
  expect(await desk.payments.netting.checkOrders()).toBe(1);
  desk.clock.advance(86_400_000);
  expect(await desk.payments.netting.checkOrders()).toBe(0);
  await desk.sound();
});

test("F10b: an unpaid bank debit ends as failed, with the bank's words; a declined card leaves the order open", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  desk.stripe.acts.decline(session);
  await desk.stripe.settled();
  await desk.payments.cashier.check(id, "return");
  expect(await desk.state(id)).toMatchObject({ status: "open" });
  desk.stripe.acts.payLater(session);
  desk.stripe.acts.settleLater(session, false);
  await desk.stripe.settled();
  expect(await desk.state(id)).toMatchObject({ status: "failed" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: 0n });
  await desk.sound();
});

test("F11: ten clicks are one order and one payment page; the same key for another amount is refused", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const made = await Promise.all(Array.from({ length: 10 }, () => desk.order(buyer, usd(20), "one-click")));
  expect(new Set(made.map(({ id, session }) => `${id} ${session}`)).size).toBe(1);
  expect(desk.stripe.books.sessions.size).toBe(1);
  await expect(desk.order(buyer, usd(21), "one-click")).rejects.toThrow(/another order/);
});

test.each([
  ["the connection is cut before the call is done", 0, "before"], ["the connection is cut after it was done", 0, "after"], ["an error before", 500, "before"], ["an error after it was done", 500, "after"],
] as const)("F11b: %s: the next click or the poller finds the one payment page", async (_name, status, when) => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  desk.stripe.faults.push({ method: "POST", path: /checkout\/sessions$/, when, status, times: 3 });
  const first = await desk.order(buyer, usd(20), "again");
  expect(first.url === "" || desk.stripe.books.sessions.size === 1).toBe(true);
  desk.stripe.faults.length = 0;
  const second = await desk.order(buyer, usd(20), "again");
  expect(second.id).toBe(first.id);
  expect(second.url).not.toBe("");
  expect(desk.stripe.books.sessions.size).toBe(1);
  desk.stripe.acts.pay(second.session);
  await desk.stripe.settled();
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  await desk.sound();
});

test("F30: another server than Stripe's is taken with test keys and private addresses only", () => {
  const start = (key: string, base: string) => () => readEnv({ STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: base });
  expect(start("sk_live_0123456789", "http://127.0.0.1:12111")).toThrow(/STRIPE_API_BASE/);
  expect(start(TEST_KEY, "https://payments.example.com")).toThrow(/STRIPE_API_BASE/);
  expect(start(TEST_KEY, "http://127.0.0.1:12111")()).toMatchObject({ stripe: { apiBase: "http://127.0.0.1:12111" } });
});

test("E-48, F31: a group that pays less gets the same credit, and the difference is the shop's expense", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer("vip");
  const { session } = await desk.paid(buyer, usd(20));
  expect(desk.stripe.books.sessions.get(session)).toMatchObject({ amount_total: 1_900 });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20) });
  expect(await desk.account("expense:discount")).toBe(usd(1));
  expect((await desk.account("psp:stripe:clearing")) + (await desk.account("expense:psp_fee"))).toBe(usd(19));
  await desk.sound();
});

test("a key without a webhook secret leaves card payment off and says so", async () => {
  const desk = await openDesk();
  const said: string[] = [];
  const payments = createPayments({
    pool: desk.db.pool, clock: desk.clock, log: createLog({ level: "warn", format: "json", destination: { write: (line) => void said.push(line) } }),
    stripe: { secretKey: TEST_KEY }, baseUrl: async () => "http://shop.test", settings: () => loadSettings(desk.db.pool),
  });
  expect(payments.card).toBe(false);
  expect(said.join()).toContain("STRIPE_WEBHOOK_SECRET");
});

test("limits: minimum, maximum, ten unpaid orders a day, and a new account's hundred dollars", async () => {
  const desk = await openDesk();
  const buyer = await desk.buyer();
  const problem = (amount: number) => desk.order(buyer, usd(amount)).then(() => "made", (error: unknown) => (error instanceof TopUpRefused ? error.problem : String(error)));
  expect([await problem(0.5), await problem(10_000.01), await problem(10_000)]).toEqual(["too_little", "too_much", "made"]);
  for (let i = 0; i < 9; i += 1) expect(await problem(1)).toBe("made");
  expect(await problem(1)).toBe("too_many_orders");
  const fresh = await desk.buyer();
  await desk.db.pool.query("UPDATE users SET created_at = now() WHERE id = $1", [fresh.id]);
  expect(await desk.order(fresh, usd(60))).toMatchObject({ id: expect.any(String) });
  await expect(desk.order(fresh, usd(41))).rejects.toMatchObject({ problem: "new_account", limitNano: usd(40) });
});
