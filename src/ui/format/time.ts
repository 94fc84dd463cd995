import { MISSING } from "#ui/format/decimal.ts";
import { wordsOf } from "#ui/format/words.ts";
import { zoneOf, type Wall } from "#ui/format/zone.ts";

type In = Readonly<{ locale: string; timeZone: string; now: Date }>;
type MaybeDate = Date | null | undefined;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const two = (value: number): string => value.toString().padStart(2, "0");
const dayOf = ({ year, month, day }: Wall): string => `${year.toString().padStart(4, "0")}-${two(month)}-${two(day)}`;
const clockOf = ({ hour, minute }: Wall): string => `${two(hour)}:${two(minute)}`;
const known = (date: MaybeDate): date is Date => date !== null && date !== undefined && !Number.isNaN(date.getTime());

/** A moment in a list: `3 min ago` within a day of now, `2026-11-21 01:28` otherwise; `in 5 min` when it is to come. */
export function formatTime(date: MaybeDate, { locale, timeZone, now }: In): string {
  if (!known(date)) return MISSING;
  const past = now.getTime() - date.getTime();
  const distance = Math.abs(past);
  if (distance >= DAY_MS) return `${formatDate(date, { timeZone })} ${formatClock(date, { timeZone })}`;
  const words = wordsOf(locale);
  const say = past >= 0 ? words.ago : words.ahead;
  if (distance < MINUTE_MS) return words.now;
  return distance < HOUR_MS ? say(Math.floor(distance / MINUTE_MS), "min") : say(Math.floor(distance / HOUR_MS), "h");
}

/** `2026-11-21` in the zone. */
export const formatDate = (date: MaybeDate, { timeZone }: { timeZone: string }): string => (known(date) ? dayOf(zoneOf(timeZone).wall(date)) : MISSING);

/** `01:28`, or `01:28:03` with seconds. */
export function formatClock(date: MaybeDate, { timeZone, seconds = false }: { timeZone: string; seconds?: boolean }): string {
  if (!known(date)) return MISSING;
  const wall = zoneOf(timeZone).wall(date);
  return seconds ? `${clockOf(wall)}:${two(wall.second)}` : clockOf(wall);
}

/** Everything about a moment, zone included: `2026-11-21 01:28:03 UTC+08:00`. */
export function formatStamp(date: MaybeDate, { timeZone }: { timeZone: string }): string {
  if (!known(date)) return MISSING;
  const wall = zoneOf(timeZone).wall(date);
  const local = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  const minutes = Math.round((local - Math.floor(date.getTime() / 1000) * 1000) / MINUTE_MS);
  const size = Math.abs(minutes);
  const offset = minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "\u2212" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${dayOf(wall)} ${clockOf(wall)}:${two(wall.second)} ${offset}`;
}

/** A day beside an axis: `21 Nov`, `11月21日`. */
export function formatDay(date: Date, { locale, timeZone }: { locale: string; timeZone: string }): string {
  const { month, day } = zoneOf(timeZone).wall(date);
  const name = wordsOf(locale).months?.[month - 1];
  return name === undefined ? `${month}月${day}日` : `${day} ${name}`;
}

/** A moment in a log, to the second, as rows are told apart by it: `14:31:52` today, `20 Nov 14:31:52` before. */
export function formatLogTime(date: MaybeDate, { locale, timeZone, now }: In): string {
  if (!known(date)) return MISSING;
  const clock = formatClock(date, { timeZone, seconds: true });
  const [day, today] = [formatDate(date, { timeZone }), formatDate(now, { timeZone })];
  if (day === today) return clock;
  return `${day.slice(0, 4) === today.slice(0, 4) ? formatDay(date, { locale, timeZone }) : day} ${clock}`;
}

/** The start of a bucket of a chart: the day, or the hour with its day where one begins. */
export function formatBucket(date: Date, bucket: "hour" | "day", where: { locale: string; timeZone: string }): string {
  if (bucket === "day") return formatDay(date, where);
  return `${formatDay(date, where)} ${formatClock(date, where)}`;
}
