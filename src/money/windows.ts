import type { BudgetLimit } from "#money/billing.ts";

/**
 * Each spending window once, under its lowest limit: what a request holds or costs counts once in a window, however
 * many limits are set on it. The list itself where no window is named twice.
 */
export function eachWindow(budgets: readonly BudgetLimit[]): readonly BudgetLimit[] {
  if (budgets.length < 2 || !budgets.some((budget, i) => firstOf(budgets, budget) < i)) return budgets;
  return budgets.filter((budget, i) => firstOf(budgets, budget) === i)
    .map((first) => budgets.reduce((least, other) => (sameWindow(first, other) && other.limitNano < least.limitNano ? other : least), first));
}

const firstOf = (budgets: readonly BudgetLimit[], budget: BudgetLimit): number => budgets.findIndex((other) => sameWindow(other, budget));

/** `total` has one window for ever. */
const sameWindow = (a: BudgetLimit, b: BudgetLimit): boolean =>
  a.scope === b.scope && a.period === b.period && (a.period === "total" || a.startsAtMs === b.startsAtMs);
