"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Sparkline } from "#ui/charts/sparkline.tsx";
import { Figure, FigureRow } from "#ui/dashboard/figure.tsx";
import { formatCount, formatLatency, formatPercent, formatTotal } from "#ui/format/index.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const LIVE_MS = 4_000;
const SECONDS = 60;

/** What happens while one looks: asked for anew every few seconds, as long as the page is seen. */
export function LiveRow() {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const { data, isError } = useQuery({ ...trpc.admin.dashboard.live.queryOptions(), refetchInterval: LIVE_MS, placeholderData: (previous) => previous });
  const loading = !data;
  const recent = "/admin/requests?from=-1h";
  return (
    <FigureRow title={<span className="inline-flex items-center gap-2">{t("now")}<span className={isError ? "live-dot bg-warn" : "live-dot"} title={isError ? t("nowStale") : t("nowNote")} aria-hidden="true" /><span className="sr-only">{isError ? t("nowStale") : t("nowNote")}</span></span>}>
      <Figure
        label={t("perSecond")} href={recent} loading={loading} value={data && perSecond(data.lastMinute)} note={data && t("perSecondNote", { rate: perSecond(data.busiestMinute) })}
        aside={data ? <Sparkline values={data.minutes} width={64} height={18} tone="accent" /> : null}
      />
      <Figure label={t(data?.heldNano === null ? "runningWallets" : "running")} href="/admin/health" loading={loading} value={data && (data.heldNano === null ? formatCount(data.heldWallets) : formatTotal(data.heldNano))} note={data && (data.heldNano === null ? t("runningNodes", { nodes: data.nodes }) : t("runningNote", { wallets: data.heldWallets, nodes: data.nodes }))} />
      <Figure label={t("errorsNow")} href={`${recent}&status=error`} loading={loading} bad={(data?.errors ?? 0) > 0} value={data && formatCount(data.errors)} note={t("inQuarter")} />
      <Figure label={t("success")} href={recent} loading={loading} value={formatPercent(data && data.requests > 0 ? 1 - data.errors / data.requests : undefined, 2, "down")} note={data && t("successNow", { requests: data.requests })} />
      <Figure label={t("firstToken")} href={recent} loading={loading} value={formatLatency(data?.firstTokenP50)} note={data && t("firstTokenNow", { slow: formatLatency(data.firstTokenP95) })} />
    </FigureRow>
  );
}

/** Requests a second of a minute's count, to one decimal below ten. */
const perSecond = (count: number): string => (count >= 10 * SECONDS ? formatCount(Math.round(count / SECONDS)) : (Math.round((count / SECONDS) * 10) / 10).toFixed(1));
