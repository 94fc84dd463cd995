import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { main } from "#cli/ledger.ts";
import { inspect, replay } from "#cli/journal.ts";
import { nano, pico } from "#money/amount.ts";
import { createBillingStore } from "#money/billing.store.ts";
import { readHostIdentity } from "#money/host-identity.ts";
import { replayDead } from "#money/journal-replay.ts";
import { openJournal, writeLock } from "#money/journal.ts";
import { takeWallet } from "#money/lease.store.ts";
import { registerNode } from "#money/nodes.store.ts";
import { createClock } from "#platform/clock.ts";
import { createLog } from "#platform/log.ts";
import { uuidv7 } from "#platform/ids.ts";
import { admitted, asAdmin, askFor, limit, openShop, PER_CALL, recordFor, refused, serve, settled, until, usd, type Shop } from "./shop.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quiet = createLog({ level: "silent", format: "json" });

test("C3 400 parallel leases of 7 by 7 nodes on 1,000: 143 are granted, 1,000 in all", async () => {
  const shop = await openShop();
  const { walletId } = await shop.customer(nano(1_000n));
  const nodes = Array.from({ length: 7 }, () => uuidv7());
  for (const id of nodes) await registerNode(shop.db.pool, { id, host: "h", pid: 1, role: "all", version: "" });
  // So many nodes that each lease is as large as was asked for.
  const taken = await Promise.all(Array.from({ length: 400 }, (_, i) => takeWallet(shop.db.pool, walletId, { nodeId: nodes[i % 7]!, least: 3n, want: 7n, nodes: 1_000_000 })));
  expect(taken.filter(({ granted }) => granted > 0n)).toHaveLength(143);
  expect((await shop.wallet(walletId)).leased).toBe(1_000n);
  await shop.expectSound();
});

test("C9 what a dead node had leased can be spent by the others once it is silent", async () => {
  const shop = await openShop();
  const [dead, living] = [await shop.node(), await shop.node()];
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  for (let i = 0; i < 3; i++) await serve(dead, customer, sold, { request: 1 });
  await settled(dead);
  const deadId = dead.nodeId;
  await dead.kill();
  await shop.db.pool.query("UPDATE relay_nodes SET heartbeat_at = now() - interval '31 s' WHERE id = $1", [deadId]);
  let served = 0;
  await until(async () => {
    while (await serve(living, customer, sold, { request: 1 }) === undefined) served += 1;
    return served === 97;
  }, 15_000);
  await settled(living);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ spendable: 0n, debt: 0n });
  await shop.expectSound();
});

test("C10 a node that slept for 40 s admits nothing before it has a new id; what ran settles once", async () => {
  const shop = await openShop();
  const real = createClock();
  let asleep = 0;
  const node = await shop.node({ clock: { now: real.now, monotonic: () => real.monotonic() + asleep } });
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  const running = askFor(customer, sold);
  const hold = await admitted(node, running);
  const before = node.nodeId;
  asleep = 40_000;
  expect(node.ready).toBe(false);
  expect(await refused(node, askFor(customer, sold))).toMatchObject({ refused: "billing-unavailable" });
  await hold.finish(recordFor(running, sold, { request: 1 }));
  await until(() => node.ready, 8_000);
  expect(node.nodeId).not.toBe(before);
  expect(await serve(node, customer, sold, { request: 1 })).toBeUndefined();
  await settled(node);
  expect(await shop.charges(customer.walletId)).toHaveLength(2);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(9.8), leased: 0n });
  await shop.expectSound();
});

test("C16 random requests over three nodes never take a wallet below zero when the byte bound is held", async () => {
  const shop = await openShop();
  const nodes = await Promise.all(Array.from({ length: 3 }, () => shop.node({ settings: () => ({ overdraftNano: 0n, guardExact: true }) })));
  const sold = await shop.model({ items: { input: "1000000", output: "10000000" } });
  const customers = await Promise.all(Array.from({ length: 20 }, () => shop.customer(usd(0.02))));
  let lowest = 0n;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const { rows: [row] } = await shop.db.pool.query<{ most: bigint }>("SELECT max(debt_nano) AS most FROM wallets");
      if (row!.most > lowest) lowest = row!.most;
      await pause(50);
    }
  })();
  let served = 0;
  await Promise.all(Array.from({ length: 12 }, async (_, worker) => {
    for (let i = 0; i < 150; i++) {
      const customer = customers[(worker * 7 + i) % customers.length]!;
      const maxOutputTokens = 50 + Math.floor(Math.random() * 300);
      const inputTokensMax = Math.floor(Math.random() * 500);
      const used = { input: Math.floor(Math.random() * inputTokensMax), output: Math.floor(Math.random() * maxOutputTokens) };
      if (await serve(nodes[worker % 3]!, customer, sold, used, { producesTokens: true, maxOutputTokens, inputTokensMax }) === undefined) served += 1;
    }
  }));
  watching = false;
  await watch;
  for (const node of nodes) await settled(node);
  expect(served).toBeGreaterThan(100);
  expect(lowest).toBe(0n);
  await shop.expectSound();
}, 60_000);

test("D11 a record that the database refuses is put aside; the other 255 settle", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const records = Array.from({ length: 256 }, () => recordFor(askFor(customer, sold), sold, { request: 1 }));
  records[100] = { ...records[100]!, sumPico: pico(1n) };
  await Promise.all(records.map((record) => node.record(record)));
  await settled(node);
  expect(await shop.charges(customer.walletId)).toHaveLength(255);
  const { rows } = await shop.db.pool.query("SELECT request_id, wallet_id FROM settle_dead_letters");
  expect(rows).toEqual([{ request_id: records[100].id, wallet_id: customer.walletId }]);
  expect(shop.logged.some(({ msg }) => msg === "a charge cannot be settled and is put aside")).toBe(true);
  await node.close();
  expect(readdirSync(shop.journalRoot)).toEqual([]);
  await shop.expectSound();
});

test("a charge on a wallet that does not exist is put aside too", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const good = await shop.customer(usd(1));
  await Promise.all([good, { ...good, walletId: uuidv7() }].map((customer) => node.record(recordFor(askFor(customer, sold), sold, { request: 1 }))));
  await settled(node);
  expect(await shop.charges(good.walletId)).toHaveLength(1);
  expect((await shop.db.pool.query("SELECT 1 FROM settle_dead_letters")).rowCount).toBe(1);
});

test("the same request handed over twice is charged once", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  const record = recordFor(askFor(customer, sold), sold, { request: 1 });
  await node.record(record);
  await settled(node);
  await Promise.all([node.record(record), node.record(recordFor(askFor(customer, sold), sold, { request: 1 }))]);
  await settled(node);
  expect(await shop.charges(customer.walletId)).toHaveLength(2);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(0.8) });
  await shop.expectSound();
});

test("D10 a charge belongs to the month of its admission; one without a partition waits and is not lost", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  const inMonths = (n: number): number => Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + n, 1) - 1_000;
  const months = [0, 1, 8].map(inMonths); // the last second of last month, of this, and of one far ahead
  await Promise.all(months.map((at) => node.record(recordFor({ ...askFor(customer, sold), requestId: uuidv7(at) }, sold, { request: 1 }))));
  await until(async () => (await shop.charges(customer.walletId)).length === 2, 20_000);
  await until(() => node.backlog === 1, 20_000);
  expect(shop.logged.some(({ msg }) => String(msg).includes("no partition"))).toBe(true);
  await asAdmin(shop.db, async (admin) => void await admin.query("SELECT mm_make_partitions(9)"));
  await settled(node);
  const { rows } = await shop.db.pool.query<{ table: string }>("SELECT tableoid::regclass::text AS table FROM charges ORDER BY at");
  expect(rows.map(({ table }) => table)).toEqual(months.map((at) => `charges_${new Date(at).toISOString().slice(0, 7).replace("-", "_")}`));
  await shop.expectSound();
});

test.each(["begun", "written", "committed"] as const)("W6 a connection lost when the batch is %s: written once", async (point) => {
  const shop = await openShop();
  let failures = point === "committed" ? 1 : 2;
  const node = await shop.node({
    faults: { settlement: (at) => { if (at === point && failures-- > 0) throw new Error("Connection terminated unexpectedly"); } },
  });
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  for (let i = 0; i < 5; i++) await serve(node, customer, sold, { request: 1 });
  await settled(node);
  expect(failures).toBeLessThan(1);
  expect(await shop.charges(customer.walletId)).toHaveLength(5);
  expect(await serve(node, customer, sold, { request: 1 })).toBeUndefined();
  await settled(node);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(9.4), leased: 0n });
  await shop.expectSound();
});

test("D7 without a journal the end of the answer waits for the commit", async () => {
  const shop = await openShop();
  let committed = false;
  const node = await shop.node({
    journalDir: undefined,
    faults: { settlement: async (at) => { if (at === "written") await pause(300); if (at === "committed") committed = true; } },
  });
  const sold = await shop.model(PER_CALL);
  expect(await serve(node, await shop.customer(usd(10)), sold, { request: 1 })).toBeUndefined();
  expect(committed).toBe(true);
});

test("D6 a full disk: requests are refused from the turn on in which it shows, running ones end after their commit, and all is well when space returns", async () => {
  const shop = await openShop();
  const fs = await import("node:fs");
  let full = false;
  const node = await shop.node({ faults: { writeSync: (fd, data) => {
    if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    return fs.writeSync(fd, data);
  } } });
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  const running = askFor(customer, sold);
  const hold = await admitted(node, running);
  full = true;
  const finder = askFor(customer, sold); // its record is the first that the disk does not take
  const found = await admitted(node, finder);
  await pause(1);
  expect(await refused(node, askFor(customer, sold))).toMatchObject({ refused: "billing-unavailable" });
  await hold.finish(recordFor(running, sold, { request: 1 }));
  expect(await shop.charges(customer.walletId)).toHaveLength(1);
  await found.finish(recordFor(finder, sold, { request: 1 }));
  expect(await shop.charges(customer.walletId)).toHaveLength(2);
  expect(await refused(node, askFor(customer, sold))).toMatchObject({ refused: "billing-unavailable" });
  full = false;
  await until(() => node.ready);
  expect(await serve(node, customer, sold, { request: 1 })).toBeUndefined();
  await settled(node);
  await node.close();
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(9.7), leased: 0n });
  expect(readdirSync(shop.journalRoot)).toEqual([]);
  await shop.expectSound();
});

/** The journal and lease of a process that died: one request ended, one still open. */
async function deadNode(shop: Shop): Promise<{ dir: string; walletId: string; done: string; open: string }> {
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  const nodeId = uuidv7();
  const gone = { ...readHostIdentity(), pidStart: "1" };
  await registerNode(shop.db.pool, { id: nodeId, host: gone.host, pid: gone.pid, role: "all", version: "" });
  await takeWallet(shop.db.pool, customer.walletId, { nodeId, least: 1n, want: 1n, nodes: 1 });
  const journal = openJournal({ root: shop.journalRoot, nodeId, identity: gone, log: quiet, monotonic: () => performance.now() });
  const [ended, left] = [askFor(customer, sold), askFor(customer, sold)];
  for (const ask of [ended, left]) {
    journal.open({ id: ask.requestId, walletId: ask.walletId, userId: ask.userId, keyId: ask.keyId!, modelId: ask.modelId, endpoint: "chat", stream: false, card: ask.card, holdNano: usd(0.1), inputTokensMax: 7 });
  }
  journal.done(recordFor(ended, sold, { request: 1 }, { budgets: [{ scope: `key:${customer.keyId}`, period: "day", startsAtMs: 0 }] }));
  await journal.written();
  return { dir: path.join(shop.journalRoot, nodeId), walletId: customer.walletId, done: ended.requestId, open: left.requestId };
}

test("W4 a start settles the journal of a dead process of this machine, and gives its leases back", async () => {
  const shop = await openShop();
  const { walletId, done, open } = await deadNode(shop);
  const node = await shop.node();
  expect(await shop.charges(walletId)).toMatchObject([{ id: done, charge: usd(0.1), outcome: "ok" }, { id: open, charge: 0n, outcome: "interrupted" }]);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(9.9), leased: 0n });
  expect(readdirSync(shop.journalRoot)).toEqual([node.nodeId]);
  await shop.expectSound();
});

test("D8 two processes replay one folder, and two copies of it at once: settled once", async () => {
  const shop = await openShop();
  const { dir, walletId } = await deadNode(shop);
  const other = mkdtempSync(path.join(os.tmpdir(), "mm-copy-"));
  cpSync(dir, path.join(other, path.basename(dir)), { recursive: true });
  const store = createBillingStore({ pool: shop.db.pool, settlePool: shop.db.pool, lowBalanceNano: () => 0n }).replay(quiet);
  await Promise.all([shop.journalRoot, shop.journalRoot, other, other].map((root) =>
    replayDead({ root, identity: readHostIdentity(), store, log: quiet, claimId: uuidv7() })));
  expect(await shop.charges(walletId)).toHaveLength(2);
  expect(await shop.wallet(walletId)).toMatchObject({ paid: usd(9.9), leased: 0n });
  expect([readdirSync(shop.journalRoot), readdirSync(other)]).toEqual([[], []]);
  rmSync(other, { recursive: true });
  await shop.expectSound();
});

test("W7 a claim whose process died is taken over", async () => {
  const shop = await openShop();
  const { dir, walletId } = await deadNode(shop);
  cpSync(dir, `${dir}.by-${uuidv7()}`, { recursive: true });
  rmSync(dir, { recursive: true });
  await shop.node();
  expect(await shop.charges(walletId)).toHaveLength(2);
});

test("D4 a damaged journal is left for a person, who can look into it and settle the rest; the shop starts meanwhile", async () => {
  const shop = await openShop();
  const { dir, walletId, done } = await deadNode(shop);
  const fs = await import("node:fs");
  const file = path.join(dir, "00000001.mmj");
  const bytes = fs.readFileSync(file);
  bytes[bytes.indexOf('"k":"O"') + 12]! ^= 1;
  fs.writeFileSync(file, bytes);
  const node = await shop.node();
  expect(shop.logged.some(({ msg }) => String(msg).includes("cannot be replayed"))).toBe(true);
  expect(await shop.charges(walletId)).toEqual([]);
  const left = readdirSync(shop.journalRoot).find((name) => name !== node.nodeId)!;
  const [printed, complaints]: [string[], string[]] = [[], []];
  expect(inspect(path.join(shop.journalRoot, left), (text) => printed.push(text))).toBe(1);
  const store = createBillingStore({ pool: shop.db.pool, settlePool: shop.db.pool, lowBalanceNano: () => 0n }).replay(quiet);
  const deps = { store, log: quiet, print: (text: string) => void printed.push(text), complain: (text: string) => void complaints.push(text) };
  const order = { command: "replay", dir: path.join(shop.journalRoot, left), skipDamaged: false, force: false } as const;
  expect(await replay(order, deps)).toBe(1);
  expect(complaints.at(-1)).toContain("--skip-damaged");
  expect(await replay({ ...order, skipDamaged: true }, deps)).toBe(0);
  expect((await shop.charges(walletId)).map(({ id }) => id)).toContain(done);
  await shop.expectSound();
});

test("a folder of another machine is taken only when its node has been silent", async () => {
  const shop = await openShop();
  const { dir, walletId } = await deadNode(shop);
  writeLock(dir, { ...readHostIdentity(), host: "elsewhere", node: path.basename(dir) });
  await (await shop.node()).close();
  expect(await shop.charges(walletId)).toEqual([]);
  await shop.db.pool.query("UPDATE relay_nodes SET heartbeat_at = now() - interval '31 s'");
  await shop.node();
  expect(await shop.charges(walletId)).toHaveLength(2);
});

test("a node that dies gives its share of a spending limit back as well", async () => {
  const shop = await openShop();
  const [dead, living] = [await shop.node(), await shop.node()];
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(100));
  const budgets = [limit(`key:${customer.keyId}`, usd(1))];
  expect(await serve(dead, customer, sold, { request: 1 }, { budgets })).toBeUndefined();
  await settled(dead);
  const id = dead.nodeId;
  await dead.kill();
  await shop.db.pool.query("UPDATE relay_nodes SET heartbeat_at = now() - interval '31 s' WHERE id = $1", [id]);
  let served = 1;
  await until(async () => {
    while (await serve(living, customer, sold, { request: 1 }, { budgets }) === undefined) served += 1;
    return served === 10;
  }, 15_000);
  await settled(living);
  const { rows } = await shop.db.pool.query("SELECT spent_nano, leased_nano FROM budget_windows WHERE period = 'day'");
  expect(rows).toMatchObject([{ spent_nano: usd(1), leased_nano: 0n }]);
});

test("a falling balance leaves work for the web half once", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model({ items: { request: "1000000000000" } });
  const customer = await shop.customer(usd(7));
  for (let i = 0; i < 4; i++) {
    await serve(node, customer, sold, { request: 1 });
    await settled(node);
  }
  const { rows } = await shop.db.pool.query("SELECT kind, payload FROM outbox");
  expect(rows).toEqual([{ kind: "low_balance", payload: { wallet_id: customer.walletId } }]);
});

test("the ledger command tells sound books from broken ones, and a wallet's story", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(5));
  await serve(node, customer, sold, { request: 1 });
  await settled(node);
  const said: string[] = [];
  const deps = { pool: shop.db.pool, print: (text: string) => void said.push(text), complain: (text: string) => void said.push(text) };
  expect(await main(["check", "--json"], deps)).toBe(0);
  expect(JSON.parse(said.pop()!)).toMatchObject({ ok: true, invariants: expect.arrayContaining([{ id: "I1", rows: 0, sample: [], says: expect.any(String) }]) });
  expect(await main(["explain", customer.walletId], deps)).toBe(0);
  expect(said.join("\n")).toMatch(/paid\s+4\.90\s+4\.90\n/);
  await asAdmin(shop.db, async (admin) => void await admin.query("SET session_replication_role = replica; UPDATE wallets SET paid_nano = paid_nano + 1"));
  expect(await main(["check"], deps)).toBe(1);
  expect(await main(["explain", customer.walletId], deps)).toBe(1);
  expect(await main(["explain", "nobody"], deps)).toBe(1);
  expect(await main(["chekc"], deps)).toBe(2);
});
