"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTimeZone, useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { TimeChart } from "#ui/charts/time-chart.client.tsx";
import { formatAxisUsd, formatCsvUsd, formatTotal, hourAhead, parseRange } from "#ui/format/index.ts";
import { Card } from "#ui/kit/card.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { seriesOf } from "#ui/usage/usage-chart.ts";

const SPANS = ["-7d", "-30d", "-90d"] as const;
type Span = (typeof SPANS)[number];
const SPAN_DAYS: Readonly<Record<Span, number>> = { "-7d": 7, "-30d": 30, "-90d": 90 };

/** The range as of when the page was opened: hints refresh what is in it, a new day comes with the next visit. */
function useRange(span: Span) {
  const timeZone = useTimeZone() ?? "UTC";
  const [openedAt] = useState(() => new Date());
  const { from } = parseRange(span, null, openedAt, timeZone);
  return { from, to: hourAhead(openedAt, timeZone), timeZone };
}

/**
 * Where the money went: each day's spend by model.
 *
 * @param young nothing was spent before this week: a month would be an empty picture with one bar
 */
export function SpendChart({ young }: { young: boolean }) {
  const t = useTranslations("console");
  const trpc = useTRPC();
  const [span, setSpan] = useState<Span>(young ? "-7d" : "-30d");
  const range = useRange(span);
  const query = useQuery({ ...trpc.console.usage.get.queryOptions({ ...range, group: "model", bucket: "day" }), placeholderData: keepPreviousData });
  const { data } = query;
  return (
    <Card>
      <TimeChart
        title={
          <>
            <span role="heading" aria-level={2}>{t("spendByModel")}</span>
            <span className="block text-13 font-normal text-fg-3">{data ? t("spent", { amount: formatTotal(data.total.chargeNano), count: SPAN_DAYS[span] }) : "\u00a0"}</span>
          </>
        }
        action={<SegmentedControl className="mr-2" label={t("span")} value={span} onChange={setSpan} options={SPANS.map((value) => ({ value, label: t(`spans.${value.slice(1) as "7d"}`) }))} />}
        kind="bar" stacked partialLast totals buckets={data?.buckets ?? []} state={tableState({ ...query, isPlaceholderData: false })} onRetry={() => void query.refetch()}
        series={data ? seriesOf(data, "model", "spend", ({ label, group }) => label ?? group ?? "", { others: t("others", { count: data.others }), all: "" }) : []}
        format={(value) => formatTotal(BigInt(Math.round(value)))} formatAxis={formatAxisUsd} csv={(value) => formatCsvUsd(BigInt(Math.round(value)))}
      />
    </Card>
  );
}

const TOP = 5;

/** The keys that spent most in 30 days. */
export function TopKeys() {
  const t = useTranslations("console");
  const trpc = useTRPC();
  const range = useRange("-30d");
  const { data } = useQuery(trpc.console.usage.get.queryOptions({ ...range, group: "key", bucket: "day" }));
  const rows = (data?.rows ?? []).filter(({ group }) => group !== null).slice(0, TOP);
  const most = rows[0]?.chargeNano ?? 0n;
  return (
    <Card title={t("topKeys")} action={<span className="text-13 text-fg-3">{t("spans.30d")}</span>}>
      <ol className="flex flex-col gap-3" aria-label={t("topKeys")}>
        {rows.map((row) => (
          <li key={row.group}>
            <Link href={row.group && row.label ? `/console/keys/${row.group}` : "/console/usage?group=key&from=-30d"} className="block hover:underline">
              <span className="flex justify-between gap-3 text-13"><span className="min-w-0 truncate">{row.label ?? (row.group === "" ? t("noKey") : t("playground"))}</span><span className="nums">{formatTotal(row.chargeNano)}</span></span>
              <svg className="mt-1 block h-1 w-full" aria-hidden="true">
                <rect width="100%" height="4" rx="2" className="fill-muted" />
                <rect width={`${most > 0n ? Number((row.chargeNano * 100n) / most) : 0}%`} height="4" rx="2" className="fill-chart-1" />
              </svg>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
