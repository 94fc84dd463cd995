"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { TimeChart } from "#ui/charts/time-chart.client.tsx";
import { formatAxisUsd, formatBucket, formatChange, formatCount, formatCsvUsd, formatPercent, formatTokens, formatTotal, parseRange } from "#ui/format/index.ts";
import { Card } from "#ui/kit/card.tsx";
import { cn } from "#ui/kit/cn.ts";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { tableState } from "#ui/trpc/table-state.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { GROUPS, METRICS, metricOf, seriesOf, shareOf, tokensOf, type Metric, type UsageData, type UsageRow } from "#ui/usage/usage-chart.ts";
import { UsageTable } from "#ui/usage/usage-table.client.tsx";

const FALLBACK = "-7d";
const HOURS_RANGE_MS = 8 * 86_400_000;

/** Usage of a range: four figures, the chosen one over time, and the same sums by group. Of one key where one is given. */
export function UsagePanel({ keyId }: { keyId?: string }) {
  const t = useTranslations("usage");
  const trpc = useTRPC();
  const locale = useLocale();
  const timeZone = useTimeZone() ?? "UTC";
  const [now, setNow] = useState(() => new Date());
  const [group, setGroup] = useQueryState("group", parseAsStringLiteral(GROUPS).withDefault(keyId ? "model" : "model"));
  const [metric, setMetric] = useQueryState("metric", parseAsStringLiteral(METRICS).withDefault("spend"));
  const offered = useQuery(trpc.console.requests.filterValues.queryOptions());
  const filters: FilterDef[] = [
    { key: "range", label: t("filter.range"), kind: "date-range", fallback: FALLBACK },
    { key: "model", label: t("filter.model"), kind: "select", options: (offered.data?.models ?? []).map(({ name }) => ({ value: name, label: name })) },
    ...(keyId ? [] : [{ key: "key", label: t("filter.key"), kind: "select" as const, options: (offered.data?.keys ?? []).map(({ id, name }) => ({ value: id, label: name || t("playground") })) }]),
    { key: "endpoint", label: t("filter.endpoint"), kind: "select", options: (offered.data?.endpoints ?? []).map((value) => ({ value, label: value })) },
    { key: "status", label: t("filter.status"), kind: "select", options: (["ok", "cancelled", "error"] as const).map((value) => ({ value, label: t(`status.${value}`) })) },
  ];
  const { values, filtered, clear } = useFilterValues(filters);
  const range = parseRange(values["from"] ?? FALLBACK, values["to"], now, timeZone);
  const tooLong = range.to.getTime() - range.from.getTime() > HOURS_RANGE_MS;
  const shown = group === "hour" && tooLong ? "day" : group;
  const status = (["ok", "cancelled", "error"] as const).find((value) => value === values["status"]);
  const key = keyId ?? uuidOf(values["key"]);
  const query = useQuery({
    ...trpc.console.usage.get.queryOptions({
      from: range.from, to: range.to, bucket: range.bucket, group: shown, timeZone, compare: true,
      ...(values["model"] && { model: values["model"] }), ...(key && { key }), ...(values["endpoint"] && { endpoint: values["endpoint"] }), ...(status && { status }),
    }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  useLive(["requests"], () => setNow(new Date()));
  const data = query.data;
  const label = (row: UsageRow): string => labelOf(row, shown, { t, locale, timeZone, others: data?.others ?? 0 });
  const state = tableState({ ...query, isPlaceholderData: false });
  const idle = state === "ready" && data?.total.requests === 0n && !filtered;
  const series = data ? seriesOf(data, shown, metric, label, { others: t("others"), all: t(`metric.${metric}`) }) : [];
  return (
    <div className="flex flex-col gap-4">
      <FilterBar filters={filters} />
      <MetricCards data={data} failed={state === "error"} metric={metric} onChange={(next) => void setMetric(next)} />
      {/* Without one request there is nothing to draw or to group: the figures and what to do next say it all. */}
      {idle ? null : <Card>
        <TimeChart
          title={t(`metric.${metric}`)} {...(metric === "spend" && { unit: "USD" })} series={series} buckets={data?.buckets ?? []} kind="bar" stacked partialLast={range.to >= now} totals
          format={(value) => formatMetric(value, metric)} formatAxis={(value) => (metric === "spend" ? formatAxisUsd(value) : formatTokens(value))}
          {...(metric === "spend" && { csv: (value: number) => formatCsvUsd(BigInt(Math.round(value))) })}
          state={state} onRetry={() => void query.refetch()}
        />
      </Card>}
      {idle ? null : <div className="flex flex-wrap items-center gap-3">
        <SegmentedControl
          label={t("groupBy")} value={shown} onChange={(next) => void setGroup(next)}
          options={GROUPS.filter((name) => !(keyId && name === "key")).map((value) => ({ value, label: t(`group.${value}`), disabled: value === "hour" && tooLong }))}
        />
      </div>}
      <Card flush>
        <UsageTable
          rows={data?.rows} total={data?.total} group={shown} label={label} state={state} filtered={filtered} onClear={clear} onRetry={() => void query.refetch()} locale={locale} timeZone={timeZone}
          {...(keyId && { keyId })}
        />
      </Card>
    </div>
  );
}

const uuidOf = (text: string | undefined): string | undefined => (/^[0-9a-f-]{36}$/.test(text ?? "") ? text : undefined);

const formatMetric = (value: number, metric: Metric): string => {
  if (metric === "spend") return formatTotal(BigInt(Math.round(value)));
  return metric === "tokens" ? formatTokens(value) : formatCount(Math.round(value));
};

type Words = Readonly<{ t: ReturnType<typeof useTranslations<"usage">>; locale: string; timeZone: string; others: number }>;

function labelOf({ group, label }: UsageRow, by: (typeof GROUPS)[number], { t, locale, timeZone, others }: Words): string {
  if (group === null) return t("otherCount", { count: others });
  if (by === "day" || by === "hour") return formatBucket(new Date(group), by, { locale, timeZone });
  if (by === "status") return t(`status.${group as "ok"}`);
  if (by === "key") return label ?? (group === "" ? t("noKey") : t("playground"));
  return label ?? group;
}

/** The four figures; a click makes one of them the chart. */
function MetricCards({ data, failed, metric, onChange }: { data: UsageData | undefined; failed: boolean; metric: Metric; onChange: (metric: Metric) => void }) {
  const t = useTranslations("usage");
  return (
    <section className="card stats grid-cols-2 lg:grid-cols-4" aria-label={t("figures")}>
      {METRICS.map((name) => {
        const change = data?.previous ? formatChange(Number(metricOf(data.total, name)), Number(metricOf(data.previous, name))) : undefined;
        return (
          <button key={name} type="button" aria-pressed={metric === name} onClick={() => onChange(name)} className={cn("block p-4 text-left hover:bg-muted focus-visible:-outline-offset-2 sm:px-5", metric === name && "bg-accent-soft hover:bg-accent-soft")}>
            <span className="block text-13 text-fg-2">{t(`metric.${name}`)}</span>
            {data ? <Figure data={data} metric={name} /> : failed ? <span className="block text-20 text-fg-3">—</span> : <span className="skeleton my-1 h-5 w-20" aria-hidden="true" />}
            <span className="mt-1 block min-h-4 text-12 text-fg-3">{data && change !== undefined && change !== "—" ? t("change", { change }) : data && name === "errors" && data.total.requests > 0n ? formatPercent(shareOf(data.total.errors, data.total.requests) ?? 0) : ""}</span>
          </button>
        );
      })}
    </section>
  );
}

function Figure({ data: { total }, metric }: { data: UsageData; metric: Metric }) {
  const text = metric === "spend" ? formatTotal(total.chargeNano) : metric === "tokens" ? formatTokens(tokensOf(total)) : formatCount(total[metric]);
  return <data className="nums block text-20 font-semibold" value={metricOf(total, metric).toString()} data-metric={metric}>{text}</data>;
}
