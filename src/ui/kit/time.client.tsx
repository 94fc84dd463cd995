"use client";
import { useLocale, useNow, useTimeZone } from "next-intl";
import { formatClock, formatDate, formatLogTime, formatStamp, formatTime, MISSING } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";

const EVERY_MS = 30_000;

export type TimeForm = "relative" | "stamp" | "date" | "clock" | "log";

/**
 * A moment, in the reader's zone; the whole stamp with its zone on hover.
 *
 * @param as `relative` within a day of now (moves on by itself), `log` to the second with the day where it is not today, else one fixed form
 */
export function Time({ at, as = "relative", className }: { at: Date | string | null | undefined; as?: TimeForm; className?: string }) {
  const locale = useLocale();
  const timeZone = useTimeZone() ?? "UTC";
  const now = useNow(as === "relative" ? { updateInterval: EVERY_MS } : undefined);
  const date = typeof at === "string" ? new Date(at) : at;
  if (!date || Number.isNaN(date.getTime())) return <span className={cn("text-fg-3", className)}>{MISSING}</span>;
  const stamp = formatStamp(date, { timeZone });
  const shown = { relative: () => formatTime(date, { locale, timeZone, now }), stamp: () => stamp, date: () => formatDate(date, { timeZone }), clock: () => formatClock(date, { timeZone, seconds: true }), log: () => formatLogTime(date, { locale, timeZone, now }) }[as]();
  return (
    // The minute may turn between the server's picture and the browser's.
    <time dateTime={date.toISOString()} title={shown === stamp ? undefined : stamp} className={cn("nums whitespace-nowrap", className)} suppressHydrationWarning>{shown}</time>
  );
}
