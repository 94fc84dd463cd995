/** How often a job runs, as far as a person wants to know it. */
export type Rhythm = Readonly<{ kind: "minutes"; count: number } | { kind: "hourly"; minute: string } | { kind: "daily"; time: string }>;

const STEP = /^\*(?:\/(\d{1,2}))?$/;
const NUMBER = /^\d{1,2}$/;

/**
 * What the five fields of a schedule say: every so many minutes, at a minute of each hour, or at a time of each day (UTC).
 * Undefined for schedules of other kinds, which are shown as they are written.
 */
export function rhythmOf(cron: string): Rhythm | undefined {
  const [minute = "", hour = "", ...days] = cron.trim().split(/\s+/);
  if (days.length !== 3 || days.some((field) => field !== "*")) return undefined;
  const step = STEP.exec(minute);
  if (step && hour === "*") return { kind: "minutes", count: Number(step[1] ?? 1) };
  if (!NUMBER.test(minute)) return undefined;
  if (hour === "*") return { kind: "hourly", minute: minute.padStart(2, "0") };
  return NUMBER.test(hour) ? { kind: "daily", time: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` } : undefined;
}
