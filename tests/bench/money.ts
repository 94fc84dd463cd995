// How dear is money? Microseconds of one admission and its end (hold, journal, queue), and settlements a second on an
// embedded PostgreSQL with default durability, everything on the cores of this machine.
//   node tests/bench/money.ts [requests]
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isRefusal, type Ask, type Billing } from "#money/billing.ts";
import { nano, pico } from "#money/amount.ts";
import { createBilling } from "#money/create-billing.ts";
import { creditWallet, ensureWallet } from "#money/ledger.store.ts";
import { compilePrice, priceUsage } from "#money/price.ts";
import { totalInputTokens } from "#money/usage.ts";
import { createClock } from "#platform/clock.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { createListener } from "#platform/db/listen.ts";
import { migrate } from "#platform/db/migrate.ts";
import { createPool } from "#platform/db/pool.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";

const requests = Number(process.argv[2] ?? 50_000);
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "mm-bench-"));
const postgres = await ensurePostgres(dataDir);
try {
  await migrate(postgres.ownerUrl, path.resolve("prisma/migrations"));
  for (const wallets of [1, 200, 5_000]) await measure(wallets);
} finally {
  await postgres.stop({ force: true });
  fs.rmSync(dataDir, { recursive: true, force: true });
}

async function measure(wallets: number): Promise<void> {
  const log = createLog({ level: "warn", format: "json" });
  const pool = createPool(postgres.ownerUrl, { name: "bench", max: 8 });
  const settlePool = createPool(postgres.ownerUrl, { name: "settlement", max: 2 });
  const listener = await createListener(postgres.ownerUrl, { log, onReconnect: () => undefined });
  const modelId = uuidv7();
  const document = { items: { input: "2500000", cache_read: "1250000", output: "10000000" } };
  await pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [modelId, modelId]);
  const { rows } = await pool.query<{ id: bigint }>("INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, now(), $2) RETURNING id", [modelId, document]);
  const price = compilePrice({ versionId: rows[0]!.id, document, multipliers: [] });
  const channelId = uuidv7();
  const customers: { userId: string; walletId: string; keyId: string }[] = [];
  for (let i = 0; i < wallets; i++) customers.push(await withTransaction(pool, async (client) => {
    const userId = uuidv7();
    const walletId = await ensureWallet(client, { type: "user", id: userId });
    await creditWallet(client, { walletId, bucket: "paid", amount: nano(100_000_000_000_000n), from: "equity:opening", kind: "opening", key: walletId });
    return { userId, walletId, keyId: uuidv7() };
  }));
  const billing = await createBilling({
    pool, settlePool, listener, clock: createClock(), log, journalDir: path.join(dataDir, "journal"), settings: () => ({ overdraftNano: 0n, guardExact: false }),
  });

  const one = async (i: number): Promise<void> => {
    const customer = customers[i % wallets]!;
    const now = Date.now();
    const ask: Ask = {
      requestId: uuidv7(), admittedAtMs: now, ...customer, modelId, endpoint: "chat", card: price.worst(2_000, now), stream: true,
      inputTokensMax: 2_000, maxOutputTokens: 1_000, candidates: 1, producesTokens: true, budgets: [],
    };
    const hold = await billing.admit(ask);
    if (isRefusal(hold)) throw new Error(hold.refused);
    const quantities = { request: 1, input: 1_000, cache_read: 200, output: 300 };
    const card = price.card(totalInputTokens(quantities), now);
    const charge = priceUsage(card, quantities);
    await hold.finish({
      id: ask.requestId, walletId: ask.walletId, userId: ask.userId, keyId: customer.keyId, modelId, channelId, card, outcome: "ok", usageSource: "upstream",
      quantities: charge.quantities, sumPico: charge.sumPico, chargeNano: charge.chargeNano, costPico: pico(1_000n), flags: 0, endpoint: "chat", stream: true,
      httpStatus: 200, modelAsked: "gpt-4o-mini", finish: "stop", holdNano: hold.heldNano, detail: { dialect: "openai-chat" }, latencyMs: 900, ttftMs: 200, budgets: [],
      attempts: [{ channelId, upstreamModel: "gpt-4o-mini", status: 200, latencyMs: 900, ttftMs: 200, costPico: pico(1_000n) }],
    });
  };
  await drive(Math.min(requests, 5_000), billing, one); // warm
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await drive(requests, billing, one);
  const handedMs = performance.now() - startedMs;
  const used = process.cpuUsage(cpu);
  while (billing.backlog > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const settledMs = performance.now() - startedMs;
  console.log(`${wallets} wallets: ${Math.round(requests / (settledMs / 1_000))} settlements/s; node CPU ${((used.user + used.system) / requests).toFixed(1)} us a request with its settlement; handed over after ${Math.round(handedMs)} ms of ${Math.round(settledMs)}`);

  // The same without the settler in the way: synchronous part alone.
  const burst = 2_000;
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: burst }, (_, i) => one(i)));
  const after = process.cpuUsage(before);
  console.log(`  admit + finish in bursts: ${((after.user + after.system) / burst).toFixed(1)} us`);
  await billing.close();
  await listener.close();
  await Promise.all([pool.end(), settlePool.end()]);
}

/** 64 requests at a time; waits while the settler is far behind, as back pressure would. */
async function drive(count: number, billing: Billing, one: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i += 64) {
    await Promise.all(Array.from({ length: Math.min(64, count - i) }, (_, j) => one(i + j)));
    while (billing.backlog > 8_000) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
