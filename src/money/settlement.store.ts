import type { PoolClient } from "pg";
import type { Nano } from "#money/amount.ts";
import type { AccountCode } from "#money/chart.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { OpenLot } from "#money/draw.ts";
import { encodeDone } from "#money/journal-record.ts";
import { accountIds, entriesSteps } from "#money/ledger.store.ts";
import type { Line } from "#money/ledger.ts";
import { plainArray, storable, textArray } from "#money/pg-arrays.ts";
import { attemptsStep, cardsStep, chargesStep, unknownCards } from "#money/settlement-rows.store.ts";
import { bookedCost, channelCosts, settlementLines, splitBatch, windowSums, type LockedWallet, type Split, type WindowSum } from "#money/settle-batch.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { runTogether, type Step, type TextRow } from "#platform/db/together.ts";

export type BatchAsk = Readonly<{
  settlementId: string;
  /** Whose leases pay for it. */
  nodeId: string;
  records: readonly ChargeRecord[];
  /** Rate cards and accounts that are surely in the database. */
  known: KnownRows;
  /** Has this node leased any spending window? */
  hasBudgetLeases: boolean;
  lowBalanceNano: bigint;
  /** Called at named points of the transaction; tests make it fail or wait. */
  fault?: (point: "begun" | "written" | "committed") => void | Promise<void>;
}>;

export type KnownRows = { readonly cards: Set<string>; readonly accounts: Map<AccountCode, bigint> };

export type SettledWallet = Readonly<{ consumed: bigint; debt: bigint; status: string }>;

export type SettledBatch = Readonly<{
  wallets: ReadonlyMap<string, SettledWallet>;
  /** By window key: taken from this node's lease. */
  budgets: ReadonlyMap<string, bigint>;
}>;

/**
 * Writes one batch in one transaction: charges, attempts, wallets, lots, leases, spending windows and the ledger.
 * Locks wallets by id, then lots, then windows, as every writer of money does.
 *
 * @throws errors of the database; after a lost connection the outcome is told by `isSettled`
 */
export async function settleBatch(client: PoolClient, ask: BatchAsk): Promise<SettledBatch> {
  const { fault } = ask;
  let begun = false;
  try {
    await client.query("BEGIN");
    begun = true;
    await fault?.("begun");
    const { batch, newCards, newAccounts } = await writeBatch(client, ask);
    await fault?.("written");
    await client.query("COMMIT");
    begun = false;
    await fault?.("committed");
    for (const id of newCards) ask.known.cards.add(id);
    for (const [code, id] of newAccounts) ask.known.accounts.set(code, id);
    return batch;
  } catch (error) {
    if (begun) await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The steps that tell something. */
const BUDGET_LEASES = "mm-settle-budget-leases", COSTS = "mm-settle-costs";

export type WrittenBatch = Readonly<{ batch: SettledBatch; newCards: readonly string[]; newAccounts: ReadonlyMap<AccountCode, bigint> }>;

/** All that one batch writes, inside the caller's transaction: each wait for the database is one for many statements. */
export async function writeBatch(client: PoolClient, ask: BatchAsk): Promise<WrittenBatch> {
  const { records, settlementId, nodeId, known } = ask;
  const wallets = await lockWallets(client, records);
  const leases = await ownLeases(client, nodeId, wallets);
  const split = splitBatch(records, wallets, await lockLots(client, wallets));
  const cards = unknownCards(records, known.cards);
  const settled = settledWallets(wallets, leases, split);
  const sums = windowSums(records);
  const costs = channelCosts(records);
  const written = await runTogether(client, [
    ...(cards.length > 0 ? [cardsStep(cards)] : []),
    chargesStep(settlementId, records, split.draws),
    attemptsStep(records),
    ...(split.changes.size > 0 ? [walletsStep(nodeId, split, settled)] : []),
    ...(split.drawnLots.size > 0 ? [lotsStep(split)] : []),
    ...windowSteps(sums, nodeId, ask.hasBudgetLeases),
    // As late as can be: settlers of other nodes wait for these rows until the commit.
    ...(costs.size > 0 ? [costsStep(costs)] : []),
  ]);
  const lines = settlementLines(split.changes, bookedCosts(written.get(COSTS) ?? [], costs));
  const newAccounts = await unknownAccounts(client, lines, known.accounts);
  await runTogether(client, [transactionStep(settlementId, records), ...entriesSteps(settlementId, lines, newAccounts.size === 0 ? known.accounts : new Map([...known.accounts, ...newAccounts]))]);
  await tellLowBalances(client, wallets, split, ask.lowBalanceNano);
  return { batch: { wallets: settled, budgets: takenFromLeases(written.get(BUDGET_LEASES) ?? [], sums) }, newCards: cards.map(({ id }) => id), newAccounts };
}

/** Did a batch whose commit was not answered get through? */
export async function isSettled(db: Queryable, settlementId: string): Promise<boolean> {
  const { rowCount } = await db.query("SELECT 1 FROM ledger_transactions WHERE idempotency_key = $1", [`settle:${settlementId}`]);
  return rowCount === 1;
}

/** Which of these requests are charged already. */
export async function existingCharges(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    "SELECT c.id FROM unnest($1::uuid[]) AS t(id) JOIN charges c ON c.id = t.id AND c.at = mm_uuid_ms(t.id)", [plainArray(ids)]);
  return new Set(rows.map(({ id }) => id));
}

/** Which of these requests wait for a person because they could not be settled. */
export async function deadLetters(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ request_id: string }>("SELECT request_id FROM settle_dead_letters WHERE request_id = ANY($1::uuid[])", [plainArray(ids)]);
  return new Set(rows.map(({ request_id: id }) => id));
}

/** Puts a record aside that the database refuses, for a person to look at. */
export async function buryRecord(db: Queryable, record: ChargeRecord, error: string): Promise<void> {
  await db.query(
    "INSERT INTO settle_dead_letters (request_id, wallet_id, record, error) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    [record.id, record.walletId, JSON.stringify({ line: Buffer.from(encodeDone(record)).toString("base64") }), storable(error).slice(0, 2_000)]);
}

/** Makes the partitions of the months around now. */
export const makePartitions = (db: Queryable): Promise<unknown> => db.query("SELECT mm_make_partitions(4)");

/** A charged wallet that does not exist cannot be settled; halving finds the request. */
export class UnknownWallet extends Error {
  override readonly name = "UnknownWallet";
}

async function lockWallets(client: Queryable, records: readonly ChargeRecord[]): Promise<Map<string, LockedWallet>> {
  const ids = [...new Set(records.filter(({ chargeNano }) => chargeNano > 0n).map(({ walletId }) => walletId))];
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<LockedWallet>({
    name: "mm-lock-wallets",
    text: `SELECT id, paid_nano AS paid, lots_nano AS lots, debt_nano AS debt, credit_limit_nano AS "creditLimit", leased_nano AS leased, status
             FROM wallets WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
    values: [plainArray(ids)],
  });
  if (rows.length < ids.length) throw new UnknownWallet("a charged wallet does not exist");
  return new Map(rows.map((row) => [row.id, row]));
}

/** Read after the wallets are locked: every change of a lease holds its wallet's lock. */
async function ownLeases(client: Queryable, nodeId: string, wallets: ReadonlyMap<string, LockedWallet>): Promise<Map<string, bigint>> {
  const ids = [...wallets.values()].filter(({ leased }) => leased > 0n).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; amount: bigint }>({
    name: "mm-own-leases",
    text: "SELECT wallet_id AS id, amount_nano AS amount FROM wallet_leases WHERE node_id = $1 AND wallet_id = ANY($2::uuid[])",
    values: [nodeId, plainArray(ids)],
  });
  return new Map(rows.map(({ id, amount }) => [id, amount]));
}

async function lockLots(client: Queryable, wallets: ReadonlyMap<string, LockedWallet>): Promise<Map<string, OpenLot[]>> {
  const ids = [...wallets.values()].filter(({ lots }) => lots > 0n).map(({ id }) => id);
  const lots = new Map<string, OpenLot[]>();
  if (ids.length === 0) return lots;
  const { rows } = await client.query<{ id: string; wallet: string; remaining: bigint; expires: Date | null }>({
    name: "mm-lock-lots",
    text: `SELECT id, wallet_id AS wallet, remaining_nano AS remaining, expires_at AS expires FROM credit_lots
            WHERE wallet_id = ANY($1::uuid[]) AND remaining_nano > 0 ORDER BY wallet_id, expires_at NULLS LAST, id FOR UPDATE`,
    values: [plainArray(ids)],
  });
  for (const { id, wallet, remaining, expires } of rows) {
    const list = lots.get(wallet);
    const lot = { id, remaining, ...(expires && { expiresAtMs: expires.getTime() }) };
    if (list) list.push(lot);
    else lots.set(wallet, [lot]);
  }
  return lots;
}

/** What each wallet pays from this node's lease, and how it stands afterwards. */
function settledWallets(wallets: ReadonlyMap<string, LockedWallet>, leases: ReadonlyMap<string, bigint>, { changes }: Split): Map<string, SettledWallet> {
  const settled = new Map<string, SettledWallet>();
  for (const [id, { total, debt }] of changes) {
    const lease = leases.get(id) ?? 0n;
    settled.set(id, { consumed: total < lease ? total : lease, debt: wallets.get(id)!.debt + debt, status: wallets.get(id)!.status });
  }
  return settled;
}

function walletsStep(nodeId: string, { changes }: Split, settled: ReadonlyMap<string, SettledWallet>): Step {
  const column = (pick: "paid" | "lots" | "debt"): string => plainArray([...changes.values()].map((change) => change[pick]));
  return {
    name: "mm-settle-wallets",
    text: `WITH t AS (SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS t(id, paid, lots, debt, consumed)),
      l AS (UPDATE wallet_leases x SET amount_nano = x.amount_nano - t.consumed FROM t WHERE x.wallet_id = t.id AND x.node_id = $1 AND t.consumed > 0)
      UPDATE wallets w SET paid_nano = w.paid_nano - t.paid, lots_nano = w.lots_nano - t.lots, debt_nano = w.debt_nano + t.debt,
             leased_nano = w.leased_nano - t.consumed, seq = seq + 1, updated_at = now() FROM t WHERE w.id = t.id`,
    values: [nodeId, plainArray([...changes.keys()]), column("paid"), column("lots"), column("debt"), plainArray([...settled.values()].map(({ consumed }) => consumed))],
  };
}

const lotsStep = ({ drawnLots }: Split): Step => ({
  name: "mm-settle-lots",
  text: "UPDATE credit_lots c SET remaining_nano = c.remaining_nano - t.taken FROM unnest($1::uuid[], $2::bigint[]) AS t(id, taken) WHERE c.id = t.id",
  values: [plainArray([...drawnLots.keys()]), plainArray([...drawnLots.values()])],
});

/** What the batch adds to the spending windows; `BUDGET_LEASES` tells what it takes from this node's leases of them. */
function windowSteps(sums: readonly WindowSum[], nodeId: string, hasLeases: boolean): readonly Step[] {
  if (sums.length === 0) return [];
  const scopes = textArray(sums.map(({ scope }) => scope));
  const periods = textArray(sums.map(({ period }) => period));
  const starts = textArray(sums.map(({ startsAtMs }) => new Date(startsAtMs).toISOString()));
  const amounts = plainArray(sums.map(({ amount }) => amount));
  const spent: Step = {
    name: "mm-settle-windows",
    text: `INSERT INTO budget_windows AS b (scope, period, starts_at, spent_nano)
      SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[])
      ON CONFLICT (scope, period, starts_at) DO UPDATE SET spent_nano = b.spent_nano + EXCLUDED.spent_nano`,
    values: [scopes, periods, starts, amounts],
  };
  if (!hasLeases) return [spent];
  return [spent, {
    name: BUDGET_LEASES,
    text: `WITH t AS (SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) WITH ORDINALITY AS t(scope, period, starts_at, amount, n)),
      c AS (SELECT t.*, LEAST(t.amount, l.amount_nano) AS consumed FROM t JOIN budget_leases l USING (scope, period, starts_at) WHERE l.node_id = $5 AND l.amount_nano > 0),
      x AS (UPDATE budget_leases l SET amount_nano = l.amount_nano - c.consumed FROM c
             WHERE (l.scope, l.period, l.starts_at) = (c.scope, c.period, c.starts_at) AND l.node_id = $5),
      w AS (UPDATE budget_windows b SET leased_nano = b.leased_nano - c.consumed FROM c WHERE (b.scope, b.period, b.starts_at) = (c.scope, c.period, c.starts_at))
      SELECT n, consumed FROM c`,
    values: [scopes, periods, starts, amounts, nodeId],
  }];
}

/** By window key. */
const takenFromLeases = (rows: readonly TextRow[], sums: readonly WindowSum[]): ReadonlyMap<string, bigint> =>
  new Map(rows.map(([n, consumed]) => [sums[Number(n) - 1]!.key, BigInt(consumed!)]));

/** Adds a batch's cost to what its channels have cost so far, and tells the sums. */
const costsStep = (costs: ReadonlyMap<string, bigint>): Step => ({
  name: COSTS,
  text: `INSERT INTO upstream_costs AS u (channel_id, sum_pico) SELECT * FROM unnest($1::uuid[], $2::numeric[]) AS t(id, pico) ORDER BY id
    ON CONFLICT (channel_id) DO UPDATE SET sum_pico = u.sum_pico + EXCLUDED.sum_pico RETURNING channel_id, sum_pico`,
  values: [plainArray([...costs.keys()]), plainArray([...costs.values()])],
});

/** What the ledger books of a batch's costs. */
const bookedCosts = (rows: readonly TextRow[], costs: ReadonlyMap<string, bigint>): ReadonlyMap<string, Nano> =>
  new Map(rows.map(([channel, total]) => [channel!, bookedCost(BigInt(total!), costs.get(channel!)!)]));

async function unknownAccounts(client: Queryable, lines: readonly Line[], known: ReadonlyMap<AccountCode, bigint>): Promise<Map<AccountCode, bigint>> {
  const missing = lines.map(({ account }) => account).filter((code) => !known.has(code));
  return missing.length > 0 ? accountIds(client, missing) : new Map();
}

/** Always one transaction, even when all is free, so that a lost commit can be looked up. */
const transactionStep = (settlementId: string, records: readonly ChargeRecord[]): Step => ({
  name: "mm-settle-transaction",
  text: `WITH t AS (INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type, ref_type, ref_id, meta)
      VALUES ($1, 'settlement', $2, 'system', 'settlement', $1::uuid::text, $3) RETURNING id)
    SELECT pg_notify('live', $4) FROM t`,
  values: [settlementId, `settle:${settlementId}`, JSON.stringify({ charges: records.length }), liveHint(records)],
});

/** NOTIFY takes 8,000 bytes; a hint to more than so many customers goes to all. */
const OWNERS_MAX = 200;

/** Tells open pages whose requests have been settled: one hint a batch, with the statement that is sent anyway. */
function liveHint(records: readonly ChargeRecord[]): string {
  const owners = [...new Set(records.map(({ userId }) => userId))];
  return JSON.stringify({ topic: "requests", ...(owners.length <= OWNERS_MAX && { owners }) });
}

/** A wallet that falls below the line in this batch leaves work for the web half; once a day. */
async function tellLowBalances(client: Queryable, wallets: ReadonlyMap<string, LockedWallet>, { changes }: Split, line: bigint): Promise<void> {
  const crossed = [...changes].filter(([id, { total }]) => {
    const { paid, lots, debt, creditLimit } = wallets.get(id)!;
    const before = paid + lots + creditLimit - debt;
    return before >= line && before - total < line;
  }).map(([id]) => id);
  if (crossed.length === 0) return;
  const { rowCount } = await client.query(
    `INSERT INTO outbox (kind, key, payload) SELECT 'low_balance', id || ':' || to_char(now(), 'YYYY-MM-DD'), jsonb_build_object('wallet_id', id)
       FROM unnest($1::uuid[]) AS t(id) ON CONFLICT DO NOTHING`, [plainArray(crossed)]);
  if (rowCount) await client.query("SELECT pg_notify('outbox', '')");
}
