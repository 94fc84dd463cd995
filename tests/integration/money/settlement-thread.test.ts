import { Worker } from "node:worker_threads";
import { afterEach, expect, test, vi } from "vitest";
import { pico } from "#money/amount.ts";
import type { Billing } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { encodeCard } from "#money/journal-record.ts";
import { settleItem } from "#money/settle-item.ts";
import { createSettlementThread, type ThreadJob } from "#money/settlement-thread.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";
import { admitted, askFor, openShop, PER_CALL, recordFor, settled, until, usd, type Customer, type Shop, type Sold } from "./shop.ts";

const quiet = createLog({ level: "silent", format: "json" });

/** Sees every batch that goes to a thread, and may do something to that thread then. */
function watchThreads(): { jobs: ThreadJob[]; onJob: ((worker: Worker) => void) | undefined } {
  const seen: { jobs: ThreadJob[]; onJob: ((worker: Worker) => void) | undefined } = { jobs: [], onJob: undefined };
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, job: ThreadJob | undefined) {
    post.call(this, job);
    if (job === undefined) return;
    seen.jobs.push(job);
    seen.onJob?.(this);
  });
  return seen;
}

afterEach(() => vi.restoreAllMocks());

/** A node whose every batch is large enough for a thread. */
const threaded = (shop: Shop): Promise<Billing & { kill(): Promise<void> }> => shop.node({ settleThread: { databaseUrl: shop.db.url, from: 1, after: 0 } });

/** Requests one after the other until a thread has settled one; returns how many. */
async function warm(node: Billing, customer: Customer, sold: Sold, seen: { jobs: readonly unknown[] }): Promise<number> {
  const before = seen.jobs.length;
  let served = 0;
  await until(async () => {
    await node.record(recordFor(askFor(customer, sold), sold, { request: 1 }));
    await settled(node);
    served += 1;
    return seen.jobs.length > before;
  }, 15_000);
  return served;
}

const many = (count: number, customer: Customer, sold: Sold): ChargeRecord[] =>
  Array.from({ length: count }, () => recordFor(askFor(customer, sold), sold, { request: 1 }));

test("a busy node's requests are settled by its thread, holds, leases and strange texts included", async () => {
  const shop = await openShop();
  const seen = watchThreads();
  const node = await threaded(shop);
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const first = await warm(node, customer, sold, seen);
  const asks = Array.from({ length: 300 }, () => askFor(customer, sold));
  const holds = await Promise.all(asks.map((ask) => admitted(node, ask)));
  await Promise.all(holds.map((hold, i) => hold.finish(recordFor(asks[i]!, sold, { request: 1 }, {
    costPico: pico(777n),
    modelAsked: "größe \"x\"", detail: { text: "ünï\u0000code \ud83d", nested: { a: [1, "x"] } },
    attempts: [{ channelId: sold.modelId, upstreamId: "a\\b", usage: { prompt_tokens: 3 }, costPico: pico(777n) }],
  }))));
  await settled(node);
  expect(seen.jobs.reduce((sum, { lines }) => sum + lines.length, 0)).toBeGreaterThanOrEqual(300);
  expect(await shop.charges(customer.walletId)).toHaveLength(first + 300);
  const { rows } = await shop.db.pool.query("SELECT DISTINCT model_asked AS asked, detail->'nested' AS nested FROM charges WHERE id = ANY($1::uuid[])", [asks.map(({ requestId }) => requestId)]);
  expect(rows).toEqual([{ asked: "größe \"x\"", nested: { a: [1, "x"] } }]);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(100) - BigInt(first + 300) * usd(0.1), leased: 0n });
  await shop.expectSound();
});

test("what the database refuses is put aside though a thread met it, and the others settle", async () => {
  const shop = await openShop();
  const seen = watchThreads();
  const node = await threaded(shop);
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const first = await warm(node, customer, sold, seen);
  const records = many(64, customer, sold);
  records[20] = { ...records[20]!, sumPico: pico(1n) };
  records[40] = { ...records[40]!, walletId: uuidv7() };
  await Promise.all(records.map((record) => node.record(record)));
  await settled(node);
  await node.record(records[3]!); // it is charged already
  await settled(node);
  expect(await shop.charges(customer.walletId)).toHaveLength(first + 62);
  const { rows } = await shop.db.pool.query<{ id: string }>("SELECT request_id AS id FROM settle_dead_letters");
  expect(rows.map(({ id }) => id).sort()).toEqual([records[20].id, records[40].id].sort());
  await shop.expectSound();
});

const DEATHS: Readonly<Record<string, (worker: Worker, shop: Shop) => unknown>> = {
  "the thread, at once": (worker) => worker.terminate(),
  "the thread, in the middle": (worker) => setTimeout(() => void worker.terminate(), 12),
  "its connection": (_worker, shop) => shop.db.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'modelmart:settlement'"),
};

test.for(Object.keys(DEATHS))("a batch under which something dies is settled once: %s", async (death) => {
  const shop = await openShop();
  const seen = watchThreads();
  const node = await threaded(shop);
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1_000));
  let count = await warm(node, customer, sold, seen);
  for (let round = 0; round < 3; round++) {
    let died = false;
    seen.onJob = (worker) => {
      if (!died) DEATHS[death]!(worker, shop);
      died = true;
    };
    await Promise.all(many(200, customer, sold).map((record) => node.record(record)));
    await settled(node);
    count += 200;
    expect(died).toBe(true);
    expect(await shop.charges(customer.walletId)).toHaveLength(count);
    count += await warm(node, customer, sold, seen); // a thread serves again
  }
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(1_000) - BigInt(count) * usd(0.1), leased: 0n });
  await shop.expectSound();
});

test("small batches and short rushes start no thread, a quiet node loses it, and a closed one starts none", async () => {
  const shop = await openShop();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  const thread = createSettlementThread({ databaseUrl: shop.db.url, log: quiet, monotonic: () => performance.now(), from: 10, after: 3, idleMs: 100 });
  for (const count of [10, 10, 10, 9, 10, 10, 10]) expect(thread.takes(count)).toBe(false);
  expect(thread.running).toBe(false);
  expect(thread.takes(10)).toBe(false);
  expect(thread.running).toBe(true);
  await until(() => thread.takes(10), 15_000);
  expect(thread.takes(9)).toBe(false);
  const terms = { settlementId: uuidv7(), nodeId: uuidv7(), hasBudgetLeases: false, lowBalanceNano: 0n };
  const items = many(5, customer, sold).map((record) => settleItem(record, 0));
  expect((await thread.settle(terms, items)).wallets.get(customer.walletId)).toEqual({ consumed: 0n, debt: 0n, status: "active" });
  await expect(thread.settle({ ...terms, settlementId: uuidv7() }, items)).rejects.toMatchObject({ code: "23505" });
  await expect(thread.settle({ ...terms, settlementId: uuidv7() }, [{ ...items[0]!, json: encodeCard(items[0]!.card) }])).rejects.toMatchObject({ name: "JournalRecordError" });
  await until(() => !thread.running, 5_000);
  await expect(thread.settle(terms, items)).rejects.toThrow("has ended");
  await thread.close();
  for (let i = 0; i < 10; i++) expect(thread.takes(100)).toBe(false);
  expect(thread.running).toBe(false);
  await shop.expectSound();
});
