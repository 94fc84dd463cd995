/** Is this a zone that the machine knows? */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The zone as a browser gave it, or UTC: budgets count its days, so it must be one that exists. */
export const knownZone = (zone: string | undefined): string => (zone !== undefined && isTimeZone(zone) ? zone : "UTC");
