import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** Entries added in one transaction: a few seconds' work, so that years are caught up in pieces. */
const ENTRIES_A_ROUND = 100_000n;

/** How long a run waits for postings that are under way. */
const WAIT_MS = 30_000;

export type LedgerRolled = Readonly<{ /** The last entry that is in the daily sums now. */ throughId: bigint; /** False: a posting did not end in time; the next run goes on. */ current: boolean }>;

/**
 * Adds what was posted since the last run to `ledger_daily`. Each entry counts once: its number is compared with a mark
 * that moves in the transaction that adds. The mark passes a number only when every transaction that could still bring
 * it, or one below it, has ended; so none can appear behind it later, however long a posting takes to commit.
 */
export async function rollLedger(pool: Pool, waitMs = WAIT_MS, entriesARound = ENTRIES_A_ROUND): Promise<LedgerRolled> {
  const lastId = await lastEntryId(pool);
  // A posting writes its transaction's row before its entries, so it has a number of PostgreSQL's own by the time they
  // get theirs: whoever holds an entry up to `lastId` came before this one.
  const { rows: [own] } = await pool.query<{ xid: string }>("SELECT pg_current_xact_id()::text AS xid");
  const current = await allEnded(pool, own!.xid, waitMs);
  for (;;) {
    const throughId = await withTransaction(pool, (client) => rollOnce(client, current ? lastId : undefined, entriesARound));
    if (!current || throughId >= lastId) return { throughId, current };
  }
}

async function lastEntryId(pool: Pool): Promise<bigint> {
  const { rows: [row] } = await pool.query<{ id: bigint | null }>("SELECT pg_sequence_last_value(pg_get_serial_sequence('ledger_entries', 'id')::regclass) AS id");
  return row!.id ?? 0n;
}

/** Has every transaction ended that began to write before the given one? */
async function allEnded(pool: Pool, xid: string, waitMs: number): Promise<boolean> {
  for (const deadline = performance.now() + waitMs; ;) {
    const { rows: [row] } = await pool.query<{ ended: boolean }>("SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS ended", [xid]);
    if (row!.ended) return true;
    if (performance.now() >= deadline) return false;
    await sleep(50);
  }
}

/** One piece; returns how far the sums reach now. */
async function rollOnce(client: PoolClient, lastId: bigint | undefined, entries: bigint): Promise<bigint> {
  await client.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS.jobs}`);
  const { rows: [mark] } = await client.query<{ through: bigint }>("SELECT through_id AS through FROM ledger_rollup WHERE id = 1 FOR UPDATE");
  const since = mark!.through;
  if (lastId === undefined || lastId <= since) return since;
  const until = since + entries < lastId ? since + entries : lastId;
  const { rows } = await client.query<{ accounts: string | null; days: string | null }>(ADD, [since, until]);
  if (rows[0]!.accounts !== null) await client.query(BALANCE, [rows[0]!.accounts, rows[0]!.days]);
  await client.query("UPDATE ledger_rollup SET through_id = $1 WHERE id = 1", [until]);
  return until;
}

/** A late entry may belong to a day that is over: its row is added to all the same. Returns each account's first changed day. */
const ADD = `
  WITH added AS (
    INSERT INTO ledger_daily AS d (day, account_id, debit_nano, credit_nano)
    SELECT (t.posted_at AT TIME ZONE 'UTC')::date, e.account_id, coalesce(sum(e.amount_nano) FILTER (WHERE e.amount_nano > 0), 0), coalesce(-sum(e.amount_nano) FILTER (WHERE e.amount_nano < 0), 0)
      FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id WHERE e.id > $1 AND e.id <= $2 GROUP BY 1, 2
    ON CONFLICT (day, account_id) DO UPDATE SET debit_nano = d.debit_nano + EXCLUDED.debit_nano, credit_nano = d.credit_nano + EXCLUDED.credit_nano
    RETURNING day, account_id)
  SELECT array_agg(account_id)::text AS accounts, array_agg(day)::text AS days FROM (SELECT account_id, min(day) AS day FROM added GROUP BY 1) first`;

/** Balances of those accounts anew, from their first changed day on. */
const BALANCE = `
  UPDATE ledger_daily d SET balance_nano = x.balance FROM (
    SELECT l.account_id, l.day,
           coalesce((SELECT p.balance_nano FROM ledger_daily p WHERE p.account_id = f.account_id AND p.day < f.day ORDER BY p.day DESC LIMIT 1), 0)
             + sum(l.debit_nano - l.credit_nano) OVER (PARTITION BY l.account_id ORDER BY l.day) AS balance
      FROM unnest($1::bigint[], $2::date[]) AS f(account_id, day) JOIN ledger_daily l ON l.account_id = f.account_id AND l.day >= f.day) x
   WHERE d.account_id = x.account_id AND d.day = x.day AND d.balance_nano <> x.balance`;
