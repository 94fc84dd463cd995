import type { Counts } from "#ui/storefront/status-words.ts";

export type Day = Counts & Readonly<{ day: string }>;
export const STATUS_DAYS = 90;
const DAY_MS = 86_400_000;

/** One entry a day up to `now`, oldest first; days without requests are zeros. */
export function fillDays(days: readonly Day[], now: Date, length: number = STATUS_DAYS): readonly Day[] {
  const sums = new Map<string, Counts>();
  for (const { day, requests, failed } of days) {
    const sum = sums.get(day);
    sums.set(day, { requests: (sum?.requests ?? 0) + requests, failed: (sum?.failed ?? 0) + failed });
  }
  return Array.from({ length }, (_, i) => {
    const day = new Date(now.getTime() - (length - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, requests: 0, failed: 0, ...sums.get(day) };
  });
}

/** What a caption says of a range: where it begins, and whether that is its full length. */
export const isWhole = (days: readonly unknown[]): boolean => days.length >= STATUS_DAYS;

export const total = (days: readonly Counts[]): Counts =>
  days.reduce((sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }), { requests: 0, failed: 0 });

/** From the first day with requests on: a young shop shows the days that it has, and not three months of nothing. */
export function sinceFirst<D extends Counts>(days: readonly D[]): readonly D[] {
  const first = days.findIndex(({ requests }) => requests > 0);
  return first < 0 ? [] : days.slice(first);
}

/** Fewer days are no row of bars: one square says less than the figures themselves. */
const BARS_FROM = 7;
export const hasBars = (days: readonly unknown[]): boolean => days.length >= BARS_FROM;

/** One day with failures, and what failed on it, most first. */
export type BadDay = Readonly<{ day: string; sum: Counts; models: readonly (Counts & Readonly<{ modelId: string }>)[] }>;

/** Every day on which anything failed, the latest first: a single failure too, so that no figure below 100 % is left unexplained. */
export function daysWithFailures(days: readonly (Day & Readonly<{ modelId: string }>)[]): readonly BadDay[] {
  return [...Map.groupBy(days, ({ day }) => day)].flatMap(([day, all]): BadDay[] => {
    const models = all.filter(({ failed }) => failed > 0).sort((a, b) => b.failed - a.failed);
    return models.length === 0 ? [] : [{ day, sum: total(all), models }];
  }).sort((a, b) => b.day.localeCompare(a.day));
}
