import type { DateTimeFormatOptions } from "next-intl";

/** `2025-09-30` or `2024-12` of a catalogue, as a moment with how much of it is known; undefined where it is neither. */
export function calendarDate(text: string | undefined): Readonly<{ date: Date; how: DateTimeFormatOptions }> | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text ?? "") ?? [];
  if (year === undefined) return undefined;
  return { date: new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1))), how: { year: "numeric", month: "short", ...(day !== undefined && { day: "numeric" }), timeZone: "UTC" } };
}
