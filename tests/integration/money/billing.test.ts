import { expect, test } from "vitest";
import { isRefusal, type Refusal } from "#money/billing.ts";
import { uuidv7 } from "#platform/ids.ts";
import { admitted, askFor, FREE, limit, openShop, OUTPUT_ONLY, PER_CALL, recordFor, refused, serve, settled, until, usd, type Customer } from "./shop.ts";

test("a request is charged once, and its lease and hold are gone afterwards", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model({ items: { input: "2500000", cache_read: "1250000", output: "10000000" } });
  const customer = await shop.customer(usd(10));
  expect(await serve(node, customer, sold, { input: 1_000, cache_read: 200, output: 300, request: 1 }, { inputTokensMax: 2_000, producesTokens: true, maxOutputTokens: 1_000 })).toBeUndefined();
  await settled(node);
  expect(await shop.charges(customer.walletId)).toMatchObject([{ charge: 5_750_000n, paid: 5_750_000n, outcome: "ok" }]);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(10) - 5_750_000n, leased: 0n });
  await shop.expectSound();
});

test("C1 100 parallel calls of $0.10 on $1.00: ten are served, ninety refused", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  const answers = await Promise.all(Array.from({ length: 100 }, () => serve(node, customer, sold, { request: 1 })));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(10);
  expect(answers.find((answer) => answer !== undefined)).toMatchObject({ refused: "credit-exhausted", neededNano: usd(0.1) });
  await settled(node);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ spendable: 0n, debt: 0n, leased: 0n });
  await shop.expectSound();
});

test("C2 three nodes serve exactly ten calls of $0.10 on $1.00, never more", async () => {
  const shop = await openShop();
  const nodes = [await shop.node(), await shop.node(), await shop.node()];
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  let served = 0;
  const end = performance.now() + 2_000;
  await Promise.all(Array.from({ length: 30 }, async (_, i) => {
    while (performance.now() < end) {
      if (await serve(nodes[i % 3]!, customer, sold, { request: 1 }) === undefined) served += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }));
  expect(served).toBe(10);
  for (const node of nodes) await settled(node);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ spendable: 0n, debt: 0n });
  await shop.expectSound();
});

test("C4 a guarded stream is cut when its money is used up", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(OUTPUT_ONLY);
  const customer = await shop.customer(usd(0.01));
  const ask = askFor(customer, sold, { stream: true, producesTokens: true, modelMaxOutput: 8_192 });
  const hold = await admitted(node, ask);
  expect(hold.mode).toBe("guarded-stream");
  let delivered = 0;
  while (delivered < 5_000 && hold.delivered(delivered + 20)) delivered += 20;
  expect(delivered).toBeGreaterThanOrEqual(900);
  expect(delivered).toBeLessThanOrEqual(1_000);
  await hold.finish(recordFor(ask, sold, { output: delivered + 20 }, { outcome: "cut_no_credit" }));
  await settled(node);
  expect((await shop.wallet(customer.walletId)).debt).toBeLessThanOrEqual(200_000n);
  await shop.expectSound();
});

test("C5 a cap that cannot be paid is refused with the affordable number", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(OUTPUT_ONLY);
  const customer = await shop.customer(usd(0.05));
  expect(await refused(node, askFor(customer, sold, { producesTokens: true, maxOutputTokens: 10_000 }))).toEqual({
    refused: "credit-exhausted", neededNano: usd(0.1), availableNano: usd(0.05), affordableMaxTokens: 5_000,
  });
});

test("C6 without a cap the answer is capped at what can be paid", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(OUTPUT_ONLY);
  const customer = await shop.customer(usd(0.05));
  const hold = await admitted(node, askFor(customer, sold, { producesTokens: true, modelMaxOutput: 16_384 }));
  expect(hold).toMatchObject({ mode: "guarded-single", maxTokens: 5_000, heldNano: usd(0.05) });
});

test("C7 a rich wallet's request is not touched", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(OUTPUT_ONLY);
  const hold = await admitted(node, askFor(await shop.customer(usd(100)), sold, { producesTokens: true, modelMaxOutput: 16_384 }));
  expect(hold.mode).toBe("rich");
  expect(hold.maxTokens).toBeUndefined();
});

test("C8 of 40 guarded streams at once 32 run", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(OUTPUT_ONLY);
  const customer = await shop.customer(usd(0.5));
  const answers = await Promise.all(Array.from({ length: 40 }, () => node.admit(askFor(customer, sold, { stream: true, producesTokens: true, modelMaxOutput: 16_384 }))));
  expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(32);
  expect(answers.filter((answer) => isRefusal(answer) && answer.refused === "low-balance-concurrency")).toHaveLength(8);
});

test("C11 after a top-up a refused customer is served within 300 ms, on every node", async () => {
  const shop = await openShop();
  const nodes = [await shop.node(), await shop.node()];
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer();
  for (const node of nodes) expect(await serve(node, customer, sold, { request: 1 })).toMatchObject({ refused: "credit-exhausted" });
  await shop.credit(customer.walletId, usd(5));
  const since = performance.now();
  await Promise.all(nodes.map((node) => until(async () => await serve(node, customer, sold, { request: 1 }) === undefined)));
  expect(performance.now() - since).toBeLessThan(300);
});

test("C12 a daily limit of $1 lets ten of 40 calls through, and a new day begins at its start", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const scope = `key:${customer.keyId}`;
  const day = (n: number) => [limit(scope, usd(1), { startsAtMs: Date.UTC(2026, 10, n, 16), endsAtMs: Date.UTC(2026, 10, n + 1, 16) })];
  const late = askFor(customer, sold, { budgets: day(1) });
  const hold = await admitted(node, late);
  const answers = await Promise.all(Array.from({ length: 40 }, () => serve(node, customer, sold, { request: 1 }, { budgets: day(1) })));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(9);
  await settled(node);
  expect(await serve(node, customer, sold, { request: 1 }, { budgets: day(1) })).toEqual({
    refused: "budget-exceeded", scope, period: "day", limitNano: usd(1), spentNano: usd(0.9), resetsAtMs: Date.UTC(2026, 10, 2, 16),
  });
  expect(await serve(node, customer, sold, { request: 1 }, { budgets: day(2) })).toBeUndefined();
  await hold.finish(recordFor(late, sold, { request: 1 }));
  await settled(node);
  const { rows } = await shop.db.pool.query("SELECT starts_at, spent_nano, period FROM budget_windows WHERE scope = $1 ORDER BY period, starts_at", [scope]);
  expect(rows).toMatchObject([{ spent_nano: usd(1) }, { spent_nano: usd(0.1) }, { period: "total", spent_nano: usd(1.1) }]);
  await shop.expectSound();
});

test("C13 a limit lowered below what is spent blocks new requests; running ones finish", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const scope = `key:${customer.keyId}`;
  const running = askFor(customer, sold, { budgets: [limit(scope, usd(1))] });
  const hold = await admitted(node, running);
  for (let i = 0; i < 7; i++) expect(await serve(node, customer, sold, { request: 1 }, { budgets: [limit(scope, usd(1))] })).toBeUndefined();
  await settled(node);
  expect(await serve(node, customer, sold, { request: 1 }, { budgets: [limit(scope, usd(0.5))] })).toMatchObject({ refused: "budget-exceeded", limitNano: usd(0.5) });
  await hold.finish(recordFor(running, sold, { request: 1 }));
  await settled(node);
  expect((await shop.charges(customer.walletId))).toHaveLength(8);
  await node.close();
  const { rows } = await shop.db.pool.query("SELECT leased_nano FROM budget_windows");
  expect(rows.every(({ leased_nano: leased }) => leased === 0n)).toBe(true);
});

test("C15 the refusal names the scope that is short, and leaves nothing on the others", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const scopes = [`key:${customer.keyId}`, `member:${customer.userId}`, `org:${customer.userId}`];
  for (const tight of scopes) {
    const budgets = scopes.map((scope) => limit(scope, scope === tight ? usd(0.05) : usd(50), { period: "month" }));
    expect(await serve(node, customer, sold, { request: 1 }, { budgets })).toMatchObject({ refused: "budget-exceeded", scope: tight });
  }
  const budgets = scopes.map((scope) => limit(scope, usd(50), { period: "month" }));
  expect(await serve(node, customer, sold, { request: 1 }, { budgets })).toBeUndefined();
});

test("a key's and its user's limit of one day are counted apart, each call once in both", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const other = { ...customer, keyId: uuidv7() };
  const budgets = ({ keyId, userId }: Customer) => [limit(`key:${keyId}`, usd(0.6)), limit(`user:${userId}`, usd(1))];
  const calls = (who: Customer, times: number) =>
    Promise.all(Array.from({ length: times }, () => serve(node, who, sold, { request: 1 }, { budgets: budgets(who) })));
  const first = await calls(customer, 12);
  expect(first.filter((answer) => answer === undefined)).toHaveLength(6);
  await settled(node);
  const second = await calls(other, 12);
  expect(second.filter((answer) => answer === undefined)).toHaveLength(4);
  await settled(node);
  expect(await serve(node, other, sold, { request: 1 }, { budgets: budgets(other) })).toMatchObject({ refused: "budget-exceeded", scope: `user:${customer.userId}`, limitNano: usd(1) });
  const { rows } = await shop.db.pool.query("SELECT scope, spent_nano AS spent FROM budget_windows WHERE period = 'day' ORDER BY spent_nano");
  expect(rows).toEqual([{ scope: `key:${other.keyId}`, spent: usd(0.4) }, { scope: `key:${customer.keyId}`, spent: usd(0.6) }, { scope: `user:${customer.userId}`, spent: usd(1) }]);
  await shop.expectSound();
});

test("two limits on one window are one, the lower: calls count once in it and nothing stays held", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const budgets = [limit(`key:${customer.keyId}`, usd(3)), limit(`key:${customer.keyId}`, usd(1)), limit(`key:${customer.keyId}`, usd(2))];
  const holds = await Promise.all(Array.from({ length: 10 }, async () => {
    const ask = askFor(customer, sold, { budgets });
    return { ask, hold: await admitted(node, ask) };
  }));
  expect(await refused(node, askFor(customer, sold, { budgets }))).toMatchObject({ refused: "budget-exceeded", limitNano: usd(1) });
  for (const { ask, hold } of holds) await hold.finish(recordFor(ask, sold, { request: 1 }));
  await settled(node);
  await node.close();
  const { rows } = await shop.db.pool.query("SELECT spent_nano AS spent, leased_nano AS leased FROM budget_windows WHERE period = 'day'");
  expect(rows).toEqual([{ spent: usd(1), leased: 0n }]);
  await shop.expectSound();
});

test("C14 a free model needs no credit, but no debt either", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(FREE);
  const [poor, owing] = [await shop.customer(), await shop.customer(usd(0.05))];
  expect(await serve(node, poor, sold, { input: 5, output: 5 })).toBeUndefined();
  const paid = await shop.model(PER_CALL);
  await node.record(recordFor(askFor(owing, paid), paid, { request: 1 }));
  await settled(node);
  expect(await serve(node, owing, sold, { input: 5 })).toMatchObject({ refused: "account-debt", debtNano: usd(0.05) });
  await shop.expectSound();
});

test("C19 what running requests hold is shown within 300 ms, and gone within 300 ms after the last", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const held = async (): Promise<bigint> =>
    ((await shop.db.pool.query<{ held: bigint }>("SELECT coalesce(sum(held_nano), 0)::bigint AS held FROM wallet_leases WHERE wallet_id = $1", [customer.walletId])).rows[0]!.held);
  const asks = Array.from({ length: 50 }, () => askFor(customer, sold));
  const holds = await Promise.all(asks.map((ask) => admitted(node, ask)));
  await until(async () => await held() === usd(5), 350);
  await Promise.all(holds.map((hold, i) => hold.finish(recordFor(asks[i]!, sold, { request: 1 }))));
  await until(async () => await held() === 0n, 350);
});

test("a dearer route needs cover before it is taken", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const [cheap, dear] = [await shop.model(PER_CALL), await shop.model({ items: { request: "900000000000" } })];
  const hold = await admitted(node, askFor(await shop.customer(usd(0.95)), cheap));
  expect(await hold.raise(dear.price.card(0, Date.now()))).toBe(true);
  expect(hold.heldNano).toBe(usd(0.9));
  const short = await admitted(node, askFor(await shop.customer(usd(0.5)), cheap));
  expect(await short.raise(dear.price.card(0, Date.now()))).toBe(false);
});

test("another model's bounds need cover, too, and are held once", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model({ items: { input: "1000000", output: "1000000" } });
  const card = sold.price.card(0, Date.now());
  const hold = await admitted(node, askFor(await shop.customer(usd(0.02)), sold, { producesTokens: true, inputTokensMax: 1_000, modelMaxOutput: 1_000 }));
  expect(hold.heldNano).toBe(2_000_000n);
  expect(await hold.raise(card, { inputTokensMax: 3_000, modelMaxOutput: 4_000 })).toBe(true);
  expect(hold.heldNano).toBe(7_000_000n);
  expect(await hold.raise(card, { inputTokensMax: 30_000 })).toBe(false);
  expect(await hold.raise(card, { inputTokensMax: 1_000, modelMaxOutput: 1_000 })).toBe(true);
  expect(hold.heldNano).toBe(7_000_000n);
});

test("a request that was free takes money only once it goes on to a model that is not", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const [free, sold] = [await shop.model({ items: { request: "0" } }), await shop.model(PER_CALL)];
  const [rich, poor] = [await shop.customer(usd(1)), await shop.customer(usd(0))];
  const ask = askFor(rich, free);
  const hold = await admitted(node, ask);
  expect([hold.mode, hold.heldNano]).toEqual(["free", 0n]);
  expect(await hold.raise(free.price.card(0, Date.now()))).toBe(true);
  expect(await hold.raise(sold.price.card(0, Date.now()))).toBe(true);
  expect(hold.heldNano).toBeGreaterThan(0n);
  await hold.finish(recordFor(ask, sold, { request: 1 }));
  const none = await admitted(node, askFor(poor, free));
  expect(await none.raise(sold.price.card(0, Date.now()))).toBe(false);
  expect(none.heldNano).toBe(0n);
});

test("a restricted wallet is refused by name, also what its node had leased, with the debt or none; lifting it is felt at once", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(5));
  expect(await serve(node, customer, sold, { request: 1 })).toBeUndefined();
  await settled(node);
  const set = (change: string) => shop.db.pool.query(`WITH w AS (UPDATE wallets SET ${change} WHERE id = $1 RETURNING id) SELECT pg_notify('wallet', id::text) FROM w`, [customer.walletId]);
  await set("status = 'restricted'");
  let refusal: Refusal | undefined;
  await until(async () => (refusal = await serve(node, customer, sold, { request: 1 })) !== undefined, 15_000);
  expect(refusal).toEqual({ refused: "account-debt", debtNano: 0n });
  expect(await serve(node, customer, await shop.model(FREE), { input: 5 })).toEqual({ refused: "account-debt", debtNano: 0n });
  await set("status = 'active'");
  await until(async () => (await serve(node, customer, sold, { request: 1 })) === undefined, 15_000);
  await settled(node);
  await shop.expectSound();
});
