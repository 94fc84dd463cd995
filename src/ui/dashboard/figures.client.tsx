"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Figure, FigureRow } from "#ui/dashboard/figure.tsx";
import { LiveRow } from "#ui/dashboard/live-row.client.tsx";
import { rangeQuery } from "#ui/dashboard/use-live-range.client.ts";
import { useComma } from "#ui/format/comma.client.ts";
import { formatChange, formatCount, formatLatency, formatPercent, formatTotal, type Range } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState } from "#ui/kit/states.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const LIVE_MS = 15_000;
const SLOW_MS = 60_000;

/** Three rows of figures in one card; each is a link to the rows that it is the sum of. */
export function Figures({ range, seesMoney, seesTotals }: { range: Range; seesMoney: boolean; seesTotals: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const { from, to } = range;
  const overview = useQuery({ ...trpc.admin.dashboard.overview.queryOptions({ from, to }), placeholderData: (previous) => previous, refetchInterval: LIVE_MS });
  const owed = useQuery({ ...trpc.admin.dashboard.owed.queryOptions(), enabled: seesTotals, refetchInterval: SLOW_MS });
  if (overview.isError && !overview.data) return <section className="card"><ErrorState onRetry={() => { void overview.refetch(); if (seesTotals) void owed.refetch(); }} /></section>;
  const loading = !overview.data;
  const rows = `/admin/requests?${rangeQuery(range)}`;
  const money = overview.data?.money;
  const { now, before } = overview.data?.service ?? {};
  const margin = money && money.now.soldNano > 0n ? Number(money.now.marginNano) / Number(money.now.soldNano) : undefined;
  const marginBefore = money && money.before.soldNano > 0n ? Number(money.before.marginNano) / Number(money.before.soldNano) : undefined;
  const versus = (current: number, earlier: number): string => (earlier === 0 ? t("versusNone") : t("versus", { change: formatChange(current, earlier) }));
  const moved = (kind: string): string => `/admin/ledger/transactions?kind=${kind}&${rangeQuery(range)}`;
  return (
    <section className={cn("card overflow-hidden", overview.isError && "tbl-dimmed")} aria-label={t("figures")} aria-busy={loading}>
      <LiveRow />
      {seesMoney ? (
        <FigureRow title={t("money")}>
          <Figure label={t("sold")} href={rows} loading={loading} value={<Money nano={money?.now.soldNano} as="total" />} note={money && versus(Number(money.now.soldNano), Number(money.before.soldNano))} />
          <Figure label={t("cost")} href={rows} loading={loading} value={<Money nano={money?.now.costNano} as="total" />} note={money && versus(Number(money.now.costNano), Number(money.before.costNano))} />
          <Figure
            label={t("margin")} href={rows} loading={loading} bad={(money?.now.marginNano ?? 0n) < 0n} value={<Money nano={money?.now.marginNano} as="total" />}
            note={marginBefore === undefined ? t("marginAlone", { share: formatPercent(margin) }) : t("marginNote", { share: formatPercent(margin), before: formatPercent(marginBefore) })}
          />
          <Figure label={t("topUps")} href={moved("topup")} loading={loading} value={<Money nano={money?.now.topUpsNano} as="total" />} note={t("payments", { count: money?.now.topUps ?? 0 })} />
          <Figure
            label={t("refunds")} href={moved("refund_done")} loading={loading} value={<Money nano={money?.now.refundsNano} as="total" />}
            note={t("refundsNote", { count: money?.now.refunds ?? 0, usage: formatTotal(money?.now.usageRefundsNano ?? 0n) })}
          />
        </FigureRow>
      ) : null}
      {seesTotals ? (
        <FigureRow title={t("owed")} failed={owed.isError} stale={owed.isError && owed.data !== undefined} onRetry={() => void owed.refetch()}>
          <Figure
            label={t("balances")} href="/admin/ledger#wallets:paid" loading={!owed.data} value={<Money nano={owed.data && owed.data.paidNano + owed.data.lotsNano} as="total" />}
            note={t("balancesNote", { paid: formatTotal(owed.data?.paidNano ?? 0n), given: formatTotal(owed.data?.lotsNano ?? 0n) })}
          />
          <Figure
            label={t("frozen")} href="/admin/ledger#wallets:frozen" loading={!owed.data} value={<Money nano={owed.data?.frozenNano} as="total" />}
            note={t("frozenNote", { disputes: owed.data?.disputesOpen ?? 0, debt: formatTotal(owed.data?.debtNano ?? 0n) })}
          />
          <Figure label={t("clearing")} href="/admin/ledger#psp" loading={!owed.data} value={<Money nano={owed.data?.clearingNano} as="total" />} note={t("clearingNote", { amount: formatTotal(owed.data?.refundsPendingNano ?? 0n) })} />
          <Figure label={t("vendors")} href="/admin/ledger#upstream" loading={!owed.data} value={<Money nano={owed.data?.vendorsNano} as="total" />} note={t("vendorsNote")} />
          <Figure label={t("suspense")} href="/admin/ledger#suspense" loading={!owed.data} bad={(owed.data?.suspenseNano ?? 0n) !== 0n} value={<Money nano={owed.data?.suspenseNano} as="total" />} note={t("suspenseNote")} />
        </FigureRow>
      ) : null}
      <FigureRow title={t("service")}>
        <Figure label={t("requests")} href={rows} loading={loading} value={formatCount(now?.requests ?? 0)} note={now && before && versus(now.requests, before.requests)} />
        <Figure label={t("success")} href={`${rows}&status=ok`} loading={loading} value={formatPercent(now && now.requests > 0 ? 1 - now.errors / now.requests : undefined, 2, "down")} note={t("successNote", { cancelled: now?.cancelled ?? 0 })} />
        <Figure label={t("errors")} href={`${rows}&status=error`} loading={loading} bad={(now?.errors ?? 0) > 0} value={formatCount(now?.errors ?? 0)} note={<Classes classes={now?.classes ?? []} />} />
        <Figure label={t("firstToken")} href={rows} loading={loading} value={formatLatency(now?.firstTokenP50)} note={t("firstTokenNote")} />
        <Figure label={t("firstTokenSlow")} href={`${rows}${now?.firstTokenP95 ? `&slow=${now.firstTokenP95}` : ""}`} loading={loading} value={formatLatency(now?.firstTokenP95)} note={t("firstTokenSlowNote")} />
      </FigureRow>
    </section>
  );
}

function Classes({ classes }: { classes: readonly Readonly<{ name: string; requests: number }>[] }) {
  const t = useTranslations("requests-admin");
  const comma = useComma();
  if (classes.length === 0) return <>—</>;
  return <>{classes.slice(0, 2).map(({ name, requests }) => `${formatCount(requests)} × ${t(`outcome.${name}`)}`).join(comma)}</>;
}
