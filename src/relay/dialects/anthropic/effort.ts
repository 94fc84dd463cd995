import type { Effort, Reasoning } from "#relay/canonical/request.ts";

/** The part of the output that an effort may think with, in percent. */
const SHARE: Readonly<Record<Effort, number>> = { none: 0, minimal: 2, low: 10, medium: 30, high: 60, xhigh: 90, max: 95 };
/** Upper ends of the parts, in percent, that are read back as an effort. */
const READ_BACK: readonly (readonly [percent: number, effort: Effort])[] = [[5, "minimal"], [20, "low"], [45, "medium"], [75, "high"]];

/** Tokens to think with, of so many that may be put out. */
export const budgetOf = (effort: Effort, maxOutputTokens: number): number => Math.floor((maxOutputTokens * SHARE[effort]) / 100);

/** The effort that a budget stands for; undefined = as the model sees fit. */
export function effortOf({ effort, budget, adaptive }: Reasoning, maxOutputTokens: number): Effort | undefined {
  if (effort !== undefined || adaptive === true || budget === undefined || budget < 0) return effort;
  if (budget === 0) return "none";
  const percent = (budget / maxOutputTokens) * 100;
  return READ_BACK.find(([end]) => percent <= end)?.[1] ?? "xhigh";
}
