import { afterAll, beforeAll, expect, test } from "vitest";
import { nanoOf } from "../support/shop-money.ts";
import { emailOf, storeOf } from "../support/shop-store.ts";
import { startShop, type Shop } from "../support/shop.ts";

const users = ["anna", "bert", "cleo", "dora"];
let shop: Shop;

beforeAll(async () => {
  shop = await startShop({
    role: "all",
    store: storeOf({
      models: [], channels: [], users: users.map((name) => ({ name, usd: 0 })),
      codes: [{ code: "ONCE-ONLY", amount: 5, uses: 1, per_user: 1 }, { code: "THRICE-1", amount: "0.000000001", uses: 3, per_user: 2 }],
    }),
  });
}, 300_000);

afterAll(() => shop?.stop(), 60_000);

const balance = async (name: string): Promise<bigint> =>
  BigInt((await shop.rest<{ wallet: { balance_nano_usd: number } }>(`/users/${emailOf(name)}`)).body.wallet.balance_nano_usd);
const redeem = (code: string, user: string) =>
  shop.rest<{ credit_nano_usd?: number; error?: { code: string } }>(`/codes/${code}/redemptions`, { method: "POST", body: { user: emailOf(user) } });

test("one code by 100 calls at once: once", async () => {
  const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => redeem(n % 2 === 0 ? "ONCE-ONLY" : "once only", users[n % 4]!)));
  const won = replies.filter(({ status }) => status < 300);
  expect(won).toHaveLength(1);
  expect(won[0]!.body.credit_nano_usd).toBe(Number(nanoOf(5)));
  for (const { status, body } of replies.filter((reply) => reply.status >= 300)) {
    expect([400, 404, 409, 410, 422, 429]).toContain(status);
    expect(body.error?.code).toEqual(expect.any(String));
  }
  const balances = await Promise.all(users.map(balance));
  expect(balances.reduce((total, each) => total + each)).toBe(nanoOf(5));
  expect(await shop.sql("SELECT kind FROM ledger_transactions WHERE kind = 'code'")).toHaveLength(1);
}, 60_000);

test("a code with three uses, two a person: three in all, two at most each", async () => {
  const replies = await Promise.all(Array.from({ length: 60 }, (_, n) => redeem("THRICE-1", users[n % 2]!).then((reply) => ({ ...reply, n }))));
  const won = replies.filter(({ status }) => status < 300);
  expect(won).toHaveLength(3);
  expect(Math.max(...[0, 1].map((who) => won.filter(({ n }) => n % 2 === who).length))).toBe(2);
  expect(await shop.brokenInvariants()).toEqual([]);
}, 60_000);

test("an adjustment by 50 calls at once with one key is made once, and never takes below zero", async () => {
  const adjust = (amount_usd: string, idempotency_key: string) =>
    shop.rest<{ error?: { code: string } }>(`/users/${emailOf("dora")}/adjustments`, { method: "POST", body: { amount_usd, reason: "goodwill for a bad day", idempotency_key } });
  const before = await balance("dora");
  const given = await Promise.all(Array.from({ length: 50 }, () => adjust("2.00", "same")));
  expect(given.every(({ status }) => status < 300)).toBe(true);
  expect((await balance("dora")) - before).toBe(nanoOf(2));
  const taken = await Promise.all(Array.from({ length: 20 }, (_, n) => adjust("-0.30", `take-${n}`)));
  const expected = Number((before + nanoOf(2)) / nanoOf("0.3"));
  expect(taken.filter(({ status }) => status < 300)).toHaveLength(Math.min(20, expected));
  for (const { status, body } of taken.filter((reply) => reply.status >= 300)) expect([status, body.error?.code]).toEqual([409, "insufficient_balance"]);
  expect((await balance("dora")) >= 0n).toBe(true);
  expect(await shop.brokenInvariants()).toEqual([]);
}, 60_000);
