import { ppm, type Ppm } from "#money/amount.ts";

/** Hours of a day in a named zone with a factor of their own; may cross midnight. `days`: Monday first, of the day it begins. */
export type PriceWindow = Readonly<{ tz: string; days: string; from: string; to: string; ppm: number; at?: "start" | "end" }>;

export type WindowFactor = Readonly<{ name: string; ppm: Ppm; at: "start" | "end"; open(atMs: number): boolean }>;

const MINUTE_MS = 60_000;

/**
 * Windows by the wall clock of their zone. A window whose local time is skipped by summer time does not happen;
 * one whose local time comes twice applies in both.
 *
 * @throws RangeError on an unknown zone
 */
export function compileWindow(window: PriceWindow): WindowFactor {
  const from = minutesOf(window.from);
  const to = minutesOf(window.to);
  const localTime = createLocalTime(window.tz);
  return {
    name: `${window.from}–${window.to} ${window.tz}`,
    ppm: ppm(window.ppm),
    at: window.at ?? "start",
    open(atMs) {
      const { day, minute } = localTime(atMs);
      if (from < to) return minute >= from && minute < to && window.days[day] === "1";
      if (minute >= from) return window.days[day] === "1";
      return minute < to && window.days[(day + 6) % 7] === "1";
    },
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Weekday (Monday = 0) and minute of the day in a zone. Offsets are whole minutes, so a minute's answer is kept. */
function createLocalTime(zone: string): (atMs: number) => { day: number; minute: number } {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  let keptMinute = Number.NaN;
  let kept = { day: 0, minute: 0 };
  return (atMs) => {
    const utcMinute = Math.floor(atMs / MINUTE_MS);
    if (utcMinute !== keptMinute) {
      const part = Object.fromEntries(format.formatToParts(utcMinute * MINUTE_MS).map(({ type, value }) => [type, value]));
      kept = { day: WEEKDAYS.indexOf(part.weekday!), minute: Number(part.hour) * 60 + Number(part.minute) };
      keptMinute = utcMinute;
    }
    return kept;
  };
}

const WEEKDAYS: readonly string[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
