import type { Refusal } from "#money/billing.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { RelayError } from "#relay/errors.ts";

/** A refusal of the money's in the customer's words. */
export function refusalError(refusal: Refusal): RelayError {
  switch (refusal.refused) {
    case "credit-exhausted":
      return new RelayError("insufficient_quota", "There is not enough credit for this request. Add credit or lower max_tokens.", {
        extra: {
          needed_usd: formatUsd(refusal.neededNano),
          available_usd: formatUsd(refusal.availableNano),
          affordable_max_tokens: refusal.affordableMaxTokens,
        },
      });
    case "account-debt":
      return debtError(refusal.debtNano);
    case "budget-exceeded":
      return budgetError(refusal);
    case "low-balance-concurrency":
      return new RelayError("low_balance_concurrency", "Too many requests at once for the credit that is left.", { retryAfterMs: 1_000 });
    case "billing-unavailable":
      return new RelayError("billing_unavailable", "Billing is not available at the moment. Try again shortly.", { retryAfterMs: refusal.retryAfterMs });
    case "billing-backlog":
      return new RelayError("billing_backlog", "Billing is busy. Try again shortly.", { retryAfterMs: refusal.retryAfterMs });
  }
}

/** An account that owes can help itself; one that is restricted without a debt needs the shop. */
function debtError(debtNano: bigint): RelayError {
  if (debtNano > 0n) {
    const debt = formatUsd(debtNano);
    return new RelayError("account_debt", `The account owes ${debt} USD. Add credit to go on.`, { extra: { reason: "debt", debt_usd: debt } });
  }
  return new RelayError("account_debt", "The account is on hold because one of its payments is disputed or under review. Contact the shop.", { extra: { reason: "payment_review" } });
}

const PERIODS: Readonly<Record<string, string>> = { day: "daily", week: "weekly", month: "monthly", total: "total" };

function budgetError({ scope, period, limitNano, spentNano, resetsAtMs }: Extract<Refusal, { refused: "budget-exceeded" }>): RelayError {
  const whose = scope.startsWith("key:") ? "this API key" : "your account";
  const resets = resetsAtMs === undefined ? "" : ` It begins anew at ${new Date(resetsAtMs).toISOString()}.`;
  const budget = `The ${PERIODS[period] ?? period} budget of ${whose}`;
  const used = `${formatUsd(spentNano)} of ${formatUsd(limitNano)} USD`;
  // Refused is what could cost more than is left, before the last of it is spent: then a smaller request still passes.
  const why = spentNano >= limitNano ? `${budget} is used up: ${used}.` : `${budget} does not reach for this request: ${used} are spent. A smaller one may still pass.`;
  return new RelayError("budget_exceeded", `${why}${resets}`);
}
