"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, SquareTerminal } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { Sparkline } from "#ui/charts/sparkline.tsx";
import { formatChange, formatCount, formatLatency, formatPercent, formatTotal } from "#ui/format/index.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card, StatCard, StatGrid } from "#ui/kit/card.tsx";
import { Skeleton } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { FirstSteps } from "#ui/overview/first-steps.client.tsx";
import { KeyLimits } from "#ui/overview/key-limits.client.tsx";
import { MoneyCards, runsLow } from "#ui/overview/money-cards.client.tsx";
import { SpendChart, TopKeys } from "#ui/overview/spend-chart.client.tsx";
import { RequestCost, RequestKey, RequestModel, RequestStatus } from "#ui/requests/request-cells.client.tsx";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { shareOf } from "#ui/usage/usage-chart.ts";

export type OverviewData = ConsoleOutputs["overview"]["get"];
const RECENT = 8;
const WEEK = 7;

/** The first page: money, today's figures, where the money goes, and the last requests. */
export function OverviewScreen({ initial }: { initial: OverviewData }) {
  const t = useTranslations("console");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery({ ...trpc.console.overview.get.queryOptions(), initialData: initial });
  useLive(["requests", "wallet", "keys"], () => void queries.invalidateQueries({ queryKey: trpc.console.pathKey() }));
  const started = data.steps.hasRequest;
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          <>
            <LinkButton href="/console/playground"><SquareTerminal size={16} strokeWidth={1.75} aria-hidden="true" />{t("playground")}</LinkButton>
            <LinkButton href="/console/keys/new" data-shortcut="n" variant={started && !runsLow(data) ? "primary" : "secondary"}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("newKey")}</LinkButton>
          </>
        }
      />
      <div className="flex flex-col gap-4">
        {data.steps.hasRequest && data.wallet.availableNano <= 0n ? <Callout tone="bad" title={t("stopped.title")}>{t("stopped.text")}</Callout> : null}
        <MoneyCards data={data} />
        <FirstSteps data={data} />
        {started ? (
          <>
            <Today data={data} />
            <SpendChart young={data.days.slice(0, -WEEK).every(({ requests }) => requests === 0n)} />
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
              <Recent />
              <div className="grid gap-4"><KeyLimits /><TopKeys /></div>
            </div>
          </>
        ) : null}
      </div>
    </>
  );
}

function Today({ data }: { data: OverviewData }) {
  const t = useTranslations("console");
  const requests = data.today?.requests ?? 0n;
  const errors = data.today?.errors ?? 0n;
  const before = data.yesterday?.requests ?? 0n;
  // One day makes no line.
  const line = (pick: (day: OverviewData["days"][number]) => number | null, tone: "accent" | "neutral", label: string) => {
    const values = data.days.map(pick);
    return values.filter((value) => value !== null && value > 0).length > 1 ? <Sparkline values={values} width={56} height={20} tone={tone} label={label} /> : undefined;
  };
  return (
    <StatGrid>
      <StatCard label={t("spendToday")} value={formatTotal(data.today?.chargeNano ?? 0n)} delta={t("yesterday", { amount: formatTotal(data.yesterday?.chargeNano ?? 0n) })} href="/console/usage?from=-24h" spark={line(({ chargeNano }) => Number(chargeNano), "accent", t("lastDays", { count: data.days.length }))} />
      <StatCard label={t("requestsToday")} value={formatCount(requests)} delta={before > 0n ? t("vsYesterday", { change: formatChange(Number(requests), Number(before)) }) : t("yesterday", { amount: "0" })} href="/console/requests?from=-24h" spark={line(({ requests: count }) => Number(count), "accent", t("lastDays", { count: data.days.length }))} />
      <StatCard label={t("errorRate")} value={requests === 0n ? "—" : formatPercent(shareOf(errors, requests))} delta={t("errorsOf", { errors: formatCount(errors), requests: formatCount(requests) })} href="/console/requests?status=error" spark={line((day) => shareOf(day.errors, day.requests), "neutral", t("lastDays", { count: data.days.length }))} />
      <StatCard label={t("firstToken")} value={formatLatency(data.firstTokenMs)} delta={t("medianDay")} href="/console/usage?metric=requests" />
    </StatGrid>
  );
}

/** The newest requests, each with its way to the receipt. */
function Recent() {
  const t = useTranslations("console");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.console.requests.list.queryOptions({ limit: RECENT }));
  return (
    <Card flush title={t("recent")} action={<Link className="link text-13" href="/console/requests">{t("allRequests")}</Link>}>
      <ol className="divide-y" aria-label={t("recent")}>
        {data ? null : Array.from({ length: RECENT }, (_, i) => <li key={i} className="flex min-h-11 items-center px-4 sm:px-5"><Skeleton /></li>)}
        {(data?.rows ?? []).map((row) => (
          <li key={row.id}>
            <Link href={`/console/requests?open=${row.id}`} className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-1.5 hover:bg-muted focus-visible:-outline-offset-2 sm:grid-cols-[112px_84px_minmax(0,1fr)_minmax(0,120px)_104px] sm:px-5">
              <Time at={row.at} as="log" className="text-13 text-fg-3 max-sm:order-3" />
              <span className="text-13 max-sm:order-4 max-sm:text-right"><RequestStatus row={row} /></span>
              <RequestModel row={row} />
              <span className="text-13 max-sm:hidden"><RequestKey row={row} /></span>
              <span className="text-right"><RequestCost nano={row.chargeNano} /></span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
