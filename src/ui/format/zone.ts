/** A civil time: what a clock on the wall of some zone shows. Months from 1. */
export type Wall = Readonly<{ year: number; month: number; day: number; hour: number; minute: number; second: number }>;

/** Days and hours of one time zone, summer time included. */
export type Zone = Readonly<{
  name: string;
  wall(at: Date): Wall;
  /** The instant of a civil time. One that a change of clocks skips = the instant of the change; one that comes twice = the first. */
  instant(wall: Partial<Wall> & Pick<Wall, "year" | "month" | "day">): Date;
  startOfDay(at: Date): Date;
  startOfHour(at: Date): Date;
  startOfMonth(at: Date): Date;
  /** Start of the day that is so many calendar days away: 23 or 25 hours away where clocks change. */
  addDays(at: Date, days: number): Date;
}>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Is this a zone that the machine knows? */
export function isZone(name: string | null | undefined): name is string {
  if (!name) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** @param name an IANA zone; an unknown one is read as UTC, because a wrong profile must not take a page down */
export function zoneOf(name: string): Zone {
  const known = isZone(name) ? name : "UTC";
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: known, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });

  const wall = (at: Date): Wall => {
    const read: Record<string, number> = {};
    for (const { type, value } of parts.formatToParts(at)) read[type] = Number(value);
    const of = (field: string): number => read[field] ?? 0;
    return { year: of("year"), month: of("month"), day: of("day"), hour: of("hour"), minute: of("minute"), second: of("second") };
  };
  const asUtc = (w: Wall): number => Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second);
  const offset = (ms: number): number => asUtc(wall(new Date(ms))) - Math.floor(ms / 1000) * 1000;

  const instant: Zone["instant"] = ({ year, month, day, hour = 0, minute = 0, second = 0 }) => {
    const wanted = Date.UTC(year, month - 1, day, hour, minute, second);
    const before = offset(wanted - DAY_MS);
    const after = offset(wanted + DAY_MS);
    const candidates = [wanted - before, wanted - after].filter((ms) => offset(ms) === wanted - ms).sort((a, b) => a - b);
    return new Date(candidates[0] ?? wanted - before);
  };
  const addDays: Zone["addDays"] = (at, days) => {
    const { year, month, day } = wall(at);
    return instant({ year, month, day: day + days });
  };

  return {
    name: known,
    wall,
    instant,
    addDays,
    startOfDay: (at) => addDays(at, 0),
    startOfHour: (at) => {
      const shift = offset(at.getTime());
      return new Date(Math.floor((at.getTime() + shift) / HOUR_MS) * HOUR_MS - shift);
    },
    startOfMonth: (at) => {
      const { year, month } = wall(at);
      return instant({ year, month, day: 1 });
    },
  };
}
