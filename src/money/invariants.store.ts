import type { Pool } from "pg";
import { withTransaction } from "#platform/db/tx.ts";

export type InvariantResult = Readonly<{ id: string; says: string; /** Offending rows; 0 is right. */ rows: number; /** Keys of the first of them. */ sample: readonly string[] }>;

type Invariant = Readonly<{
  id: string; says: string; sql: string;
  /** The same over what was posted since $1, where `sql` reads all that there ever was. */
  recent?: string;
}>;

/** What to read of the invariants that read history: only what is new, but all of it for those named. */
export type Sparing = Readonly<{ since: Date; whole: ReadonlySet<string> }>;

const SAMPLE_ROWS = 5;

/** Checking reads everything; it must not be cut off like a page's query. */
const CHECK_TIMEOUT = "10min";
/** Sums over all entries by account and day fit into so much, and need no files. */
const CHECK_MEMORY = "64MB";

/**
 * Runs every money invariant in one snapshot of the database, while traffic goes on. Each must find nothing.
 *
 * @param sparing reads little of the history; without it everything is read
 */
export function checkInvariants(pool: Pool, sparing?: Sparing): Promise<readonly InvariantResult[]> {
  return withTransaction(pool, async (client) => {
    await client.query(`SET LOCAL statement_timeout = '${CHECK_TIMEOUT}'; SET LOCAL work_mem = '${CHECK_MEMORY}'`);
    const results: InvariantResult[] = [];
    for (const { id, says, sql, recent } of INVARIANTS) {
      const spared = sparing && recent !== undefined && !sparing.whole.has(id);
      const { rows } = await client.query<{ n: string; sample: string[] | null }>(
        `SELECT count(*)::text AS n, (array_agg(k))[1:${SAMPLE_ROWS}] AS sample FROM (${spared ? recent : sql}) AS found(k)`, spared ? [sparing.since] : []);
      results.push({ id, says, rows: Number(rows[0]!.n), sample: rows[0]!.sample ?? [] });
    }
    return results;
  }, { isolation: "REPEATABLE READ" });
}

const SETTLED = "SELECT id FROM ledger_transactions WHERE kind = 'settlement' AND posted_at >= $1";

/** @param charges which of them */
const revenueOfSettlements = (charges: string, entries: string): string =>
  `SELECT s.settlement_id::text FROM (SELECT settlement_id, sum(charge_nano) c FROM charges ${charges} GROUP BY 1) s
      LEFT JOIN (SELECT e.tx_id, -sum(e.amount_nano) r FROM ledger_entries e JOIN accounts a ON a.id=e.account_id AND a.code='revenue:usage' ${entries} GROUP BY 1) l ON l.tx_id = s.settlement_id
      WHERE s.c <> coalesce(l.r,0)`;
const bucketsOfSettlements = (charges: string): string =>
  `SELECT c.wallet_id::text||c.settlement_id::text FROM (SELECT settlement_id, wallet_id, sum(lots_nano) l, sum(paid_nano) p, sum(debt_nano) d FROM charges ${charges} GROUP BY 1,2) c
      LEFT JOIN LATERAL (SELECT coalesce(sum(e.amount_nano) FILTER (WHERE a.bucket='lots'),0) l, coalesce(sum(e.amount_nano) FILTER (WHERE a.bucket='paid'),0) p, coalesce(sum(e.amount_nano) FILTER (WHERE a.bucket='debt'),0) d
        FROM ledger_entries e JOIN accounts a ON a.id=e.account_id WHERE e.tx_id=c.settlement_id AND a.wallet_id=c.wallet_id) x ON true
      WHERE (c.l,c.p,c.d) IS DISTINCT FROM (x.l,x.p,x.d)`;
const RECEIPTS = `SELECT c.id::text FROM charges c JOIN rate_cards r ON r.id=c.rate_card_id
      WHERE c.sum_pico <> c.u_input::numeric*r.p_input + c.u_cache_read::numeric*r.p_cache_read + c.u_cache_write_5m::numeric*r.p_cache_write_5m + c.u_cache_write_1h::numeric*r.p_cache_write_1h
        + c.u_output::numeric*r.p_output + c.u_reasoning::numeric*r.p_reasoning
        + coalesce((SELECT sum(o.value::numeric * coalesce((r.p_other->>o.key)::numeric,0)) FROM jsonb_each_text(c.u_other) o),0)
       AND c.charge_nano > 0`;
const KEY_SPENDING = "SELECT b.scope FROM budget_windows b WHERE b.scope LIKE 'key:%' AND b.period='total' AND b.spent_nano <> (SELECT coalesce(sum(charge_nano),0) FROM charges c WHERE c.key_id = substr(b.scope,5)::uuid)";
/** Of a day and an account: what its entries say beside what was added up, and the close that follows from the one before. */
const dailySums = (transactions: string, days: string, running: string): string =>
  `SELECT coalesce(e.day, d.day) || ' ' || coalesce(e.account_id, d.account_id) FROM (
        SELECT (t.posted_at AT TIME ZONE 'UTC')::date AS day, e.account_id, coalesce(sum(e.amount_nano) FILTER (WHERE e.amount_nano > 0), 0) AS debit, coalesce(-sum(e.amount_nano) FILTER (WHERE e.amount_nano < 0), 0) AS credit
          FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id WHERE e.id <= (SELECT through_id FROM ledger_rollup) ${transactions} GROUP BY 1, 2) e
      FULL JOIN (SELECT *, ${running} AS running FROM ledger_daily l ${days}) d ON d.day = e.day AND d.account_id = e.account_id
      WHERE (e.debit, e.credit) IS DISTINCT FROM (d.debit_nano, d.credit_nano) OR d.balance_nano <> d.running`;

/** Each returns the keys of what is wrong. */
export const INVARIANTS: readonly Invariant[] = [
  { id: "I1", says: "every ledger transaction balances",
    sql: "SELECT tx_id::text FROM ledger_entries GROUP BY tx_id HAVING sum(amount_nano) <> 0",
    recent: "SELECT e.tx_id::text FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id WHERE t.posted_at >= $1 GROUP BY 1 HAVING sum(e.amount_nano) <> 0" },
  { id: "I2", says: "every wallet column equals its ledger account",
    sql: `SELECT w.id::text FROM wallets w LEFT JOIN LATERAL (
        SELECT coalesce(-sum(b.balance_nano) FILTER (WHERE a.bucket='paid'),0) paid, coalesce(-sum(b.balance_nano) FILTER (WHERE a.bucket='lots'),0) lots,
               coalesce(-sum(b.balance_nano) FILTER (WHERE a.bucket='frozen'),0) frozen, coalesce(sum(b.balance_nano) FILTER (WHERE a.bucket='debt'),0) debt
          FROM accounts a JOIN account_balances b ON b.account_id = a.id WHERE a.wallet_id = w.id) l ON true
      WHERE (w.paid_nano, w.lots_nano, w.frozen_nano, w.debt_nano) IS DISTINCT FROM (l.paid, l.lots, l.frozen, l.debt)` },
  { id: "I3", says: "lots on the wallet equal the sum of its lots",
    sql: "SELECT w.id::text FROM wallets w WHERE w.lots_nano <> (SELECT coalesce(sum(remaining_nano),0) FROM credit_lots c WHERE c.wallet_id = w.id)" },
  { id: "I4", says: "each settlement's revenue equals its charges",
    sql: revenueOfSettlements("", ""), recent: revenueOfSettlements(`WHERE settlement_id IN (${SETTLED})`, `WHERE e.tx_id IN (${SETTLED})`) },
  { id: "I5", says: "each settlement's wallet lines equal its charges, per bucket",
    sql: bucketsOfSettlements(""), recent: bucketsOfSettlements(`WHERE settlement_id IN (${SETTLED})`) },
  { id: "I6", says: "each charge equals rate card times quantities",
    sql: RECEIPTS, recent: `${RECEIPTS} AND c.settlement_id IN (${SETTLED})` },
  { id: "I7", says: "an order is paid if and only if its top-up is in the ledger",
    sql: `SELECT o.id::text FROM orders o LEFT JOIN ledger_transactions t ON t.idempotency_key = 'topup:'||o.id
      WHERE o.kind <> 'plan' AND (o.status = 'paid') <> (t.id IS NOT NULL)` },
  { id: "I8", says: "refunds never exceed the payment",
    sql: `SELECT p.id::text FROM payments p LEFT JOIN (SELECT payment_id, sum(amount_minor) FILTER (WHERE status IN ('requested','pending','succeeded')) live, sum(amount_minor) FILTER (WHERE status='succeeded') ok FROM refunds GROUP BY 1) r ON r.payment_id=p.id
      WHERE coalesce(r.live,0) > p.amount_minor OR coalesce(r.ok,0) <> p.refunded_minor` },
  { id: "I9", says: "uses of a code equal its redemptions",
    sql: "SELECT c.id::text FROM redeem_codes c WHERE c.uses <> (SELECT count(*) FROM redemptions r WHERE r.code_id=c.id)" },
  { id: "I10", says: "each redemption is in the ledger",
    sql: "SELECT r.id::text FROM redemptions r LEFT JOIN ledger_transactions t ON t.idempotency_key='redeem:'||r.id WHERE t.id IS NULL" },
  { id: "I11", says: "leases and durable holds add up",
    sql: `SELECT w.id::text FROM wallets w WHERE w.leased_nano <> (SELECT coalesce(sum(amount_nano),0) FROM wallet_leases l WHERE l.wallet_id=w.id)
      + (SELECT coalesce(sum(amount_nano),0) FROM holds h WHERE h.wallet_id=w.id AND h.state='open')` },
  { id: "I12", says: "a closed dispute freezes nothing",
    sql: "SELECT d.id::text FROM disputes d WHERE d.outcome IS NOT NULL AND d.frozen_nano <> 0" },
  { id: "I13", says: "frozen money belongs to open disputes",
    sql: "SELECT w.id::text FROM wallets w WHERE w.frozen_nano <> (SELECT coalesce(sum(d.frozen_nano),0) FROM disputes d JOIN payments p ON p.id=d.payment_id JOIN orders o ON o.id=p.order_id WHERE o.wallet_id=w.id)" },
  { id: "I14", says: "the refund float equals open refunds",
    sql: `SELECT a.code FROM accounts a JOIN account_balances b ON b.account_id = a.id WHERE a.code = 'refunds:pending'
      AND -b.balance_nano <> (SELECT coalesce(sum(credit_nano),0) FROM refunds WHERE status IN ('requested','pending') AND source <> 'provider')` },
  { id: "I15", says: "invoice numbers have no gap",
    sql: "SELECT series||':'||number FROM (SELECT series, number, lag(number) OVER (PARTITION BY series ORDER BY number) prev FROM invoices) x WHERE prev IS NOT NULL AND number <> prev+1" },
  { id: "I16", says: "a key's spending equals its charges",
    sql: KEY_SPENDING, recent: `${KEY_SPENDING} AND b.scope IN (SELECT 'key:' || key_id FROM charges WHERE settlement_id IN (${SETTLED}))` },
  { id: "I17", says: "what is owed to each vendor is its requests' cost, to below a nano",
    sql: `SELECT channel_id::text FROM (SELECT channel_id, sum(cost_pico) AS pico FROM (
          SELECT channel_id, cost_pico FROM attempts UNION ALL
          SELECT c.channel_id, c.cost_pico FROM charges c WHERE c.channel_id IS NOT NULL AND c.cost_pico <> 0 AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.request_id = c.id AND a.at = c.at)
        ) x GROUP BY 1) c
      FULL JOIN (SELECT split_part(a.code, ':', 2)::uuid AS channel_id, -sum(e.amount_nano) AS nano
          FROM accounts a JOIN ledger_entries e ON e.account_id = a.id JOIN ledger_transactions t ON t.id = e.tx_id
         WHERE a.code LIKE 'upstream:%:accrued' AND (t.kind = 'settlement' OR t.ref_type = 'rounding') GROUP BY 1) l USING (channel_id)
      FULL JOIN upstream_costs u USING (channel_id)
      WHERE coalesce(c.pico, 0) <> coalesce(u.sum_pico, 0) OR coalesce(l.nano, 0) <> floor(coalesce(c.pico, 0) / 1000)`,
    // The sums that settlements go on from, beside what the accounts stand at: no request is read.
    recent: `SELECT coalesce(u.channel_id, l.channel_id)::text FROM upstream_costs u
      FULL JOIN (SELECT split_part(a.code, ':', 2)::uuid AS channel_id, -b.balance_nano AS nano FROM accounts a JOIN account_balances b ON b.account_id = a.id WHERE a.code LIKE 'upstream:%:accrued') l USING (channel_id)
      WHERE $1::timestamptz IS NOT NULL AND coalesce(l.nano, 0) <> floor(coalesce(u.sum_pico, 0) / 1000)` },
  { id: "I18", says: "a request's cost is that of its attempts",
    sql: `SELECT c.id::text FROM (SELECT request_id, at, sum(cost_pico) AS pico FROM attempts GROUP BY 1, 2) a JOIN charges c ON c.id = a.request_id AND c.at = a.at
      WHERE c.cost_pico <> a.pico`,
    recent: `SELECT c.id::text FROM charges c JOIN LATERAL (SELECT sum(cost_pico) AS pico FROM attempts a WHERE a.request_id = c.id AND a.at = c.at) a ON a.pico IS NOT NULL
      WHERE c.settlement_id IN (${SETTLED}) AND c.cost_pico <> a.pico` },
  // I2 and I14 read balances from the daily sums, and so do the pages: these must be the entries'.
  { id: "I19", says: "the ledger's daily sums and closes equal its entries",
    sql: dailySums("", "", "sum(debit_nano - credit_nano) OVER (PARTITION BY account_id ORDER BY day)"),
    recent: dailySums(
      "AND t.posted_at >= date_trunc('day', $1::timestamptz, 'UTC')", "WHERE l.day >= ($1::timestamptz AT TIME ZONE 'UTC')::date",
      "coalesce((SELECT p.balance_nano FROM ledger_daily p WHERE p.account_id = l.account_id AND p.day < l.day ORDER BY p.day DESC LIMIT 1), 0) + l.debit_nano - l.credit_nano") },
];
