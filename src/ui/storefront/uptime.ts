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

export const total = (days: readonly Counts[]): Counts =>
  days.reduce((sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }), { requests: 0, failed: 0 });
