import type { Pool, PoolClient } from "pg";
import type { BudgetLimit } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { LOW_BALANCE_NANO, windowKey } from "#money/settle-batch.ts";
import { writeBatch } from "#money/settlement.store.ts";
import { eachWindow } from "#money/windows.ts";
import { notify } from "#platform/db/listen.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";

export type DurableKind = "task" | "batch";

export type ParkAsk = Readonly<{
  /** The request's id; its charge will have the same. */
  id: string;
  walletId: string;
  /** Whose leases pay for it as far as they reach; the rest comes from what nobody has leased. */
  nodeId: string;
  amount: bigint;
  kind: DurableKind;
  expiresAtMs: number;
  budgets: readonly BudgetLimit[];
}>;

/** What was taken of this node's leases, by the book's keys; or the scope that has too little, and how much that is. */
export type Parked = Readonly<{ taken: ReadonlyMap<string, bigint>; short?: undefined } | { short: string; freeNano: bigint; taken?: undefined }>;

class Short extends Error {
  override readonly name = "Short";
  readonly key: string;
  readonly freeNano: bigint;

  constructor(key: string, freeNano: bigint) {
    super("there is too little");
    this.key = key;
    this.freeNano = freeNano > 0n ? freeNano : 0n;
  }
}

/**
 * Sets money aside that outlives this process, in one transaction with what else the caller writes.
 *
 * @param ask an amount of 0 sets nothing aside
 */
export async function parkHold(pool: Pool, ask: ParkAsk, write: (client: PoolClient) => Promise<void>): Promise<Parked> {
  try {
    return await withTransaction(pool, async (client) => {
      const taken = ask.amount > 0n ? await park(client, ask) : new Map<string, bigint>();
      await write(client);
      return { taken };
    });
  } catch (error) {
    if (error instanceof Short) return { short: error.key, freeNano: error.freeNano };
    throw error;
  }
}

/** Locks in the order of settlements: wallet, its lease, then spending windows. @throws Short */
async function park(client: PoolClient, ask: ParkAsk): Promise<Map<string, bigint>> {
  const { id, walletId, nodeId, amount } = ask;
  const taken = new Map<string, bigint>();
  const { rows: [wallet] } = await client.query<{ free: bigint }>(
    "SELECT paid_nano + lots_nano + credit_limit_nano - debt_nano - leased_nano AS free FROM wallets WHERE id = $1 AND status = 'active' FOR UPDATE", [walletId]);
  const { rows: [lease] } = await client.query<{ amount: bigint }>(
    "SELECT amount_nano AS amount FROM wallet_leases WHERE wallet_id = $1 AND node_id = $2 FOR UPDATE", [walletId, nodeId]);
  const share = shareOf(amount, lease?.amount);
  if (!wallet || amount - share > wallet.free) throw new Short(walletId, share + (wallet?.free ?? 0n));
  if (share > 0n) await client.query("UPDATE wallet_leases SET amount_nano = amount_nano - $3 WHERE wallet_id = $1 AND node_id = $2", [walletId, nodeId, share]);
  await client.query("UPDATE wallets SET leased_nano = leased_nano + $2 WHERE id = $1", [walletId, amount - share]);
  await client.query("INSERT INTO holds (id, wallet_id, amount_nano, kind, expires_at) VALUES ($1, $2, $3, $4, $5)", [id, walletId, amount, ask.kind, new Date(ask.expiresAtMs)]);
  taken.set(walletId, share);
  for (const [key, budget] of windowsOf(ask.budgets)) taken.set(key, await parkBudget(client, ask, key, budget));
  return taken;
}

const shareOf = (amount: bigint, lease: bigint | undefined): bigint => (lease === undefined ? 0n : lease < amount ? lease : amount);

const startOf = ({ period, startsAtMs }: BudgetLimit): Date => new Date(period === "total" ? 0 : startsAtMs);

/** Each window once, in the order in which settlements lock them. */
const windowsOf = (budgets: readonly BudgetLimit[]): readonly (readonly [key: string, budget: BudgetLimit])[] =>
  eachWindow(budgets).map((budget) => [windowKey(budget.scope, budget.period, budget.startsAtMs), budget] as const).sort(([a], [b]) => (a < b ? -1 : 1));

/** @returns what the node's lease paid */
async function parkBudget(client: PoolClient, { id, nodeId, amount }: ParkAsk, key: string, budget: BudgetLimit): Promise<bigint> {
  const window = [budget.scope, budget.period, startOf(budget)];
  await client.query("INSERT INTO budget_windows (scope, period, starts_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", window);
  const { rows: [found] } = await client.query<{ free: bigint }>(
    "SELECT $4::bigint - spent_nano - leased_nano AS free FROM budget_windows WHERE scope = $1 AND period = $2 AND starts_at = $3 FOR UPDATE", [...window, budget.limitNano]);
  const { rows: [lease] } = await client.query<{ amount: bigint }>(
    "SELECT amount_nano AS amount FROM budget_leases WHERE scope = $1 AND period = $2 AND starts_at = $3 AND node_id = $4 FOR UPDATE", [...window, nodeId]);
  const share = shareOf(amount, lease?.amount);
  if (amount - share > found!.free) throw new Short(key, share + found!.free);
  if (share > 0n) {
    await client.query("UPDATE budget_leases SET amount_nano = amount_nano - $5 WHERE scope = $1 AND period = $2 AND starts_at = $3 AND node_id = $4", [...window, nodeId, share]);
  }
  await client.query("UPDATE budget_windows SET leased_nano = leased_nano + $4 WHERE scope = $1 AND period = $2 AND starts_at = $3", [...window, amount - share]);
  await client.query("INSERT INTO hold_budgets (hold_id, scope, period, starts_at, amount_nano) VALUES ($1, $2, $3, $4, $5)", [id, ...window, amount]);
  return share;
}

/** Settlements that no node's lease pays for name this one. */
const NO_NODE = "00000000-0000-0000-0000-000000000000";

/**
 * Ends durable work inside the caller's transaction: its hold is over and its charge, which may be 0, is in the books.
 * Whoever calls makes sure that it happens once; a hold that somebody else has closed adds nothing to that.
 */
export async function settleDurable(client: PoolClient, record: ChargeRecord, lowBalanceNano = LOW_BALANCE_NANO): Promise<void> {
  const { id, walletId } = record;
  await client.query("SELECT 1 FROM wallets WHERE id = $1 FOR UPDATE", [walletId]);
  const { rows: [hold] } = await client.query<{ amount: bigint }>(
    "UPDATE holds SET state = $2, closed_at = now() WHERE id = $1 AND state = 'open' RETURNING amount_nano AS amount", [id, record.chargeNano > 0n ? "settled" : "released"]);
  if (hold) await client.query("UPDATE wallets SET leased_nano = leased_nano - $2 WHERE id = $1", [walletId, hold.amount]);
  await writeBatch(client, {
    settlementId: uuidv7(), nodeId: NO_NODE, records: [record], known: { cards: new Set(), accounts: new Map() }, hasBudgetLeases: false, lowBalanceNano,
  });
  if (hold) {
    await client.query(
      `UPDATE budget_windows b SET leased_nano = b.leased_nano - h.amount_nano FROM hold_budgets h
        WHERE h.hold_id = $1 AND (h.scope, h.period, h.starts_at) = (b.scope, b.period, b.starts_at)`, [id]);
  }
  // Money is free again: nodes that remember a refusal may ask once more.
  await notify(client, "wallet", walletId);
}
