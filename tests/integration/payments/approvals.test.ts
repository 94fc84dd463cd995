import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createUser, verifyAudit, type Role } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { callerOf } from "#trpc/root.ts";
import { testContext } from "../../support/trpc-context.ts";
import { openDesk, usd, type Buyer, type Desk } from "./desk.ts";

const reason = "goodwill for the outage";
const DAY_MS = 86_400_000;

type Caller = ReturnType<typeof callerOf>;
type Staff = Readonly<{ id: string; admin: Caller["admin"]; later(ms: number): Caller }>;

/** A member of the staff; several of a role are several people. */
async function person(desk: Desk, role: Role, name: string = role): Promise<Staff> {
  const email = `${name}@staff.example.com`;
  const groupId = (await desk.db.pool.query<{ id: string }>("SELECT id FROM groups WHERE name = 'default'")).rows[0]!.id;
  const { id } = await withTransaction(desk.db.pool, (tx) => createUser(tx, { email, role, groupId }));
  const at = (ms: number) => {
    const context = testContext(desk.db.pool);
    const now = Date.now() + ms;
    const session = { id, sid: uuidv7(), email, name: undefined, role, locale: "en", timeZone: "UTC", mustVerify: false, renewedAt: new Date(now) } as unknown as SessionUser;
    return callerOf({ ...context, clock: { ...context.clock, now: () => now }, keys: desk.shop.keys, payments: desk.payments, user: session, ip: "192.0.2.1" });
  };
  return { id, admin: at(0).admin, later: at };
}

const why = (call: Promise<unknown>): Promise<string> =>
  call.then(() => "none", (error: { code?: string; reason?: string; message: string }) => [error.code ?? error.message, error.reason].filter(Boolean).join(" "));

async function trail(desk: Desk, userId: string): Promise<string[]> {
  const { rows } = await desk.db.pool.query<{ line: string }>(
    "SELECT a.action || ' by ' || split_part(u.email, '@', 1) AS line FROM audit_log a JOIN users u ON u.id::text = a.actor_id WHERE a.target_type = 'user' AND a.target_id = $1 ORDER BY a.seq", [userId]);
  return rows.map(({ line }) => line);
}

const adjustment = (id: string, dollars: number, over: Partial<{ reason: string; idempotencyKey: string }> = {}) => ({ id, amountNano: usd(dollars), reason, idempotencyKey: randomUUID(), ...over });

test("E-80 +5 and −3 are posted, +50 waits for a second person, a short reason is refused; both names are in the audit log", async () => {
  const desk = await openDesk();
  const [finance, owner] = [await person(desk, "finance"), await person(desk, "owner")];
  const buyer = await desk.buyer();
  expect(await finance.admin.users.adjust(adjustment(buyer.id, 5))).toMatchObject({ created: true, approvalId: null });
  expect(await finance.admin.users.adjust(adjustment(buyer.id, -3))).toMatchObject({ created: true, approvalId: null });
  expect(await why(finance.admin.users.adjust(adjustment(buyer.id, 1, { reason: "short" })))).toMatch("BAD_REQUEST");
  expect((await finance.admin.users.previewAdjustment({ id: buyer.id, amountNano: usd(50) })).needsApproval).toBe(true);
  const large = adjustment(buyer.id, 50);
  const asked = await finance.admin.users.adjust(large);
  expect(asked).toMatchObject({ transactionId: null, created: false });
  expect(await finance.admin.users.adjust(large)).toEqual(asked);
  expect((await desk.purse(buyer)).lots).toBe(usd(2));
  expect(await why(finance.admin.users.adjust({ ...large, amountNano: usd(51) }))).toBe("CONFLICT key");

  const [waiting] = (await owner.admin.approvals.list({})).rows;
  expect(waiting).toMatchObject({ id: asked.approvalId, kind: "adjustment", email: buyer.email, amountNano: usd(50), reason, requester: "finance@staff.example.com", mayDecide: true, mayWithdraw: false });
  expect((await finance.admin.approvals.list({})).rows[0]).toMatchObject({ mayDecide: false, mayWithdraw: true });
  expect(await owner.admin.approvals.decide({ id: waiting!.id, approve: true, note: "seen the ticket" })).toEqual({ state: "approved" });
  expect((await desk.purse(buyer)).lots).toBe(usd(52));
  expect(await why(owner.admin.approvals.decide({ id: waiting!.id, approve: true }))).toBe("CONFLICT ended");
  // The form sent again after the decision is still the same request, and moves nothing.
  expect(await finance.admin.users.adjust(large)).toEqual(asked);
  expect((await desk.purse(buyer)).lots).toBe(usd(52));
  expect(await trail(desk, buyer.id)).toEqual(["wallet.adjust by finance", "wallet.adjust by finance", "approval.request by finance", "approval.approved by owner"]);
  const { rows: [line] } = await desk.db.pool.query("SELECT before, after, reason FROM audit_log WHERE action = 'approval.approved'");
  expect(line).toMatchObject({ before: { requester: "finance@staff.example.com", reason }, after: { kind: "adjustment", amount_nano_usd: usd(50).toString(), approval: asked.approvalId }, reason: "seen the ticket" });
  expect((await owner.admin.approvals.list({ waiting: false })).rows[0]).toMatchObject({ state: "approved", decider: "owner@staff.example.com", note: "seen the ticket" });
  expect((await verifyAudit(desk.db.pool, desk.shop.keys.auditKey)).brokenAt).toBeUndefined();
  await desk.sound();
});

test("S94 nobody approves his own request, and of many approvers at once one does it, once", async () => {
  const desk = await openDesk();
  const [finance, support] = [await person(desk, "finance"), await person(desk, "support")];
  const owners = await Promise.all([1, 2, 3, 4, 5].map((n) => person(desk, "owner", `owner${n}`)));
  const buyer = await desk.buyer();
  const { approvalId: id } = await support.admin.approvals.askAdjustment(adjustment(buyer.id, 15));
  expect(await why(support.admin.approvals.decide({ id, approve: true }))).toMatch("FORBIDDEN");
  expect(await why(finance.admin.users.adjust(adjustment(finance.id, 1)))).toBe("FORBIDDEN self");
  const outcomes = await Promise.all([...owners, finance].map((each) => why(each.admin.approvals.decide({ id, approve: true }))));
  expect(outcomes.sort()).toEqual([...Array.from({ length: 5 }, () => "CONFLICT ended"), "none"]);
  expect((await desk.purse(buyer)).lots).toBe(usd(15));

  const own = (await finance.admin.users.adjust(adjustment(buyer.id, 30))).approvalId!;
  expect(await why(finance.admin.approvals.decide({ id: own, approve: true }))).toBe("FORBIDDEN own");
  expect(await why(finance.admin.approvals.decide({ id: own, approve: false }))).toBe("FORBIDDEN own");
  // Even past the procedures: the table itself knows no decision of one's own.
  await expect(desk.db.pool.query("UPDATE approvals SET status = 'approved', decided_by = requested_by, decided_at = now() WHERE id = $1", [own])).rejects.toMatchObject({ code: "23514" });
  const race = await Promise.all(owners.map((each, i) => why(each.admin.approvals.decide({ id: own, approve: i % 2 === 0 }))));
  expect(race.filter((outcome) => outcome === "none")).toHaveLength(1);
  const { rows: [row] } = await desk.db.pool.query<{ status: string }>("SELECT status FROM approvals WHERE id = $1", [own]);
  expect((await desk.purse(buyer)).lots).toBe(row!.status === "approved" ? usd(45) : usd(15));
  await desk.sound();
});

test("a limit cannot be slipped past in pieces, one after another or at once; a day later it is free again", async () => {
  const desk = await openDesk();
  const finance = await person(desk, "finance");
  const [buyer, other] = [await desk.buyer(), await desk.buyer()];
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => finance.admin.users.adjust(adjustment(buyer.id, 5))));
  expect(outcomes.filter(({ created }) => created)).toHaveLength(4);
  expect(outcomes.filter(({ approvalId }) => approvalId !== null)).toHaveLength(4);
  expect((await desk.purse(buyer)).lots).toBe(usd(20));
  expect(await finance.admin.users.adjust(adjustment(buyer.id, -0.01))).toMatchObject({ created: false });
  expect(await finance.admin.users.adjust(adjustment(other.id, 20))).toMatchObject({ created: true });
  expect(await finance.later(DAY_MS + 60_000).admin.users.adjust(adjustment(buyer.id, 20))).toMatchObject({ created: true });
  await desk.sound();
});

test("finance decides what it might do itself, the owner everything; nobody for his own account", async () => {
  const desk = await openDesk();
  const [one, two, support, owner] = [await person(desk, "finance", "one"), await person(desk, "finance", "two"), await person(desk, "support"), await person(desk, "owner")];
  const buyer = await desk.buyer();
  const large = (await one.admin.users.adjust(adjustment(buyer.id, 21))).approvalId!;
  expect(await why(two.admin.approvals.decide({ id: large, approve: true }))).toBe("FORBIDDEN limit");
  expect(await why(two.admin.approvals.decide({ id: large, approve: false }))).toBe("FORBIDDEN limit");
  const small = (await support.admin.approvals.askAdjustment(adjustment(buyer.id, 20))).approvalId;
  expect(await two.admin.approvals.decide({ id: small, approve: true })).toEqual({ state: "approved" });
  const mine = (await one.admin.users.adjust(adjustment(owner.id, 40))).approvalId!;
  expect(await why(owner.admin.approvals.decide({ id: mine, approve: true }))).toBe("FORBIDDEN own");
  expect(await owner.admin.approvals.decide({ id: mine, approve: false })).toEqual({ state: "declined" });
  // Support sees its own requests and no others.
  expect((await support.admin.approvals.list({ waiting: false })).rows.map(({ id }) => id)).toEqual([small]);
  expect((await support.admin.approvals.list({})).rows).toEqual([]);
  // The limits are the owner's to set; a limit for the owner holds for him as for others.
  const operator = await person(desk, "operator");
  expect(await why(operator.admin.settings.save({ changes: [{ path: "approvals.adjust_finance", value: "1000", seen: undefined }] }))).toBe("FORBIDDEN");
  expect((await operator.admin.settings.list()).filter(({ area }) => area === "approvals")).toEqual([]);
  await owner.admin.settings.save({ changes: [{ path: "approvals.adjust_owner", value: "10", seen: undefined }] });
  expect(await owner.admin.users.adjust(adjustment(buyer.id, 11))).toMatchObject({ created: false });
  await desk.sound();
});

test("nobody gives money of his own account back alone, however little: it waits for a second person, who is told by mail", async () => {
  const desk = await openDesk();
  const [finance, other, owner, support] = [await person(desk, "finance"), await person(desk, "finance", "other"), await person(desk, "owner"), await person(desk, "support")];
  await desk.db.pool.query("UPDATE users SET locale = 'zh' WHERE id = $1", [owner.id]);
  const { rows: [wallet] } = await desk.db.pool.query<{ id: string }>("SELECT id FROM wallets WHERE owner_id = $1", [finance.id]);
  const own: Buyer = { id: finance.id, email: "finance@staff.example.com", walletId: wallet!.id };
  const { id } = await desk.paid(own, usd(10));
  const mails = async (): Promise<string[]> => (await desk.db.pool.query<{ to: string }>("SELECT to_address || ' ' || template || ' ' || locale AS to FROM mails ORDER BY 1")).rows.map(({ to }) => to);
  const key = randomUUID();
  const asked = await finance.admin.orders.refund({ id, amount: { creditNano: usd(0.5) }, reason, key });
  expect(asked).toMatchObject({ status: "approval", creditNano: usd(0.5) });
  expect((await desk.purse(own)).paid).toBe(usd(10));
  expect(await mails()).toEqual(["other@staff.example.com approval en", "owner@staff.example.com approval zh"]);
  // The same form once more is the same request, and no second mail.
  expect(await finance.admin.orders.refund({ id, amount: { creditNano: usd(0.5) }, reason, key })).toEqual(asked);
  expect(await mails()).toHaveLength(2);
  expect(await why(finance.admin.approvals.decide({ id: asked.approvalId!, approve: true }))).toBe("FORBIDDEN own");
  expect(await other.admin.approvals.decide({ id: asked.approvalId!, approve: true })).toEqual({ state: "approved" });
  expect((await desk.purse(own)).paid).toBe(usd(9.5));
  // Another's order is as before.
  expect(await other.admin.orders.refund({ id, amount: { creditNano: usd(1) }, reason, key: randomUUID() })).toMatchObject({ status: "succeeded" });

  // Above what finance may move, only the owner is asked; and nobody about his own wallet.
  await desk.db.pool.query("DELETE FROM mails");
  await support.admin.approvals.askAdjustment(adjustment((await desk.buyer()).id, 500));
  expect(await mails()).toEqual(["owner@staff.example.com approval zh"]);
  await desk.db.pool.query("DELETE FROM mails");
  await support.admin.approvals.askAdjustment(adjustment(owner.id, 5));
  expect(await mails()).toEqual(["finance@staff.example.com approval en", "other@staff.example.com approval en"]);
  await desk.sound();
});

test("whoever's order is in review does not end the review himself", async () => {
  const desk = await openDesk();
  const finance = await person(desk, "finance");
  const { rows: [wallet] } = await desk.db.pool.query<{ id: string }>("SELECT id FROM wallets WHERE owner_id = $1", [finance.id]);
  const { id } = await desk.order({ id: finance.id, email: "finance@staff.example.com", walletId: wallet!.id }, usd(10));
  for (const how of ["credit", "return"] as const) expect(await why(finance.admin.orders.resolve({ id, how, reason }))).toBe("FORBIDDEN self");
});

test("a request runs out after seven days, can be taken back, and stays open when the wallet does not hold enough", async () => {
  const desk = await openDesk();
  const [finance, owner] = [await person(desk, "finance"), await person(desk, "owner")];
  const buyer = await desk.buyer();
  const old = (await finance.admin.users.adjust(adjustment(buyer.id, 30))).approvalId!;
  const late = owner.later(7 * DAY_MS + 1_000);
  expect((await late.admin.approvals.list({})).rows).toEqual([]);
  expect((await late.admin.approvals.list({ waiting: false })).rows[0]).toMatchObject({ id: old, state: "expired", mayDecide: false });
  expect(await why(late.admin.approvals.decide({ id: old, approve: true }))).toBe("CONFLICT ended");
  const back = (await finance.admin.users.adjust(adjustment(buyer.id, 31))).approvalId!;
  expect(await why(owner.admin.approvals.withdraw({ id: back }))).toBe("NOT_FOUND");
  await finance.admin.approvals.withdraw({ id: back });
  expect(await why(owner.admin.approvals.decide({ id: back, approve: true }))).toBe("CONFLICT ended");
  await finance.later(0).admin.users.adjust(adjustment(buyer.id, 18));
  const take = (await finance.admin.users.adjust(adjustment(buyer.id, -18))).approvalId!;
  await desk.spendDownTo(buyer, usd(1));
  expect(await why(owner.admin.approvals.decide({ id: take, approve: true }))).toBe("CONFLICT balance");
  expect((await owner.admin.approvals.list({})).rows.map(({ id }) => id)).toContain(take);
  expect(await owner.admin.approvals.decide({ id: take, approve: false })).toEqual({ state: "declined" });
  expect((await desk.purse(buyer)).lots).toBe(usd(1));
  await desk.sound();
});

test("a refund above the limit takes nothing until the second person sends it, and then once", async () => {
  const desk = await openDesk({ settings: { "approvals.refund_finance": "5" } });
  const [finance, owner] = [await person(desk, "finance"), await person(desk, "owner")];
  const buyer = await desk.buyer();
  const { id } = await desk.paid(buyer, usd(20));
  const small = await finance.admin.orders.refund({ id, amount: { creditNano: usd(4) }, reason, key: randomUUID() });
  expect(small).toMatchObject({ status: "succeeded", approvalId: null });
  const ask = { id, amount: "all" as const, reason, key: randomUUID() };
  const asked = await finance.admin.orders.refund(ask);
  expect(asked).toMatchObject({ status: "approval", creditNano: usd(16) });
  expect(await finance.admin.orders.refund(ask)).toEqual(asked);
  expect((await desk.purse(buyer)).paid).toBe(usd(16));
  await desk.sound();
  expect(await owner.admin.approvals.decide({ id: asked.approvalId!, approve: true })).toEqual({ state: "approved" });
  expect((await desk.purse(buyer)).paid).toBe(0n);
  expect((await desk.db.pool.query("SELECT refunded_minor FROM payments")).rows).toEqual([{ refunded_minor: 2_000n }]);
  expect(await why(owner.admin.approvals.decide({ id: asked.approvalId!, approve: true }))).toBe("CONFLICT ended");
  await desk.sound();
});

test("a restriction without a debt is lifted with a reason, by those who refund; a debt is paid, and paying lifts it", async () => {
  const desk = await openDesk();
  const [finance, support, operator] = [await person(desk, "finance"), await person(desk, "support"), await person(desk, "operator")];
  const [suspect, owing] = [await desk.buyer(), await desk.buyer()];
  const first = await desk.paid(suspect, usd(10));
  desk.stripe.acts.fraudWarning(first.payment);
  await desk.stripe.settled();
  expect(await desk.purse(suspect)).toMatchObject({ status: "restricted", debt: 0n });
  const input = { id: suspect.id, reason: "spoke to the bank" };
  for (const staff of [support, operator]) expect(await why(staff.admin.users.liftRestriction(input))).toMatch("FORBIDDEN");
  expect(await why(finance.later(0).admin.users.liftRestriction({ ...input, reason: "ok" }))).toMatch("BAD_REQUEST");
  expect(await finance.admin.users.liftRestriction(input)).toEqual({ status: "active" });
  expect(await why(finance.admin.users.liftRestriction(input))).toBe("CONFLICT not_restricted");
  expect((await desk.purse(suspect)).status).toBe("active");
  const { rows } = await desk.db.pool.query("SELECT action, reason, before, after FROM audit_log WHERE action = 'wallet.lift'");
  expect(rows).toEqual([{ action: "wallet.lift", reason: "spoke to the bank", before: { status: "restricted" }, after: { status: "active" } }]);

  const second = await desk.paid(owing, usd(10));
  await desk.spendDownTo(owing, usd(4));
  await finance.admin.orders.refund({ id: second.id, amount: { creditNano: usd(10) }, allowDebt: true, reason, key: randomUUID() });
  expect(await desk.purse(owing)).toMatchObject({ status: "restricted", debt: usd(6) });
  expect(await why(finance.admin.users.liftRestriction({ ...input, id: owing.id }))).toBe("CONFLICT debt");
  await desk.paid(owing, usd(7));
  expect(await desk.purse(owing)).toMatchObject({ status: "active", debt: 0n, paid: usd(1) });
  await desk.sound();
});
