import type { Tone } from "#ui/kit/tone.ts";

/** How loud each outcome is: what is normal stays grey. */
export const outcomeTone = (outcome: string): Tone =>
  outcome === "ok" || outcome === "empty" || outcome === "refused" ? "ok" : outcome === "client_abort" ? "neutral" : "bad";

export const OUTCOMES = ["ok", "empty", "refused", "client_abort", "upstream_error", "upstream_abort", "cut_no_credit", "interrupted"] as const;
