"use client";
import { useId, type ReactElement } from "react";
import { Bar, BarChart, CartesianGrid, Line, LineChart, Rectangle, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { BarShapeProps, DotItemDotProps, TooltipContentProps } from "recharts";
import { formatClock, formatDay } from "#ui/format/index.ts";
import { axisTicks, bucketSize, chartPoints, heightsOf, hourMarks, isLone, sumOf, toldBars, type ChartColor, type PaintedSeries } from "#ui/charts/chart-data.ts";
import type { TimeChartProps } from "#ui/charts/time-chart.client.tsx";
import { useLocale, useTimeZone } from "next-intl";

type Props = Omit<TimeChartProps, "series"> & { series: readonly PaintedSeries[]; label: (at: number) => string; ariaLabel: string; totalLabel: string; partialLabel: string };

const cssColor = (color: ChartColor): string => (color === "neutral" ? "var(--color-chart-neutral)" : `var(--color-chart-${color})`);
const TICK = { fontSize: 12, fill: "var(--color-fg-3)" } as const;
/** Lines are told apart by dash as well as by colour. */
const DASHES = [undefined, "6 3", "2 3", "8 3 2 3", "1 4", "10 4", "4 2 1 2", "12 2"] as const;
const SERIES_MAX_BAR = 28;
/** A bucket in which nothing happened is marked so high, so that it is not taken for a gap. */
const NOTHING_PX = 2;
const TOLD_PX = 6;

/** The picture: arrow keys move from bucket to bucket once it has the focus. */
export default function TimeChartPlot({ series, buckets, kind, stacked = false, format, formatAxis = format, partialLast = false, label, ariaLabel, totalLabel, partialLabel }: Props) {
  const id = useId().replace(/[^\w-]/g, "");
  const locale = useLocale();
  const timeZone = useTimeZone() ?? "UTC";
  const hours = bucketSize(buckets) === "hour";
  const clock = (bucket: Date): string => formatClock(bucket, { timeZone });
  const last = buckets.length - 1;
  const points = chartPoints(series, buckets, kind === "line" && partialLast);
  const tick = (at: number): string => {
    const bucket = buckets[at];
    if (!bucket) return "";
    // Where a day begins, its name says more than "00:00".
    return hours && clock(bucket) !== "00:00" ? clock(bucket) : formatDay(bucket, { locale, timeZone });
  };
  const content = (tip: TooltipContentProps) => <Tip active={tip.active} place={tip.label} series={series} name={label} format={format} total={stacked ? totalLabel : undefined} partial={partialLast ? { at: last, text: partialLabel } : undefined} />;
  const heights = heightsOf(series, stacked);
  const ticks = axisTicks(heights);
  const bars: Bars = { last: partialLast ? last : -1, count: buckets.length, heights, told: kind === "bar" && (stacked || series.length === 1) ? toldBars(heights) : new Set(), format };
  const marks = hours ? hourMarks(buckets.map((bucket) => Number.parseInt(clock(bucket), 10))) : undefined;
  const axes = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--color-border)" />,
    <XAxis key="x" dataKey="at" tickFormatter={tick} tick={TICK} tickLine={false} axisLine={{ stroke: "var(--color-border)" }} minTickGap={24} interval="equidistantPreserveStart" height={24} {...(marks && { ticks: [...marks] })} />,
    <YAxis key="y" tickFormatter={formatAxis} tick={TICK} tickLine={false} axisLine={false} width="auto" {...(ticks ? { ticks, domain: [0, ticks.at(-1)!], interval: 0 } : { tickCount: 5, domain: [(low: number) => Math.min(0, low), "auto"] })} />,
    <Tooltip key="tip" content={content} isAnimationActive={false} cursor={kind === "bar" ? { fill: "var(--color-muted)" } : { stroke: "var(--color-control)" }} />,
  ];
  const shared = { data: points, margin: { top: bars.told.size > 0 ? 24 : 8, right: 8, bottom: 0, left: 0 }, "aria-label": ariaLabel, role: "application" as const };
  return (
    <div className="chart-box">
      <ResponsiveContainer width="100%" height="100%">
        {kind === "bar" ? (
          <BarChart {...shared} barCategoryGap="22%">
            <defs>{partialLast ? series.map((one, at) => <Hatch key={one.id} id={`${id}-${at}`} color={cssColor(one.color)} />) : null}</defs>
            {axes}
            {series.map((one, at) => (
              <Bar key={one.id} dataKey={one.id} name={one.label} fill={cssColor(one.color)} isAnimationActive={false} maxBarSize={SERIES_MAX_BAR} {...(stacked && { stackId: "all" })} shape={barShape(bars, `${id}-${at}`, at === 0 && (stacked || series.length === 1), at === series.length - 1)} />
            ))}
          </BarChart>
        ) : (
          <LineChart {...shared}>
            {axes}
            {series.flatMap((one, at) => lines(one, at, partialLast))}
          </LineChart>
        )}
      </ResponsiveContainer>
    </div>
  );
}

function Hatch({ id, color }: { id: string; color: string }) {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="5" height="5" fill={color} opacity="0.42" />
      <rect width="2" height="5" fill={color} />
    </pattern>
  );
}

type Bars = Readonly<{ /** The bucket that is not over; -1 = none. */ last: number; count: number; heights: readonly number[]; told: ReadonlySet<number>; format: (value: number) => string }>;

/** A bar: hatched while its bucket fills, a thin mark where nothing happened, its figure above it where there are but a few. */
const barShape = ({ last, count, heights, told, format }: Bars, pattern: string, lowest: boolean, topmost: boolean) => function TimeBar(bar: BarShapeProps): ReactElement {
  const { index, x, y, width } = bar;
  const height = heights[index] ?? 0;
  if (height === 0) return lowest ? <rect x={x} y={y - NOTHING_PX} width={width} height={NOTHING_PX} rx={1} fill="var(--color-border)" /> : <g />;
  const atEnd = index > count * 0.8;
  return (
    <>
      <Rectangle {...bar} fill={index === last ? `url(#${pattern})` : bar.fill ?? "none"} />
      {topmost && told.has(index) ? <text x={atEnd ? x + width : x + width / 2} y={y - TOLD_PX} textAnchor={atEnd ? "end" : "middle"} fontSize={12} fontWeight={500} fill="var(--color-fg)" className="nums">{format(height)}</text> : null}
    </>
  );
};

function lines(one: PaintedSeries, at: number, partialLast: boolean): ReactElement[] {
  const stroke = cssColor(one.color);
  const shared = { stroke, strokeWidth: 1.75, isAnimationActive: false, connectNulls: false, type: "linear" as const, activeDot: { r: 3.5, fill: stroke, strokeWidth: 0 } };
  const dot = ({ index, cx, cy, key }: DotItemDotProps): ReactElement => (isLone(one.values, index) && Number.isFinite(cy) ? <circle key={key} cx={cx} cy={cy} r={2.5} fill={stroke} /> : <g key={key} />);
  const line = <Line key={one.id} dataKey={one.id} name={one.label} dot={dot} strokeDasharray={DASHES[at % DASHES.length]} {...shared} />;
  if (!partialLast) return [line];
  return [line, <Line key={`~${one.id}`} dataKey={`~${one.id}`} name={one.label} dot={dot} strokeDasharray="2 4" tooltipType="none" legendType="none" {...shared} />];
}

type TipProps = { active: boolean; place: string | number | undefined; series: readonly PaintedSeries[]; name: (at: number) => string; format: (value: number) => string; total: string | undefined; partial: { at: number; text: string } | undefined };

/** What stands at one place; read aloud when the keys move there. */
function Tip({ active, place, series, name, format, total, partial }: TipProps) {
  if (!active || place === undefined) return null;
  const at = Number(place);
  return (
    <div className="pop min-w-36 rounded-control! px-3 py-2 text-12" role="status" aria-live="assertive">
      <p className="mb-1 font-medium">{name(at)}{partial?.at === at ? <span className="font-normal text-fg-3"> {partial.text}</span> : null}</p>
      <table>
        <tbody>
          {series.map((one) => {
            const value = one.values[at];
            return (
              <tr key={one.id}>
                <th scope="row" className="pr-4 font-normal text-fg-2">
                  <span className="inline-flex items-center gap-1.5">
                    <svg width="8" height="8" aria-hidden="true"><rect width="8" height="8" rx="2" fill={cssColor(one.color)} /></svg>
                    {one.label}
                  </span>
                </th>
                <td className="num">{value === null || value === undefined ? "—" : format(value)}</td>
              </tr>
            );
          })}
          {total !== undefined && series.length > 1 ? (
            <tr className="border-t font-medium"><th scope="row" className="pt-0.5 pr-4 font-medium">{total}</th><td className="num pt-0.5">{format(sumOf(series.map(({ values }) => values[at] ?? null)))}</td></tr>
          ) : null}
        </tbody>
      </table>
    </div>
  );
}
