import { zoneOf, type Zone } from "#ui/format/zone.ts";

export type Bucket = "hour" | "day";
export type Range = Readonly<{ from: Date; to: Date; bucket: Bucket }>;

const UNIT_MS = { m: 60_000, h: 3_600_000 } as const;
const HOURS_MAX = 48;
const DEFAULT_FROM = "-24h";
const RELATIVE = /^-(\d{1,4})([mhd])$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The choices a reader has without a calendar, in the order shown. The two months are made of dates. */
export const RANGE_PRESETS = ["-1h", "-24h", "-7d", "-30d", "this-month", "last-month"] as const;
export type RangePreset = (typeof RANGE_PRESETS)[number];

/** A calendar day as `2026-11-21`, in the zone. */
export function dayText(at: Date, zone: string): string {
  const { year, month, day } = zoneOf(zone).wall(at);
  return `${year.toString().padStart(4, "0")}-${month.toString().padStart(2, "0")}-${day.toString().padStart(2, "0")}`;
}

/** What the address holds for a preset: `from` alone counts back from now, months are two dates. */
export function presetParameters(preset: RangePreset, now: Date, zone: string): { from: string; to: string | null } {
  if (preset !== "this-month" && preset !== "last-month") return { from: preset, to: null };
  const { startOfMonth, addDays } = zoneOf(zone);
  const first = startOfMonth(now);
  if (preset === "this-month") return { from: dayText(first, zone), to: null };
  const last = addDays(first, -1);
  return { from: dayText(startOfMonth(last), zone), to: dayText(last, zone) };
}

/** The preset that these parameters mean, if any. */
export function presetOf(from: string | null | undefined, to: string | null | undefined, now: Date, zone: string): RangePreset | undefined {
  const asked = from ?? DEFAULT_FROM;
  return RANGE_PRESETS.find((preset) => {
    const wanted = presetParameters(preset, now, zone);
    return wanted.from === asked && (wanted.to ?? "") === (to ?? "");
  });
}

/**
 * Reads the range in an address.
 *
 * @param from `-90m`, `-24h` (exactly that long), `-7d` (whole days: today and the six before), a day `2026-11-01`
 *   from its first moment, or an instant in ISO 8601; anything else is the last 24 hours
 * @param to a day up to its end, or an instant; left out, in the future, or before `from` = now
 * @param zone IANA zone that days are counted in
 */
export function parseRange(from: string | null | undefined, to: string | null | undefined, now: Date, zone: string): Range {
  const in_ = zoneOf(zone);
  const start = instantOf(from ?? DEFAULT_FROM, in_, now, "start") ?? instantOf(DEFAULT_FROM, in_, now, "start") ?? now;
  const asked = to ? instantOf(to, in_, now, "end") : undefined;
  const end = asked && asked > start && asked < now ? asked : now;
  const first = start < end ? start : new Date(end.getTime() - UNIT_MS.h);
  const hours = (end.getTime() - first.getTime()) / UNIT_MS.h;
  return { from: first, to: end, bucket: hours <= HOURS_MAX ? "hour" : "day" };
}

function instantOf(text: string, zone: Zone, now: Date, edge: "start" | "end"): Date | undefined {
  const relative = RELATIVE.exec(text);
  if (relative) {
    const count = Number(relative[1]);
    const unit = relative[2] as "m" | "h" | "d";
    if (unit === "d") return zone.addDays(now, edge === "start" ? 1 - Math.max(1, count) : -count);
    return new Date(now.getTime() - count * UNIT_MS[unit]);
  }
  const day = DAY.exec(text);
  if (day) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const real = new Date(Date.UTC(year, month - 1, date));
    if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== date) return undefined;
    return zone.instant({ year, month, day: edge === "end" ? date + 1 : date });
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return undefined;
  const exact = new Date(text);
  return Number.isNaN(exact.getTime()) ? undefined : exact;
}

/**
 * The starts of all hours or days that a range touches, in order. A day of 23 or 25 hours is one day; the hour that
 * comes twice when clocks go back is two.
 */
export function bucketStarts({ from, to, bucket }: Range, zone: string): Date[] {
  const { startOfDay, startOfHour, addDays } = zoneOf(zone);
  const starts: Date[] = [];
  let at = bucket === "day" ? startOfDay(from) : startOfHour(from);
  while (at < to) {
    starts.push(at);
    at = bucket === "day" ? addDays(at, 1) : new Date(at.getTime() + UNIT_MS.h);
  }
  return starts;
}

/** An hour ahead, so that what comes in while a page is open is in its range; but no day that has not begun. */
export function hourAhead(now: Date, zone: string): Date {
  const { startOfDay, addDays } = zoneOf(zone);
  return new Date(Math.min(now.getTime() + UNIT_MS.h, addDays(startOfDay(now), 1).getTime()));
}

/** The start of the bucket that an instant falls into. */
export const bucketOf = (at: Date, bucket: Bucket, zone: string): Date => (bucket === "day" ? zoneOf(zone).startOfDay(at) : zoneOf(zone).startOfHour(at));

/** The range of the same length just before: what a change is counted against. Whole days stay whole days. */
export function rangeBefore(range: Range, zone: string): Range {
  const length = range.to.getTime() - range.from.getTime();
  if (range.bucket === "hour") return { ...range, from: new Date(range.from.getTime() - length), to: range.from };
  const days = bucketStarts(range, zone).length;
  return { ...range, from: zoneOf(zone).addDays(range.from, -days), to: new Date(zoneOf(zone).addDays(range.from, -days).getTime() + length) };
}
