"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { TimeChart, type ChartSeries } from "#ui/charts/time-chart.client.tsx";
import { bucketOf, bucketStarts, formatAxisUsd, formatCount, formatCsvUsd, formatTokens, formatTotal, type Range } from "#ui/format/index.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const whole = (value: number): bigint => BigInt(Math.round(value));

/** Sold and failed by hour or day, read once for both charts. */
function useSeries({ from, to, bucket }: Range, zone: string) {
  const trpc = useTRPC();
  const query = useQuery({ ...trpc.admin.dashboard.series.queryOptions({ from, to, bucket, zone }), placeholderData: (previous) => previous, refetchInterval: 30_000 });
  const buckets = useMemo(() => bucketStarts({ from, to, bucket }, zone), [from, to, bucket, zone]);
  const points = useMemo(() => new Map((query.data ?? []).map((point) => [bucketOf(point.at, bucket, zone).getTime(), point])), [query.data, bucket, zone]);
  return { query, buckets, at: (start: Date) => points.get(start.getTime()) };
}

const stateOf = (query: { isError: boolean; data: unknown }): "loading" | "ready" | "error" | "stale" => (query.isError ? (query.data ? "stale" : "error") : query.data ? "ready" : "loading");

export function MoneyChart({ range, zone }: { range: Range; zone: string }) {
  const t = useTranslations("dashboard");
  const { query, buckets, at } = useSeries(range, zone);
  // Where a bucket was sold below cost, cost reaches the price and the loss is a bar of its own, below the line.
  const cost: ChartSeries = { id: "cost", label: t("cost"), color: "neutral", values: buckets.map((start) => Number(at(start)?.costNano ?? 0n)) };
  const margin: ChartSeries = { id: "margin", label: t("margin"), color: 1, values: buckets.map((start) => Number((at(start)?.soldNano ?? 0n) - (at(start)?.costNano ?? 0n))) };
  return (
    <TimeChart
      title={range.bucket === "day" ? t("soldByDay") : t("soldByHour")} series={[cost, margin]} buckets={buckets} kind="bar" stacked totals partialLast state={stateOf(query)} onRetry={() => void query.refetch()}
      format={(value) => formatTotal(whole(value))} formatAxis={formatAxisUsd} csv={formatCsvUsd}
    />
  );
}

export function RequestChart({ range, zone }: { range: Range; zone: string }) {
  const t = useTranslations("dashboard");
  const { query, buckets, at } = useSeries(range, zone);
  const answered: ChartSeries = { id: "answered", label: t("answered"), color: "neutral", values: buckets.map((start) => (at(start)?.requests ?? 0) - (at(start)?.errors ?? 0)) };
  const failed: ChartSeries = { id: "failed", label: t("failed"), color: 4, values: buckets.map((start) => at(start)?.errors ?? 0) };
  return (
    <TimeChart
      title={t("requestsAndErrors")} unit={range.bucket === "day" ? t("perDay") : t("perHour")} series={[answered, failed]} buckets={buckets} kind="bar" stacked totals partialLast state={stateOf(query)}
      onRetry={() => void query.refetch()} format={formatCount} formatAxis={formatTokens}
    />
  );
}
