const HOUR_MS = 3_600_000;
const CHECK_EVERY_MS = 7 * 24 * HOUR_MS;

/** The part of a range that whole UTC hours cover; the rest is its edges. Empty (`from` = `to` = the range's end) when no whole hour fits. */
export function wholeHours(from: Date, to: Date): { from: Date; to: Date } {
  const first = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS;
  const last = Math.floor(to.getTime() / HOUR_MS) * HOUR_MS;
  return first < last ? { from: new Date(first), to: new Date(last) } : { from: to, to };
}

/** Are this zone's days made of whole UTC hours all through the range? In Kolkata or Kathmandu they are not. */
export function isWholeHourZone(timeZone: string, from: Date, to: Date): boolean {
  const minutes = new Intl.DateTimeFormat("en-US", { timeZone, minute: "numeric" });
  for (let at = from.getTime(); ; at = Math.min(at + CHECK_EVERY_MS, to.getTime())) {
    if (Number(minutes.format(at)) !== new Date(at).getUTCMinutes()) return false;
    if (at >= to.getTime()) return true;
  }
}

/** Does this machine's calendar know the zone? */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}
