"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { TimeChart } from "#ui/charts/time-chart.client.tsx";
import { formatCount, formatLatency, formatTokens } from "#ui/format/index.ts";
import { Card } from "#ui/kit/card.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** How the last day went, hour by hour: what was answered and what failed, and how long the first token took. */
export function ChannelCharts({ id }: { id: string }) {
  const t = useTranslations("channels.overview");
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.channels.hours.queryOptions({ id }, { refetchInterval: 30_000 }));
  const hours = query.data ?? [];
  const buckets = hours.map(({ at }) => at);
  const common = { unit: t("perHour"), buckets, partialLast: true, state: query.isPending ? "loading" as const : query.isError ? (query.data ? "stale" as const : "error" as const) : "ready" as const, onRetry: () => void query.refetch() };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card>
        <TimeChart {...common} title={t("requestChart")} kind="bar" stacked totals format={formatCount} formatAxis={formatTokens} series={[
          { id: "answered", label: t("answered"), color: "neutral", values: hours.map(({ attempts, failures, limited }) => attempts - failures - limited) },
          { id: "limited", label: t("limited"), color: 2, values: hours.map(({ limited }) => limited) },
          { id: "failed", label: t("failures"), color: 4, values: hours.map(({ failures }) => failures) },
        ]} />
      </Card>
      <Card>
        <TimeChart {...common} title={t("latencyChart")} kind="line" format={formatLatency} series={[
          { id: "p50", label: t("half"), values: hours.map(({ ttftP50 }) => ttftP50) },
          { id: "p95", label: t("most"), values: hours.map(({ ttftP95 }) => ttftP95) },
        ]} />
      </Card>
    </div>
  );
}
