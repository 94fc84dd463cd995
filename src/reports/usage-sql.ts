import { OUTCOMES_OF } from "#reports/receipt.ts";

/** Stands in the rollup for a key or channel that a charge does not have. */
export const NO_ID = "00000000-0000-0000-0000-000000000000";

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(", ");

/** The outcomes that count as errors, as a list in SQL. */
export const ERROR_OUTCOMES_SQL = quoted(OUTCOMES_OF.error);
/** The outcomes of a client that left. */
export const CANCELLED_OUTCOMES_SQL = quoted(OUTCOMES_OF.cancelled);

/** Which columns the sums are made of, as one charge has them; `c` = charges. */
const OF_CHARGE = `c.key_id, c.model_id, 1 AS requests, (c.outcome IN (${ERROR_OUTCOMES_SQL}))::int AS errors, c.u_input, c.u_cache_read,
  c.u_cache_write_5m + c.u_cache_write_1h AS u_cache_write, c.u_output, c.u_reasoning, c.charge_nano, c.endpoint, c.outcome, c.ttft_ms`;
const OF_ROLLUP = `NULLIF(h.key_id, '${NO_ID}') AS key_id, h.model_id, h.requests, h.errors, h.u_input, h.u_cache_read,
  h.u_cache_write_5m + h.u_cache_write_1h AS u_cache_write, h.u_output, h.u_reasoning, h.charge_nano, NULL AS endpoint, NULL AS outcome, NULL::int AS ttft_ms`;

/**
 * A wallet's charges of a range as rows to sum up. `$1` wallet, `$2` and `$3` the range, `$4` and `$5` its whole hours.
 *
 * With the rollup: its hours, the charges of the edges, and those of the whole hours that were settled after the
 * rollup's mark. Without: the charges themselves, which alone know endpoint and status, and minutes.
 */
export const usageSource = (rolled: boolean): string =>
  rolled
    ? `SELECT h.hour AS at, ${OF_ROLLUP} FROM usage_hourly h WHERE h.wallet_id = $1 AND h.hour >= $4::timestamptz AND h.hour < $5::timestamptz
       UNION ALL
       SELECT c.at, ${OF_CHARGE} FROM charges c WHERE c.wallet_id = $1 AND c.at >= $2::timestamptz AND c.at < $4::timestamptz
       UNION ALL
       SELECT c.at, ${OF_CHARGE} FROM charges c WHERE c.wallet_id = $1 AND c.at >= $5::timestamptz AND c.at < $3::timestamptz AND c.at >= $2::timestamptz
       UNION ALL
       SELECT c.at, ${OF_CHARGE} FROM ledger_transactions t JOIN charges c ON c.settlement_id = t.id
        WHERE t.kind = 'settlement' AND t.posted_at >= (SELECT through FROM usage_rollup WHERE id = 1)
          AND c.wallet_id = $1 AND c.at >= $4::timestamptz AND c.at < $5::timestamptz`
    : `SELECT c.at, ${OF_CHARGE} FROM charges c
        WHERE c.wallet_id = $1 AND c.at >= $2::timestamptz AND c.at < $3::timestamptz AND $4::timestamptz <= $5::timestamptz`;

const SHOP_CHARGE = `c.wallet_id, c.model_id, c.channel_id, 1 AS requests, (c.outcome IN (${ERROR_OUTCOMES_SQL}))::int AS errors, c.charge_nano, c.cost_pico`;

/**
 * All charges of a range as rows to sum up, with what they cost. `$1` and `$2` the range, `$3` and `$4` its whole hours.
 * The same four parts as of one wallet: the rollup's hours, both edges, and what was settled after the rollup's mark.
 */
export const SHOP_USAGE_SQL = `
  SELECT h.hour AS at, h.wallet_id, h.model_id, NULLIF(h.channel_id, '${NO_ID}') AS channel_id, h.requests, h.errors, h.charge_nano, h.cost_pico
    FROM usage_hourly h WHERE h.hour >= $3::timestamptz AND h.hour < $4::timestamptz
  UNION ALL
  SELECT c.at, ${SHOP_CHARGE} FROM charges c WHERE c.at >= $1::timestamptz AND c.at < $3::timestamptz
  UNION ALL
  SELECT c.at, ${SHOP_CHARGE} FROM charges c WHERE c.at >= $4::timestamptz AND c.at < $2::timestamptz AND c.at >= $1::timestamptz
  UNION ALL
  SELECT c.at, ${SHOP_CHARGE} FROM ledger_transactions t JOIN charges c ON c.settlement_id = t.id
   WHERE t.kind = 'settlement' AND t.posted_at >= (SELECT through FROM usage_rollup WHERE id = 1) AND c.at >= $3::timestamptz AND c.at < $4::timestamptz`;
