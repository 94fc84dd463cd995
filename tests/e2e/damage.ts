/** For a shop of `till.test.ts`, where every kind of movement has been. */

const WALLET = (who: string): string => `(SELECT w.id FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = '${who}@example.com')`;
/** Which entry now stands in another account, so that every transaction still balances. */
const MISPLACED = (from: string): readonly [string, string] => [
  `UPDATE ledger_entries SET account_id = (SELECT id FROM accounts WHERE code = 'equity:opening') WHERE id = (SELECT min(e.id) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = '${from}')`,
  `UPDATE ledger_entries e SET account_id = (SELECT id FROM accounts WHERE code = '${from}') FROM accounts a WHERE a.id = e.account_id AND a.code = 'equity:opening'`,
];

/** One damage for each invariant of the books: how it is done, how it is undone, which lines of the board then stand out. */
export const DAMAGE: readonly Readonly<{ breaks: string; mends: string; found: readonly string[] }>[] = [
  { found: ["I1"], ...by("ledger_entries", "amount_nano", "id = (SELECT min(e.id) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = 'expense:psp_fee')") },
  { found: ["I2"], ...by("wallets", "paid_nano", `id = ${WALLET("twice")}`) },
  { found: ["I3"], ...by("credit_lots", "remaining_nano", `wallet_id = ${WALLET("half")}`) },
  { found: ["I4"], ...pair(MISPLACED("revenue:usage")) },
  { found: ["I5"], breaks: "UPDATE charges SET lots_nano = lots_nano - 1, paid_nano = paid_nano + 1 WHERE lots_nano > 0", mends: "UPDATE charges SET lots_nano = lots_nano + 1, paid_nano = paid_nano - 1 WHERE paid_nano > 0" },
  { found: ["I6"], ...by("rate_cards", "p_input", "p_input > 0") },
  { found: ["I7"], ...renamed("topup:%", "ref_id = (SELECT id::text FROM orders WHERE client_key LIKE '%twice')") },
  { found: ["I8"], ...by("payments", "refunded_minor", "order_id = (SELECT id FROM orders WHERE client_key LIKE '%twice')") },
  { found: ["I9"], breaks: "UPDATE redeem_codes SET uses = 1 WHERE id = (SELECT min(id::text)::uuid FROM redeem_codes WHERE uses = 0)", mends: "UPDATE redeem_codes c SET uses = 0 WHERE NOT EXISTS (SELECT 1 FROM redemptions r WHERE r.code_id = c.id)" },
  { found: ["I10"], ...renamed("redeem:%") },
  { found: ["I11"], ...by("wallets", "leased_nano", `id = ${WALLET("twice")}`) },
  { found: ["I12", "I13"], ...by("disputes", "frozen_nano", "outcome = 'won'") },
  { found: ["I13"], breaks: "UPDATE disputes SET outcome = NULL, frozen_nano = 1 WHERE outcome = 'won'", mends: "UPDATE disputes SET outcome = 'won', frozen_nano = 0 WHERE outcome IS NULL" },
  { found: ["I14"], ...pair(MISPLACED("refunds:pending")) },
  { found: ["I15"], breaks: "UPDATE invoices SET number = number + 7 WHERE number = (SELECT max(number) FROM invoices)", mends: "UPDATE invoices SET number = number - 7 WHERE number = (SELECT max(number) FROM invoices)" },
  { found: ["I16"], ...by("budget_windows", "spent_nano", "scope LIKE 'key:%' AND period = 'total'") },
  { found: ["I17"], breaks: "INSERT INTO upstream_costs (channel_id, sum_pico) SELECT id, 5000 FROM channels ON CONFLICT (channel_id) DO UPDATE SET sum_pico = upstream_costs.sum_pico + 5000", mends: "UPDATE upstream_costs SET sum_pico = sum_pico - 5000" },
  { found: ["I18"], ...by("charges", "cost_pico", "id = (SELECT min(request_id::text)::uuid FROM attempts)") },
  {
    found: ["I19"],
    breaks: "INSERT INTO ledger_daily (day, account_id, debit_nano, credit_nano, balance_nano) SELECT '2020-01-01', id, 1, 0, 1 FROM accounts WHERE code = 'equity:opening'",
    mends: "DELETE FROM ledger_daily WHERE day = '2020-01-01'",
  },
];

function by(table: string, column: string, where: string): Readonly<{ breaks: string; mends: string }> {
  return { breaks: `UPDATE ${table} SET ${column} = ${column} + 1 WHERE ${where}`, mends: `UPDATE ${table} SET ${column} = ${column} - 1 WHERE ${where}` };
}
function renamed(keys: string, where = "true"): Readonly<{ breaks: string; mends: string }> {
  return {
    breaks: `UPDATE ledger_transactions SET idempotency_key = 'lost ' || idempotency_key WHERE idempotency_key LIKE '${keys}' AND ${where}`,
    mends: "UPDATE ledger_transactions SET idempotency_key = substr(idempotency_key, 6) WHERE idempotency_key LIKE 'lost %'",
  };
}
function pair([breaks, mends]: readonly [string, string]): Readonly<{ breaks: string; mends: string }> {
  return { breaks, mends };
}
