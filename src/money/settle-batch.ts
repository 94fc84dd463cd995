import { nano, type Nano } from "#money/amount.ts";
import { walletAccount, type AccountCode } from "#money/chart.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { draw, type Draw, type OpenLot, type Purse } from "#money/draw.ts";
import type { Line } from "#money/ledger.ts";
import { uuidMs } from "#platform/ids.ts";

/** Who falls below this is told, where the shop has set no other line. */
export const LOW_BALANCE_NANO = 5_000_000_000n;

/** A wallet as it stood when the batch locked it. */
export type LockedWallet = Readonly<{ id: string; paid: bigint; lots: bigint; debt: bigint; creditLimit: bigint; leased: bigint; status: string }>;

export type WalletChange = { paid: bigint; lots: bigint; debt: bigint; total: bigint };

export type Split = Readonly<{
  /** By request id. */
  draws: ReadonlyMap<string, Draw>;
  /** By wallet: what is taken from each bucket, debt what is added to it. */
  changes: ReadonlyMap<string, WalletChange>;
  /** By lot. */
  drawnLots: ReadonlyMap<string, bigint>;
}>;

const NOTHING: Draw = { lots: nano(0n), paid: nano(0n), debt: nano(0n) };

/** Shares a batch's charges out over the wallets' lots, bought credit and debt, in the order of the requests' ids. */
export function splitBatch(records: readonly ChargeRecord[], wallets: ReadonlyMap<string, LockedWallet>, lots: ReadonlyMap<string, readonly OpenLot[]>): Split {
  const purses = new Map<string, Purse>();
  const draws = new Map<string, Draw>();
  const changes = new Map<string, WalletChange>();
  const drawnLots = new Map<string, bigint>();
  for (const record of [...records].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (record.chargeNano === 0n) {
      draws.set(record.id, NOTHING);
      continue;
    }
    const { walletId } = record;
    const wallet = wallets.get(walletId)!;
    let purse = purses.get(walletId);
    if (!purse) purses.set(walletId, purse = { paid: wallet.paid, lots: wallet.lots, debt: wallet.debt, open: [...lots.get(walletId) ?? []] });
    const drawn = draw(purse, record.chargeNano, uuidMs(record.id), drawnLots);
    draws.set(record.id, drawn);
    let change = changes.get(walletId);
    if (!change) changes.set(walletId, change = { paid: 0n, lots: 0n, debt: 0n, total: 0n });
    change.paid += drawn.paid;
    change.lots += drawn.lots;
    change.debt += drawn.debt;
    change.total += record.chargeNano;
  }
  return { draws, changes, drawnLots };
}

/**
 * Ledger lines of a batch: each wallet pays what was drawn from its buckets, and the shop owes each channel's vendor what
 * the batch adds to its books. One line per bucket and channel, not per request: those stand in `charges` under the
 * settlement.
 */
export function settlementLines(changes: Split["changes"], costs: ReadonlyMap<string, Nano>): readonly Line[] {
  const lines: Line[] = [];
  let revenue = 0n;
  for (const [walletId, change] of changes) {
    for (const bucket of ["lots", "paid", "debt"] as const) {
      if (change[bucket] > 0n) lines.push({ account: walletAccount(walletId, bucket), amount: nano(change[bucket]) });
    }
    revenue += change.total;
  }
  if (revenue > 0n) lines.push({ account: "revenue:usage", amount: nano(-revenue) });
  let spent = 0n;
  for (const [channelId, cost] of costs) {
    if (cost === 0n) continue;
    lines.push({ account: `upstream:${channelId}:accrued` as AccountCode, amount: nano(-cost) });
    spent += cost;
  }
  if (spent > 0n) lines.push({ account: "expense:upstream", amount: nano(spent) });
  return lines;
}

/** What the records cost, by channel; channels that cost nothing are left out. */
export function channelCosts(records: readonly ChargeRecord[]): ReadonlyMap<string, bigint> {
  const picos = new Map<string, bigint>();
  const add = (channelId: string, pico: bigint): void => {
    if (pico !== 0n) picos.set(channelId, (picos.get(channelId) ?? 0n) + pico);
  };
  for (const { attempts, channelId, costPico } of records) {
    if (attempts.length > 0) for (const attempt of attempts) add(attempt.channelId, attempt.costPico);
    else if (channelId !== undefined) add(channelId, costPico);
  }
  return picos;
}

/**
 * Whole nano that a batch adds to a channel's books: their sum is at every moment all cost rounded down, so a rounding
 * never adds up.
 *
 * @param total pico-USD of all batches, this one included
 * @param batch pico-USD of this one
 */
export const bookedCost = (total: bigint, batch: bigint): Nano => nano(wholeNano(total) - wholeNano(total - batch));

/** Rounded down, below zero too. */
const wholeNano = (pico: bigint): bigint => (pico - (((pico % 1_000n) + 1_000n) % 1_000n)) / 1_000n;

export type WindowSum = Readonly<{ key: string; scope: string; period: string; startsAtMs: number; amount: bigint }>;

/** The book's key of a spending window. `total` has one window for ever. */
export const windowKey = (scope: string, period: string, startsAtMs: number): string =>
  `${scope}|${period}|${period === "total" ? 0 : startsAtMs}`;

type Window = { scope: string; period: string; startsAtMs: number; amount: bigint };

/** What the batch adds to each spending window, sorted; the `total` of every key and user is always counted. */
export function windowSums(records: readonly ChargeRecord[]): readonly WindowSum[] {
  // By id and by reference first: most records of a batch name the same few keys and budgets.
  const keys = new Map<string, Window>();
  const users = new Map<string, Window>();
  const budgets = new Map<string, Map<string, Window>>();
  for (const record of records) {
    const { chargeNano, keyId, userId } = record;
    if (chargeNano === 0n) continue;
    if (keyId !== undefined) addTotal(keys, "key:", keyId, chargeNano);
    addTotal(users, "user:", userId, chargeNano);
    if (record.budgets.length > 0) addBudgets(budgets, record);
  }
  const sums: WindowSum[] = [];
  const take = ({ scope, period, startsAtMs, amount }: Window): void => void sums.push({ key: windowKey(scope, period, startsAtMs), scope, period, startsAtMs, amount });
  keys.forEach(take);
  users.forEach(take);
  for (const windows of budgets.values()) windows.forEach(take);
  return merged(sums).sort((a, b) => compare(a.scope, b.scope) || compare(a.period, b.period) || a.startsAtMs - b.startsAtMs);
}

function addTotal(sums: Map<string, Window>, prefix: string, id: string, amount: bigint): void {
  const sum = sums.get(id);
  if (sum) sum.amount += amount;
  else sums.set(id, { scope: prefix + id, period: "total", startsAtMs: 0, amount });
}

/** A `total` budget of the record's own key or user is counted already; the same window twice counts once. */
function addBudgets(sums: Map<string, Map<string, Window>>, { chargeNano, keyId, userId, budgets }: ChargeRecord): void {
  budgets.forEach(({ scope, period, startsAtMs }, i) => {
    if (period === "total" && (scope === `key:${keyId}` || scope === `user:${userId}`)) return;
    const start = period === "total" ? 0 : startsAtMs;
    if (i > 0 && budgets.findIndex((other) => other.scope === scope && other.period === period && (period === "total" || other.startsAtMs === start)) < i) return;
    let windows = sums.get(scope);
    if (!windows) sums.set(scope, (windows = new Map()));
    const name = period + start;
    const sum = windows.get(name);
    if (sum) sum.amount += chargeNano;
    else windows.set(name, { scope, period, startsAtMs: start, amount: chargeNano });
  });
}

/** One key's budget may be another record's window: each window once. */
function merged(sums: readonly WindowSum[]): WindowSum[] {
  const byKey = new Map<string, WindowSum>();
  for (const sum of sums) {
    const same = byKey.get(sum.key);
    byKey.set(sum.key, same ? { ...same, amount: same.amount + sum.amount } : sum);
  }
  return [...byKey.values()];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
