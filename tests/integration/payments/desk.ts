import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect } from "vitest";
import { findUserByEmail, loadSettings, parseSetting, saveSetting, type SettingPath } from "#accounts/index.ts";
import { nano, type Nano } from "#money/amount.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { adjustWallet, creditWallet } from "#money/ledger.store.ts";
import { createPayments, type Payments } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";
import { fakeClock, type FakeClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET, type StripeServer } from "../../support/stripe-server.ts";
import { createTestShop, type TestShop } from "../../support/test-shop.ts";

export const USD = 1_000_000_000n;
export const usd = (amount: number): Nano => nano(BigInt(Math.round(amount * 1e9)));

export type Buyer = Readonly<{ id: string; email: string; walletId: string }>;
export type Purse = Record<"paid" | "lots" | "frozen" | "debt", bigint> & { status: string };

/** A shop's till on a database of its own, with a payment provider beside it. */
export type Desk = Readonly<{
  db: TestDatabase;
  shop: TestShop;
  stripe: StripeServer;
  payments: Payments;
  clock: FakeClock;
  /** Messages of the till's log. */
  logged: string[];
  buyer(group?: string): Promise<Buyer>;
  set(path: SettingPath, value: unknown): Promise<void>;
  order(buyer: Buyer, amount: Nano, key?: string): Promise<{ id: string; session: string; url: string }>;
  /** Orders, pays and waits for the credit. @returns also the provider's payment */
  paid(buyer: Buyer, amount: Nano): Promise<{ id: string; session: string; payment: string }>;
  purse(buyer: Buyer): Promise<Purse>;
  /** Sets the bought credit as if the rest had been spent. */
  spendDownTo(buyer: Buyer, paid: Nano): Promise<void>;
  state(orderId: string): Promise<{ status: string; reason: string | null }>;
  /** Sum of an account of the books; a debit is positive. */
  account(code: string): Promise<bigint>;
  posted(pattern: string): Promise<string[]>;
  kinds(orderId: string): Promise<string[]>;
  sound(): Promise<void>;
}>;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What runs at the end of the test, last first. */
export const atEnd = (cleanup: () => Promise<void>): void => void cleanups.push(cleanup);

export async function openDesk(options: Readonly<{ settings?: Partial<Record<SettingPath, unknown>>; webhookSecret?: string }> = {}): Promise<Desk> {
  const db = await createTestDatabase();
  atEnd(() => db.drop());
  const shop = createTestShop(db);
  await shop.apply("groups: { default: { ratio: 1 }, vip: { ratio: 1, top_up_ratio: 0.95 } }");
  const stripe = await startStripeServer();
  atEnd(() => stripe.stop());
  const clock = fakeClock(Date.now());
  const logged: string[] = [];
  const payments = createPayments({
    pool: db.pool, clock, log: createLog({ level: "debug", format: "json", destination: { write: (line) => void logged.push(line) } }),
    stripe: { secretKey: TEST_KEY, webhookSecret: options.webhookSecret ?? TEST_WEBHOOK_SECRET, apiBase: stripe.url },
    baseUrl: async () => "http://shop.test", settings: () => loadSettings(db.pool),
  });
  stripe.hooks.url = await listen(payments);
  for (const [path, value] of Object.entries(options.settings ?? {})) await saveSetting(db.pool, path as SettingPath, parseSetting(path as SettingPath, value));
  const desk = deskOf(db, shop, stripe, payments, clock, logged);
  return desk;
}

/** The webhook's address, as Next would serve it. */
export async function listen(payments: Payments): Promise<string> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void (async () => {
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]));
      const answer = await payments.webhooks.receive("stripe", new Request("http://shop.test/api/webhooks/stripe", { method: "POST", headers, body: Buffer.concat(chunks) }));
      response.writeHead(answer.status).end(answer.body);
    })());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/webhooks/stripe`;
}

function deskOf(db: TestDatabase, shop: TestShop, stripe: StripeServer, payments: Payments, clock: FakeClock, logged: string[]): Desk {
  let buyers = 0;
  const one = async <T>(sql: string, values: unknown[]): Promise<T> => (await db.pool.query(sql, values)).rows[0] as T;
  const desk: Desk = {
    db, shop, stripe, payments, clock, logged,
    async buyer(group = "default") {
      const email = `buyer${++buyers}@example.com`;
      await shop.apply(`users: [{ email: ${email}, group: ${group} }]`);
      await db.pool.query("UPDATE users SET created_at = now() - interval '1 year' WHERE email = $1", [email]);
      const user = (await findUserByEmail(db.pool, email))!;
      return { id: user.id, email, walletId: user.walletId };
    },
    set: (path, value) => saveSetting(db.pool, path, parseSetting(path, value)),
    async order(buyer, amount, key = uuidv7()) {
      const { order, url } = await payments.cashier.order({ userId: buyer.id, walletId: buyer.walletId, creditNano: amount, clientKey: key, source: "user", limited: true });
      return { id: order.id, session: order.sessionId ?? "", url: url ?? "" };
    },
    async paid(buyer, amount) {
      const made = await desk.order(buyer, amount);
      stripe.acts.pay(made.session);
      await stripe.settled();
      expect((await desk.state(made.id)).status).toBe("paid");
      return { ...made, payment: stripe.books.sessions.get(made.session)!.payment_intent! };
    },
    purse: (buyer) => one<Purse>("SELECT paid_nano AS paid, lots_nano AS lots, frozen_nano AS frozen, debt_nano AS debt, status FROM wallets WHERE id = $1", [buyer.walletId]),
    async spendDownTo(buyer, paid) {
      const now = await desk.purse(buyer);
      const take = { walletId: buyer.walletId, amount: nano(paid - now.paid - now.lots), reason: "spent in the test", key: `adjust:${uuidv7()}`, actor: { type: "system" } as const };
      await withTransaction(db.pool, (tx) => adjustWallet(tx, take));
    },
    state: (orderId) => one<{ status: string; reason: string | null }>("SELECT status, review_reason AS reason FROM orders WHERE id = $1", [orderId]),
    account: async (code) => (await one<{ sum: bigint }>("SELECT coalesce(sum(e.amount_nano), 0)::bigint AS sum FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = $1", [code])).sum,
    posted: async (pattern) => (await db.pool.query<{ key: string }>("SELECT idempotency_key AS key FROM ledger_transactions WHERE idempotency_key LIKE $1 ORDER BY id", [pattern])).rows.map(({ key }) => key),
    kinds: async (orderId) => (await db.pool.query<{ kind: string }>("SELECT kind FROM order_events WHERE order_id = $1 ORDER BY id", [orderId])).rows.map(({ kind }) => kind),
    async sound() {
      expect((await checkInvariants(db.pool)).filter(({ rows }) => rows > 0)).toEqual([]);
    },
  };
  return desk;
}

/** Credit that did not come by an order. */
export const give = (desk: Desk, buyer: Buyer, amount: Nano): Promise<unknown> =>
  withTransaction(desk.db.pool, (tx) => creditWallet(tx, { walletId: buyer.walletId, bucket: "paid", amount, from: "equity:opening", kind: "opening", key: `test:${uuidv7()}` }));
