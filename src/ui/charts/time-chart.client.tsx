"use client";
import { ChartColumn, Download, Table2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { useId, useState, type ReactNode } from "react";
import { formatBucket } from "#ui/format/index.ts";
import { bucketSize, chartCsv, isEmpty, painted, peakOf, sumOf, type ChartSeries, type PaintedSeries } from "#ui/charts/chart-data.ts";
import { cn } from "#ui/kit/cn.ts";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { ErrorState, Skeleton, StaleNote } from "#ui/kit/states.tsx";

export type { ChartColor, ChartSeries } from "#ui/charts/chart-data.ts";

export type TimeChartProps = Readonly<{
  title: ReactNode;
  /** What the values count, such as "USD" or "per hour"; beside the title and in the head of the table. */
  unit?: string;
  series: readonly ChartSeries[];
  /** Starts of the hours or days, made by bucketStarts in the reader's zone. */
  buckets: readonly Date[];
  kind: "line" | "bar";
  stacked?: boolean;
  format: (value: number) => string;
  /** Shorter, for the axis. */
  formatAxis?: (value: number) => string;
  /** The value in the file; without it the bare number. */
  csv?: (value: number) => string;
  /** The last bucket is still filling: hatched, or dashed. */
  partialLast?: boolean;
  /** Sums beside the names of the series, where adding up makes sense. */
  totals?: boolean;
  state?: "loading" | "ready" | "error" | "stale";
  onRetry?: () => void;
  requestId?: string;
  /** At the right end of the head. */
  action?: ReactNode;
  className?: string;
}>;

// The chart library is large; a page loads it when it has a chart to show.
const Plot = dynamic(() => import("#ui/charts/time-chart-plot.client.tsx"), { ssr: false, loading: () => <PlotSkeleton /> });

/** Values over time: picture, table and file of the same numbers. */
export function TimeChart(props: TimeChartProps) {
  const { title, unit, series, buckets, format, state = "ready", onRetry, requestId, totals = false, action, className } = props;
  const t = useTranslations("tables");
  const id = useId();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [asTable, setAsTable] = useState(false);
  const all = painted(series);
  const shown = all.filter(({ id: name }) => !hidden.has(name));
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  const ready = state === "ready" || state === "stale";
  return (
    <figure className={cn("min-w-0", className)} aria-labelledby={id} aria-busy={state === "loading"}>
      <figcaption className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-1">
        <span id={id} className={cn("min-w-0 flex-1", action !== undefined && "max-sm:basis-full")}>
          <span className="font-semibold">{title}</span>
          {unit ? <span className="text-13 text-fg-3"> {unit}</span> : null}
        </span>
        <span className="flex min-h-7">
          {action}
          {ready ? (
            <>
              <IconButton size="sm" label={asTable ? t("chart.picture") : t("chart.table")} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
                {asTable ? <ChartColumn size={16} strokeWidth={1.75} aria-hidden="true" /> : <Table2 size={16} strokeWidth={1.75} aria-hidden="true" />}
              </IconButton>
              <IconButton size="sm" label={t("chart.csv")} onClick={() => download(`${typeof title === "string" ? title : "chart"}.csv`, chartCsv(series, buckets, props.csv))}>
                <Download size={16} strokeWidth={1.75} aria-hidden="true" />
              </IconButton>
            </>
          ) : null}
        </span>
        {series.length > 1 || totals ? <Legend series={all} hidden={hidden} onToggle={toggle} {...(totals && ready && { total: (one: ChartSeries) => format(sumOf(one.values)) })} /> : null}
      </figcaption>
      {state === "error" ? <ErrorState className="p-0!" title={t("chart.failed")} requestId={requestId} onRetry={onRetry} />
        : state === "loading" ? <PlotSkeleton />
        : (
          <>
            {state === "stale" ? <StaleNote {...(onRetry && { onRetry })}>{t("staleUnknown")}</StaleNote> : null}
            <div className={state === "stale" ? "tbl-dimmed" : undefined}>
              {asTable ? <ChartTable {...props} series={shown} /> : isEmpty(series) ? <p className="chart-box grid place-items-center text-13 text-fg-3">{t("chart.empty")}</p> : <Picture {...props} series={shown} />}
            </div>
          </>
        )}
    </figure>
  );
}

function PlotSkeleton() {
  return <div className="chart-box flex items-end gap-2 pt-4" aria-hidden="true">{["h-2/5", "h-3/5", "h-1/2", "h-4/5", "h-2/3", "h-3/4", "h-1/3", "h-3/5"].map((height, i) => <Skeleton key={i} className={cn("flex-1", height)} />)}</div>;
}

const SWATCH = { 1: "bg-chart-1", 2: "bg-chart-2", 3: "bg-chart-3", 4: "bg-chart-4", 5: "bg-chart-5", 6: "bg-chart-6", 7: "bg-chart-7", 8: "bg-chart-8", neutral: "bg-chart-neutral" } as const;

function Legend({ series, hidden, onToggle, total }: { series: readonly PaintedSeries[]; hidden: ReadonlySet<string>; onToggle: (id: string) => void; total?: (one: ChartSeries) => string }) {
  const t = useTranslations("tables");
  return (
    <ul className="flex min-w-0 basis-full flex-wrap gap-x-4 text-13" aria-label={t("chart.legend")}>
      {series.map((one) => {
        const off = hidden.has(one.id);
        return (
          <li key={one.id} className="max-w-full">
            <button type="button" className={cn("inline-flex min-h-6 max-w-full items-center gap-1.5 rounded-control text-fg-2 hover:text-fg", off && "text-fg-3 line-through")} aria-pressed={!off} onClick={() => onToggle(one.id)}>
              <i className={cn("size-2.5 flex-none rounded-[2px]", off ? "border" : SWATCH[one.color])} aria-hidden="true" />
              <span className="truncate">{one.label}</span>
              {total ? <span className="nums font-medium text-fg">{total(one)}</span> : null}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Picture(props: TimeChartProps & { series: readonly PaintedSeries[] }) {
  const { series, buckets, format, partialLast } = props;
  const t = useTranslations("tables");
  const label = useBucketLabel(buckets);
  const [first, last] = [buckets[0], buckets.at(-1)];
  const summary = series.map((one) => {
    const peak = peakOf(one.values);
    return peak ? t("chart.peak", { name: one.label, value: format(peak.value), when: label(peak.at) }) : t("chart.none", { name: one.label });
  });
  return (
    <>
      <p className="sr-only">{first && last ? t("chart.summary", { from: label(0), to: label(buckets.length - 1), details: summary.join(" ") }) : ""}{partialLast ? ` ${t("chart.partial")}` : ""}</p>
      <Plot {...props} label={label} ariaLabel={t("chart.keys")} totalLabel={t("chart.total")} partialLabel={t("chart.partialShort")} />
    </>
  );
}

/** What stands under a bucket. */
function useBucketLabel(buckets: readonly Date[]): (at: number) => string {
  const locale = useLocale();
  const timeZone = useTimeZone() ?? "UTC";
  const size = bucketSize(buckets);
  return (at) => {
    const bucket = buckets[at];
    return bucket ? formatBucket(bucket, size, { locale, timeZone }) : "";
  };
}

function ChartTable({ title, unit, series, buckets, format, partialLast, stacked }: TimeChartProps) {
  const t = useTranslations("tables");
  const label = useBucketLabel(buckets);
  const summed = Boolean(stacked) && series.length > 1;
  return (
    <div className="chart-box overflow-auto" tabIndex={0} role="region" aria-label={typeof title === "string" ? title : t("chart.table")}>
      <table className="tbl tbl-dense tbl-flush">
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            {series.map(({ id, label: name }) => <th key={id} scope="col" className="num">{name}{unit ? `, ${unit}` : ""}</th>)}
            {summed ? <th scope="col" className="num">{t("chart.total")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket, at) => (
            <tr key={bucket.getTime()}>
              <td className="nums">{label(at)}{partialLast && at === buckets.length - 1 ? <span className="text-fg-3"> {t("chart.partialShort")}</span> : null}</td>
              {series.map(({ id, values }) => {
                const value = values[at];
                return <td key={id} className="num">{value === null || value === undefined ? "—" : format(value)}</td>;
              })}
              {summed ? <td className="num">{format(sumOf(series.map(({ values }) => values[at] ?? null)))}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
