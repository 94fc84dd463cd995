import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, expect } from "vitest";
import { nano, pico, type Nano } from "#money/amount.ts";
import { isRefusal, type Ask, type Billing, type BudgetLimit, type Hold, type Refusal } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { createBilling, type BillingDeps } from "#money/create-billing.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { creditWallet, ensureWallet } from "#money/ledger.store.ts";
import { compilePrice, priceUsage, type CompiledPrice, type PriceDocument } from "#money/price.ts";
import { totalInputTokens, type Quantities } from "#money/usage.ts";
import { createClock } from "#platform/clock.ts";
import { createListener, type Listener } from "#platform/db/listen.ts";
import { createPool } from "#platform/db/pool.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog, type Log } from "#platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

export const USD = 1_000_000_000n;
export const usd = (amount: number): Nano => nano(BigInt(Math.round(amount * 1e9)));

/** $0.10 a call. */
export const PER_CALL: PriceDocument = { items: { request: "100000000000" } };
/** $10 per million output tokens, input free. */
export const OUTPUT_ONLY: PriceDocument = { items: { input: "0", output: "10000000" } };
export const FREE: PriceDocument = { items: { input: "0", output: "0" } };

export type Customer = Readonly<{ userId: string; walletId: string; keyId: string }>;
export type Sold = Readonly<{ modelId: string; price: CompiledPrice }>;

export type Shop = Readonly<{
  db: TestDatabase;
  /** Lines of the log, as objects. */
  logged: Record<string, unknown>[];
  journalRoot: string;
  node(over?: Partial<BillingDeps>): Promise<Billing & { kill(): Promise<void> }>;
  customer(credit?: Nano): Promise<Customer>;
  model(document: PriceDocument): Promise<Sold>;
  wallet(walletId: string): Promise<Record<"paid" | "lots" | "debt" | "leased" | "spendable", bigint>>;
  charges(walletId: string): Promise<{ id: string; charge: bigint; outcome: string; paid: bigint; lots: bigint; debt: bigint }[]>;
  credit(walletId: string, amount: Nano): Promise<void>;
  expectSound(): Promise<void>;
}>;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A fresh database with a model or two, and any number of relay nodes over it. Everything ends with the test. */
export const openShop = async (): Promise<Shop> => openShopOn(await createTestDatabase());

/** The same over a database that is there already. */
export async function openShopOn(db: TestDatabase): Promise<Shop> {
  const journalRoot = fs.mkdtempSync(path.join(os.tmpdir(), "mm-journal-"));
  const logged: Record<string, unknown>[] = [];
  const log: Log = createLog({ level: "debug", format: "json", destination: { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) } });
  cleanups.push(async () => {
    await db.drop();
    fs.rmSync(journalRoot, { recursive: true, force: true });
  });
  const walletRow = async (walletId: string) => {
    const { rows: [row] } = await db.pool.query(
      `SELECT paid_nano AS paid, lots_nano AS lots, debt_nano AS debt, leased_nano AS leased, paid_nano + lots_nano - debt_nano AS spendable FROM wallets WHERE id = $1`, [walletId]);
    return row as Record<"paid" | "lots" | "debt" | "leased" | "spendable", bigint>;
  };
  return {
    db, logged, journalRoot,
    node: (over = {}) => openNode(db, journalRoot, log, over),
    wallet: walletRow,
    model: (document) => sell(db, document),
    async customer(credit = nano(0n)) {
      const userId = uuidv7();
      const walletId = await withTransaction(db.pool, (client) => ensureWallet(client, { type: "user", id: userId }));
      if (credit > 0n) await give(db, walletId, credit);
      return { userId, walletId, keyId: uuidv7() };
    },
    credit: (walletId, amount) => give(db, walletId, amount),
    async charges(walletId) {
      const { rows } = await db.pool.query(
        "SELECT id, charge_nano AS charge, outcome, paid_nano AS paid, lots_nano AS lots, debt_nano AS debt FROM charges WHERE wallet_id = $1 ORDER BY id", [walletId]);
      return rows;
    },
    async expectSound() {
      const broken = (await checkInvariants(db.pool)).filter(({ rows }) => rows > 0);
      expect(broken).toEqual([]);
    },
  };
}

async function openNode(db: TestDatabase, journalDir: string, log: Log, over: Partial<BillingDeps>): Promise<Billing & { kill(): Promise<void> }> {
  const pool = createPool(db.url, { name: "relay", max: 8 });
  const settlePool = createPool(db.url, { name: "settlement", max: 2 });
  const listener: Listener = await createListener(db.url, { log, onReconnect: () => undefined });
  const billing = await createBilling({
    pool, settlePool, listener, clock: createClock(), log, journalDir, settings: () => ({ overdraftNano: 0n, guardExact: false }), ...over,
  });
  let open = true;
  const shut = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await listener.close();
    await Promise.all([pool.end(), settlePool.end()]);
  };
  cleanups.push(async () => {
    if (open) await billing.close();
    await shut();
  });
  return Object.assign(billing, { kill: shut });
}

async function give(db: TestDatabase, walletId: string, amount: Nano): Promise<void> {
  await withTransaction(db.pool, (client) => creditWallet(client, { walletId, bucket: "paid", amount, from: "equity:opening", kind: "opening", key: `test:${uuidv7()}` }));
}

async function sell(db: TestDatabase, document: PriceDocument): Promise<Sold> {
  const modelId = uuidv7();
  await db.pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [modelId, `model-${modelId}`]);
  const { rows: [row] } = await db.pool.query<{ id: bigint }>(
    "INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, now() - interval '1 day', $2) RETURNING id", [modelId, JSON.stringify(document)]);
  return { modelId, price: compilePrice({ versionId: row!.id, document, multipliers: [] }) };
}

/** A question as the relay asks it. */
export function askFor({ userId, walletId, keyId }: Customer, { modelId, price }: Sold, over: Partial<Ask> = {}): Ask {
  const now = Date.now();
  return {
    requestId: uuidv7(), admittedAtMs: now, walletId, userId, keyId, modelId, endpoint: "chat", card: price.worst(over.inputTokensMax ?? 0, now),
    stream: false, inputTokensMax: 0, candidates: 1, producesTokens: false, budgets: [], ...over,
  };
}

/** What the relay writes down when the request has ended. */
export function recordFor(ask: Ask, { price }: Sold, quantities: Quantities, over: Partial<ChargeRecord> = {}): ChargeRecord {
  const card = price.card(totalInputTokens(quantities), ask.admittedAtMs);
  const charge = priceUsage(card, quantities);
  return {
    id: ask.requestId, walletId: ask.walletId, userId: ask.userId, ...(ask.keyId && { keyId: ask.keyId }), modelId: ask.modelId, card, outcome: "ok",
    usageSource: "upstream", quantities: charge.quantities, sumPico: charge.sumPico, chargeNano: charge.chargeNano, costPico: pico(0n), flags: 0,
    endpoint: ask.endpoint, stream: ask.stream, httpStatus: 200, holdNano: nano(0n), attempts: [],
    budgets: ask.budgets.map(({ scope, period, startsAtMs }) => ({ scope, period, startsAtMs })), ...over,
  };
}

/** Admission that must succeed. */
export async function admitted(billing: Billing, ask: Ask): Promise<Hold> {
  const answer = await billing.admit(ask);
  if (isRefusal(answer)) throw new Error(`refused: ${JSON.stringify(answer, (_key, value) => (typeof value === "bigint" ? `${value}` : value))}`);
  return answer;
}

export async function refused(billing: Billing, ask: Ask): Promise<Refusal> {
  const answer = await billing.admit(ask);
  if (!isRefusal(answer)) throw new Error("admitted");
  return answer;
}

/** One request from admission to the end of its answer; undefined when it was refused. */
export async function serve(billing: Billing, customer: Customer, sold: Sold, quantities: Quantities, over: Partial<Ask> = {}): Promise<Refusal | undefined> {
  const ask = askFor(customer, sold, over);
  const answer = await billing.admit(ask);
  if (isRefusal(answer)) return answer;
  await answer.finish(recordFor(ask, sold, quantities));
  return undefined;
}

export const limit = (scope: string, limitNano: bigint, over: Partial<BudgetLimit> = {}): BudgetLimit =>
  ({ scope, period: "day", startsAtMs: Date.UTC(2026, 0, 1), limitNano: nano(limitNano), ...over });

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; ;) {
    if (await condition()) return;
    if (performance.now() > deadline) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const settled = (billing: Billing): Promise<void> => until(() => billing.backlog === 0, 20_000);

/** A superuser's connection, to break what nobody else can. */
export async function asAdmin(db: TestDatabase, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: db.adminUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
