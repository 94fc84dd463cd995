import { expect, test } from "vitest";
import { isRefusal, type Billing, type DurableWork } from "#money/billing.ts";
import { settleDurable } from "#money/durable-hold.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { askFor, limit, openShop, PER_CALL, recordFor, serve, settled, until, USD, usd } from "./shop.ts";

const work: DurableWork = { kind: "task", expiresAtMs: Date.now() + 3_600_000, write: () => Promise.resolve() };
/** Ten cents a call. */
const PRICE = USD / 10n;

const admit = async (billing: Billing, ask: Parameters<Billing["admitDurable"]>[0], over: Partial<DurableWork> = {}): Promise<bigint> => {
  const answer = await billing.admitDurable(ask, { ...work, ...over });
  if (isRefusal(answer)) throw new Error(answer.refused);
  return answer.heldNano;
};

test("money that is set aside for work outlives the node that set it aside", async () => {
  const shop = await openShop();
  const first = await shop.node();
  const customer = await shop.customer(usd(1)), sold = await shop.model(PER_CALL);
  const ask = askFor(customer, sold);
  expect(await admit(first, ask)).toBe(PRICE);
  expect((await shop.wallet(customer.walletId)).leased).toBeGreaterThanOrEqual(PRICE);
  await first.kill();

  const second = await shop.node();
  // The dead node's leases come back; what is set aside for the work does not.
  await shop.db.pool.query("UPDATE relay_nodes SET heartbeat_at = now() - interval '1 hour' WHERE id <> $1", [second.nodeId]);
  await until(async () => (await shop.db.pool.query("SELECT 1 FROM wallet_leases WHERE node_id <> $1", [second.nodeId])).rowCount === 0, 15_000);
  expect((await shop.wallet(customer.walletId)).leased).toBe(PRICE);
  await shop.expectSound();

  const end = () => withTransaction(shop.db.pool, (client) => settleDurable(client, recordFor(ask, sold, { request: 1 })));
  await end();
  await expect(end()).rejects.toThrow(/duplicate key/);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(1) - PRICE, leased: 0n, debt: 0n });
  expect(await shop.charges(customer.walletId)).toMatchObject([{ charge: PRICE, outcome: "ok" }]);
  await shop.expectSound();
});

test("requests and durable work share one wallet to the last nano", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const customer = await shop.customer(nanoUsd(PRICE * 3n)), sold = await shop.model(PER_CALL);
  const asks = Array.from({ length: 8 }, () => askFor(customer, sold));
  const answers = await Promise.all(asks.map((ask, i) => (i % 2 === 0 ? node.admitDurable(ask, work) : serve(node, customer, sold, { request: 1 }))));
  await settled(node);
  const held = answers.filter((answer, i) => i % 2 === 0 && !isRefusal(answer!)).length;
  const { paid, debt, leased } = await shop.wallet(customer.walletId);
  expect(paid - PRICE * BigInt(held)).toBeGreaterThanOrEqual(0n);
  expect(debt).toBe(0n);
  expect(leased).toBeGreaterThanOrEqual(PRICE * BigInt(held));
  await shop.expectSound();
});

test("what else is written stands or falls with the money", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const customer = await shop.customer(usd(1)), sold = await shop.model(PER_CALL);
  const ask = askFor(customer, sold);
  const answer = await node.admitDurable(ask, { ...work, write: () => Promise.reject(new Error("no")) });
  expect(answer).toMatchObject({ refused: "billing-unavailable" });
  expect((await shop.db.pool.query("SELECT 1 FROM holds")).rowCount).toBe(0);
  expect(await admit(node, ask)).toBe(PRICE);
  await shop.expectSound();
});

test("a limit that leaves too little refuses the work, and nothing is left set aside", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const customer = await shop.customer(usd(1)), sold = await shop.model(PER_CALL);
  const budgets = [limit(`key:${customer.keyId}`, PRICE), limit(`user:${customer.userId}`, PRICE * 2n, { period: "month" })];
  const ask = askFor(customer, sold, { budgets });
  expect(await admit(node, ask)).toBe(PRICE);
  expect(await node.admitDurable(askFor(customer, sold, { budgets }), work)).toMatchObject({ refused: "budget-exceeded" });
  await withTransaction(shop.db.pool, (client) => settleDurable(client, recordFor(ask, sold, {}, { chargeNano: usd(0), sumPico: 0n as never, quantities: {} })));
  const { rows } = await shop.db.pool.query("SELECT sum(leased_nano)::bigint - coalesce((SELECT sum(amount_nano) FROM budget_leases), 0)::bigint AS held, sum(spent_nano)::bigint AS spent FROM budget_windows");
  expect(rows).toEqual([{ held: 0n, spent: 0n }]);
  await shop.expectSound();
});

const nanoUsd = (amount: bigint): ReturnType<typeof usd> => amount as ReturnType<typeof usd>;
