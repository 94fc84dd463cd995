/** How something is doing, by its last day: no traffic says nothing. */
export type StatusWord = "operational" | "degraded" | "failing" | "unknown";

export const STATUS_TEXT: Readonly<Record<StatusWord, string>> = { operational: "text-ok", degraded: "text-warn", failing: "text-bad", unknown: "text-fg-3" };
export const STATUS_BADGE: Readonly<Record<StatusWord, string>> = { operational: "badge-ok", degraded: "badge-warn", failing: "badge-bad", unknown: "" };

/** Requests that should have worked, and those that did not through no fault of the caller. */
export type Counts = Readonly<{ requests: number; failed: number }>;

const DEGRADED_BELOW = 0.98;
const FAILING_BELOW = 0.9;
/** So few failures may be chance. */
const FAILURES_MIN = 2;

export function statusOf({ requests, failed }: Counts): StatusWord {
  if (requests === 0) return "unknown";
  const rate = (requests - failed) / requests;
  if (failed < FAILURES_MIN || rate >= DEGRADED_BELOW) return "operational";
  return rate >= FAILING_BELOW ? "degraded" : "failing";
}

/** The worst of several; those without traffic don't count unless there is nothing else. */
export function worst(words: readonly StatusWord[]): StatusWord {
  for (const word of ["failing", "degraded", "operational"] as const) if (words.includes(word)) return word;
  return "unknown";
}

/** A share for people, rounded down: 99.996 % never shows as 100. */
export function formatRate({ requests, failed }: Counts): string {
  if (requests === 0) return "—";
  if (failed === 0) return "100%";
  return `${(Math.floor(((requests - failed) / requests) * 10_000) / 100).toFixed(2)}%`;
}
