import type { BudgetLimit } from "#money/billing.ts";
import { nano } from "#money/amount.ts";
import type { Budget, Caller } from "#snapshot/snapshot.ts";

const DAY_MS = 86_400_000;
const MONDAY = 1;

type LocalDay = Readonly<{ year: number; month: number; day: number }>;

const ZONES_MAX = 2_000;

/**
 * The budgets that a request of this caller counts in, with their windows at this instant: the windows begin at
 * midnight of his time zone (weeks on Monday), nothing is reset by a job.
 */
export type BudgetWindows = (caller: Caller, nowMs: number) => readonly BudgetLimit[];

/**
 * Remembers the running windows of each time zone, as asking the calendar costs more than the rest of an admission, and
 * those of each caller while none of them ends: who asks gets the same list, by which others keep what follows from it.
 */
export function createBudgetWindows(): BudgetWindows {
  const running = new Map<string, Window>();
  const callers = new WeakMap<Caller, Running>();
  const windowAt = (period: "day" | "week" | "month", timeZone: string, nowMs: number): Window => {
    const name = `${period} ${timeZone}`;
    const known = running.get(name);
    if (known && isIn(known, nowMs)) return known;
    if (running.size >= ZONES_MAX) running.clear();
    const window = windowOf(period, timeZone, nowMs);
    running.set(name, window);
    return window;
  };
  const limit = (scope: string, { amountNano, per }: Budget, timeZone: string, nowMs: number): BudgetLimit =>
    per === "total"
      ? { scope, period: per, startsAtMs: 0, limitNano: nano(amountNano) }
      : { scope, period: per, limitNano: nano(amountNano), ...windowAt(per, timeZone, nowMs) };

  return (caller, nowMs) => {
    if (caller.keyBudgets.length === 0 && caller.userBudgets.length === 0) return NONE;
    const known = callers.get(caller);
    if (known && isIn(known, nowMs)) return known.limits;
    const limits = [
      ...caller.keyBudgets.map((budget) => limit(`key:${caller.keyId}`, budget, caller.timeZone, nowMs)),
      ...caller.userBudgets.map((budget) => limit(`user:${caller.userId}`, budget, caller.timeZone, nowMs)),
    ];
    callers.set(caller, {
      limits,
      startsAtMs: Math.max(...limits.map(({ startsAtMs }) => startsAtMs)),
      endsAtMs: Math.min(...limits.map(({ endsAtMs = Infinity }) => endsAtMs)),
    });
    return limits;
  };
}

const NONE: readonly BudgetLimit[] = [];

/** The limits of a caller, and the time in which none of their windows changes. */
type Running = Window & Readonly<{ limits: readonly BudgetLimit[] }>;

const isIn = ({ startsAtMs, endsAtMs }: Window, atMs: number): boolean => startsAtMs <= atMs && atMs < endsAtMs;

type Window = Readonly<{ startsAtMs: number; endsAtMs: number }>;

/** The window of a period that holds an instant. */
export function windowOf(period: "day" | "week" | "month", timeZone: string, nowMs: number): Window {
  const today = localDay(timeZone, nowMs);
  const from = startOf(period, today);
  const to = startOf(period, period === "month" ? addDays(from, 31) : addDays(from, period === "week" ? 7 : 1));
  return { startsAtMs: midnight(timeZone, from), endsAtMs: midnight(timeZone, to) };
}

function startOf(period: "day" | "week" | "month", day: LocalDay): LocalDay {
  if (period === "day") return day;
  if (period === "month") return { ...day, day: 1 };
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  return addDays(day, -((weekday - MONDAY + 7) % 7));
}

function addDays({ year, month, day }: LocalDay, days: number): LocalDay {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function localDay(timeZone: string, atMs: number): LocalDay {
  if (timeZone === "UTC") {
    const date = new Date(atMs);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  const date = new Date(atMs + offsetMs(timeZone, atMs));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The instant at which a local day begins. Where clocks change at midnight, the first instant of the day. */
function midnight(timeZone: string, { year, month, day }: LocalDay): number {
  const asUtc = Date.UTC(year, month - 1, day);
  if (timeZone === "UTC") return asUtc;
  // The offset before and after a change differ: the first guess that fits is the day's beginning.
  const guesses = [asUtc - offsetMs(timeZone, asUtc - DAY_MS), asUtc - offsetMs(timeZone, asUtc + DAY_MS)];
  const fitting = guesses.filter((at) => sameDay(localDay(timeZone, at), { year, month, day }));
  return Math.min(...(fitting.length > 0 ? fitting : guesses));
}

const sameDay = (a: LocalDay, b: LocalDay): boolean => a.day === b.day && a.month === b.month && a.year === b.year;

/** How far the zone's clocks are ahead of UTC at an instant. An unknown zone counts as UTC. */
function offsetMs(timeZone: string, atMs: number): number {
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat("en-US", {
      timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    }).formatToParts(atMs);
  } catch {
    return 0;
  }
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((candidate) => candidate.type === type)!.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return local - Math.floor(atMs / 1000) * 1000;
}
