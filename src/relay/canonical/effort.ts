import type { Effort, Reasoning } from "#relay/canonical/request.ts";

/** Percent of the most output that a model may think with. */
const SHARE: Readonly<Record<Effort, number>> = { none: 0, minimal: 2, low: 10, medium: 30, high: 60, xhigh: 90, max: 95 };
/** From weak to strong. */
const ORDER: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
/** Where a budget's share of the limit stops being this effort. */
const BACK: readonly (readonly [ratio: number, effort: Effort])[] = [[0.05, "minimal"], [0.2, "low"], [0.45, "medium"], [0.75, "high"]];
/** Taken where nobody says how much the model may put out. */
const LIMIT_UNKNOWN = 32_768;

export type BudgetRange = Readonly<{ min: number; max: number; /** May thinking be switched off? */ off: boolean }>;

/** Ranges of the vendors whose models think by budget. Anthropic's has no top but the output's cap. */
export const ANTHROPIC_BUDGET: BudgetRange = { min: 1_024, max: Infinity, off: true };
export const GEMINI_PRO_BUDGET: BudgetRange = { min: 128, max: 32_768, off: false };
export const GEMINI_FLASH_BUDGET: BudgetRange = { min: 0, max: 24_576, off: true };
export const GEMINI_FLASH_LITE_BUDGET: BudgetRange = { min: 512, max: 24_576, off: true };

/** Thinking tokens for an effort, within a model's range; 0 = off. @param limit most output */
export function budgetOfEffort(effort: Effort, limit: number | undefined, { min, max, off }: BudgetRange): number {
  if (effort === "none") return off ? 0 : min;
  return clamp(Math.floor(((limit ?? LIMIT_UNKNOWN) * SHARE[effort]) / 100), min, max);
}

/** The effort that a budget comes to. Undefined = the model decides. */
export function effortOfBudget(budget: number, limit: number | undefined): Effort | undefined {
  if (budget < 0) return undefined;
  if (budget === 0) return "none";
  const ratio = budget / Math.max(1, limit ?? LIMIT_UNKNOWN);
  return BACK.find(([most]) => ratio <= most)?.[1] ?? "xhigh";
}

/** What a request asks for, as an effort. Undefined = thinking as the model sees fit. */
export const effortOf = ({ effort, budget }: Reasoning, limit: number | undefined): Effort | undefined =>
  effort ?? (budget === undefined ? undefined : effortOfBudget(budget, limit));

/** What a request asks for, as thinking tokens; -1 = as the model sees fit, 0 = off. */
export function budgetOf({ effort, budget }: Reasoning, limit: number | undefined, range: BudgetRange): number {
  if (budget !== undefined) return budget < 0 ? -1 : budget === 0 ? budgetOfEffort("none", limit, range) : clamp(budget, range.min, range.max);
  return effort === undefined ? -1 : budgetOfEffort(effort, limit, range);
}

/** The nearest of the efforts that a model knows: the next weaker one, else the weakest it has. */
export function nearestEffort(effort: Effort, known: readonly Effort[]): Effort | undefined {
  const wanted = ORDER.indexOf(effort);
  const weaker = ORDER.slice(0, wanted + 1).findLast((one) => known.includes(one));
  return weaker ?? ORDER.find((one) => known.includes(one));
}

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);
