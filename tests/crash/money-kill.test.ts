import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openShop, settled, usd, type Shop } from "../integration/money/shop.ts";
import type { ChildOrder } from "./money-child.ts";

const ROUNDS = 6;

test(`D1 a relay process killed at random moments, ${ROUNDS} times: every answer that ended is charged once, every admitted request has a row`, async () => {
  const shop = await openShop();
  const customers = await Promise.all(Array.from({ length: 5 }, () => shop.customer(usd(1_000))));
  const walletIds = customers.map(({ walletId }) => walletId);
  const sold = await shop.model({ items: { request: "1000000000" } });
  const order = { url: shop.db.url, journalDir: shop.journalRoot, walletIds, modelId: sold.modelId, versionId: sold.price.versionId.toString() };
  const said = { open: new Set<string>(), done: new Set<string>() };
  for (let round = 0; round < ROUNDS; round++) {
    await killSoon(order, 100 + Math.random() * 400, said);
    // The killed process left its lease and its journal; the next start of this machine takes both over before it serves.
    const next = await shop.node();
    await settled(next);
    const { rows } = await shop.db.pool.query<{ node_id: string }>("SELECT DISTINCT node_id FROM wallet_leases");
    expect(rows.filter(({ node_id: node }) => node !== next.nodeId)).toEqual([]);
    await next.close();
    expect(fs.readdirSync(shop.journalRoot)).toEqual([]);
  }
  expect(said.done.size).toBeGreaterThan(100);
  await expectCharged(shop, said);
  for (const { walletId } of customers) expect((await shop.wallet(walletId)).leased).toBe(0n);
  await shop.expectSound();
}, 120_000);

async function expectCharged(shop: Shop, said: { open: Set<string>; done: Set<string> }): Promise<void> {
  const { rows } = await shop.db.pool.query<{ id: string; charge: bigint; outcome: string; n: number }>(
    "SELECT id, max(charge_nano) AS charge, max(outcome) AS outcome, count(*)::int AS n FROM charges GROUP BY id");
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
  expect([...said.done].filter((id) => byId.get(id)?.charge !== 1_000_000n)).toEqual([]);
  expect([...said.open].filter((id) => !byId.has(id))).toEqual([]);
  for (const { outcome, charge } of rows) expect(charge).toBe(outcome === "ok" ? 1_000_000n : 0n);
  expect(rows.filter(({ id, outcome }) => outcome === "interrupted" && said.done.has(id))).toEqual([]);
}

/** Runs the child until some time after it is ready, then kills it without a warning. */
function killSoon(order: ChildOrder, afterMs: number, said: { open: Set<string>; done: Set<string> }): Promise<void> {
  const script = fileURLToPath(new URL("./money-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(order)], { cwd: path.resolve("."), stdio: ["ignore", "pipe", "pipe"] });
  let rest = "";
  let complaint = "";
  child.stderr.on("data", (data: Buffer) => { complaint += data; });
  child.stdout.on("data", (data: Buffer) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const [word, id] = line.split(" ");
      if (word === "ready") setTimeout(() => child.kill("SIGKILL"), afterMs);
      else if (word === "open" || word === "done") said[word].add(id!);
    }
  });
  return new Promise((resolve, reject) => child.on("close", (_code, signal) => (signal === "SIGKILL" ? resolve() : reject(new Error(complaint)))));
}
