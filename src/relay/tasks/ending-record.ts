import { pico, type Pico } from "#money/amount.ts";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import { priceUsage } from "#money/price.ts";
import type { RateCard } from "#money/rate-card.ts";
import { pricedAs } from "#relay/tasks/quantities.ts";
import type { TaskEnding } from "#relay/tasks/task-store.ts";

const PICO_PER_NANO = 1_000n;

/**
 * The charge of a task that has ended: what was made at the prices of its admission; nothing for what failed.
 *
 * @param cost what the channel takes, where that is known
 */
export function endingRecord(begun: ChargeRecord, cost: RateCard | undefined, ending: TaskEnding, latencyMs: number): ChargeRecord {
  const { quantities, state } = ending;
  // Of what was cut short, a vendor may have told how far it came.
  const made = (state === "succeeded" || state === "cancelled") && quantities !== undefined;
  const charge = made ? priceUsage(begun.card, pricedAs(begun.card.prices, quantities)) : undefined;
  const attempts = withCost(ending.attempts ?? begun.attempts, made ? costOf(cost, ending) : pico(0n));
  return {
    ...begun,
    outcome: state === "succeeded" ? "ok" : state === "cancelled" ? "client_abort" : "upstream_error",
    usageSource: made ? "upstream" : "none",
    quantities: charge?.quantities ?? {},
    sumPico: charge?.sumPico ?? pico(0n),
    chargeNano: charge?.chargeNano ?? (0n as ChargeRecord["chargeNano"]),
    costPico: pico(attempts.reduce((sum, { costPico }) => sum + costPico, 0n)),
    httpStatus: ending.httpStatus ?? begun.httpStatus,
    errorCode: ending.errorCode?.slice(0, 64),
    attempts,
    latencyMs,
  };
}

function costOf(card: RateCard | undefined, { quantities, vendorCostNanoUsd }: TaskEnding): Pico {
  if (card && quantities) return priceUsage(card, pricedAs(card.prices, quantities)).sumPico;
  return pico((vendorCostNanoUsd ?? 0n) * PICO_PER_NANO);
}

/** The last try is the one that made it. */
const withCost = (attempts: readonly AttemptRecord[], costPico: Pico): readonly AttemptRecord[] =>
  attempts.map((attempt, i) => (i === attempts.length - 1 ? { ...attempt, costPico } : attempt));
