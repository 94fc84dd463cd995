import { statusOf } from "#ui/storefront/status-words.ts";
import type { Day } from "#ui/storefront/uptime.ts";

const FILL = { operational: "fill-[light-dark(#63b886,#3b8f5c)]", degraded: "fill-[light-dark(#e0a43a,#d99f35)]", failing: "fill-[light-dark(#d8484a,#e0605f)]", unknown: "fill-border" } as const;

/** Few days are not blown up to the whole width: a bar is at most a 30th of it. */
const BARS_MIN = 30;

/** What is said of a day when the pointer rests on it. */
export type DayText = (day: Day) => string;

/** One bar a day, oldest left; grey = no requests. The words carry the figure, the bars only the shape. */
export function UptimeBar({ days, label, dayText, small = false }: { days: readonly Day[]; label: string; dayText: DayText; small?: boolean }) {
  const width = 100 / Math.max(days.length, BARS_MIN);
  return (
    <svg className="w-full" height={small ? 24 : 32} role="img" aria-label={label}>
      {days.map((day, i) => (
        <rect key={day.day} x={`${(i * width).toFixed(3)}%`} width={`${(width * 0.7).toFixed(3)}%`} y="0" height={small ? 24 : 32} rx="1" className={FILL[statusOf(day)]}>
          <title>{dayText(day)}</title>
        </rect>
      ))}
    </svg>
  );
}
