const CHECKS = ["provider", "livemode", "session", "payment", "owner", "order", "currency", "amount"] as const;

/** What is compared before credit, where it is a word that the screens have. */
export const checkName = (what: unknown): (typeof CHECKS)[number] | undefined => CHECKS.find((known) => known === what);

/** What differed, of a list of comparisons as an order's history keeps it. */
export function failedChecks(checks: unknown): readonly (typeof CHECKS)[number][] {
  if (!Array.isArray(checks)) return [];
  return checks.flatMap((check: Readonly<{ what?: unknown; ok?: unknown }>) => (check.ok === false ? checkName(check.what) ?? [] : []));
}
