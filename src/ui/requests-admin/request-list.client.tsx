"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Inbox } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { useLiveRange } from "#ui/dashboard/use-live-range.client.ts";
import { formatCount, formatLatency, formatTokens, parseMoneyInput } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import type { RefundRight } from "#ui/requests-admin/refund-charge.client.tsx";
import { RequestView } from "#ui/requests-admin/request-view.client.tsx";
import { OUTCOMES, outcomeTone } from "#ui/requests-admin/request-words.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { useKept } from "#ui/trpc/use-kept.client.ts";

type Row = inferRouterOutputs<AppRouter>["admin"]["requests"]["list"]["rows"][number];

const SIZE = 50;
const STATUSES = ["ok", "cancelled", "error"] as const;
const RANGE = "-24h";

function useFilterDefs(): readonly FilterDef[] {
  const trpc = useTRPC();
  const t = useTranslations("requests-admin");
  const { data } = useQuery({ ...trpc.admin.requests.choices.queryOptions(), staleTime: 60_000 });
  return useMemo(() => {
    const plain = (values: readonly string[] = []) => values.map((value) => ({ value, label: value }));
    return [
      { key: "range", label: t("range"), kind: "date-range", fallback: RANGE },
      { key: "status", label: t("status"), kind: "select", options: STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })) },
      { key: "model", label: t("model"), kind: "select", options: plain(data?.models) },
      { key: "channel", label: t("channel"), kind: "select", options: plain(data?.channels) },
      { key: "group", label: t("group"), kind: "select", options: plain(data?.groups) },
      { key: "user", label: t("user"), kind: "text", placeholder: "ann@example.com" },
      { key: "wallet", label: t("wallet"), kind: "text" },
      { key: "key", label: t("key"), kind: "text" },
      { key: "outcome", label: t("outcomeLabel"), kind: "select", options: OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) })) },
      { key: "charge", label: t("charge"), kind: "amount" },
      { key: "slow", label: t("slower"), kind: "text", placeholder: "2000" },
      { key: "settlement", label: t("settlement"), kind: "text" },
    ];
  }, [data, t]);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The filters of the address as the procedure takes them. */
function useAsked(defs: readonly FilterDef[]) {
  const { values, filtered, clear } = useFilterValues(defs);
  const { range } = useLiveRange(RANGE);
  const above = values["charge_gt"] === undefined ? undefined : parseMoneyInput(values["charge_gt"]);
  const asked = {
    from: range.from, to: range.to,
    ...(values["user"] && { user: values["user"] }), ...(values["model"] && { model: values["model"] }), ...(values["channel"] && { channel: values["channel"] }),
    ...(values["group"] && { group: values["group"] }), ...(values["key"] && { key: values["key"] }), ...(values["outcome"] && { outcome: values["outcome"] }),
    ...(values["wallet"] && UUID.test(values["wallet"]) && { wallet: values["wallet"] }), ...(values["settlement"] && UUID.test(values["settlement"]) && { settlement: values["settlement"] }),
    ...(STATUSES.some((status) => status === values["status"]) && { status: values["status"] as (typeof STATUSES)[number] }),
    ...(typeof above === "bigint" && { aboveNano: above }), ...(/^\d{1,7}$/.test(values["slow"] ?? "") && { slowerMs: Number(values["slow"]) }),
  };
  return { asked, filtered, clear };
}

/** Requests of all customers. The sums below the bar are those of all rows that the filters find. */
export function RequestList({ seesCost, mayRefund, linked }: { seesCost: boolean; mayRefund: RefundRight; linked: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("requests-admin");
  const defs = useFilterDefs();
  const { asked, filtered, clear } = useAsked(defs);
  const cursor = useCursor();
  const [{ open }, write] = useQueryStates({ open: parseAsString }, { history: "push" });
  const list = useQuery({
    ...trpc.admin.requests.list.queryOptions({ ...asked, limit: SIZE, ...(cursor.cursor && { before: cursor.cursor }) }), placeholderData: (previous) => previous,
  });
  const { from: _from, to: _to, ...rest } = asked;
  const data = useKept(list.data, JSON.stringify([Object.entries(rest).map(String), cursor.cursor ?? ""]));
  const { data: sums } = useQuery({ ...trpc.admin.requests.sums.queryOptions(asked), placeholderData: (previous) => previous });
  const columns = useColumns(seesCost);
  return (
    <>
      <FilterBar filters={defs} />
      <p className="nums mt-3 min-h-5 text-13 text-fg-2" role="status">
        {sums ? t.rich(seesCost ? "sumsWithCost" : "sums", {
          count: sums.requests, errors: sums.errors, charged: () => <Money nano={sums.chargeNano} as="exact" className="font-medium text-fg" />, cost: () => <Money nano={sums.costNano} as="exact" className="font-medium text-fg" />,
        }) : null}
      </p>
      <Bleed className="mt-2">
        <DataTable<Row>
          label={t("title")} density="compact" columns={columns} rows={data?.rows} rowKey={({ uuid }) => uuid} state={list.isError ? (data ? "stale" : "error") : data ? "ready" : "loading"}
          onRetry={() => void list.refetch()} filtered={filtered} onClearFilters={clear} openKey={open} onOpen={({ uuid }) => void write({ open: uuid })} onClose={() => void write({ open: null })}
          href={({ id }) => `/admin/requests/${id}`} card={(row) => <RequestCard row={row} />}
          empty={<EmptyState icon={<Inbox size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} />}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: Boolean(data?.next), onPrevious: cursor.back, onNext: () => data?.next && cursor.push(data.next) }}
        />
      </Bleed>
      <Drawer open={open !== null} onOpenChange={(next) => next || void write({ open: null })} title={t("request")}>
        {open === null ? null : <RequestView id={open} mayRefund={mayRefund} linked={linked} />}
      </Drawer>
    </>
  );
}

function useColumns(seesCost: boolean): readonly Column<Row>[] {
  const t = useTranslations("requests-admin");
  return useMemo(() => [
    { id: "time", header: t("time"), cell: ({ at }) => <Time at={at} className="text-fg-2" /> },
    { id: "user", header: t("user"), cell: ({ email }) => <span className="block max-w-36 truncate" title={email ?? undefined}>{email ?? "—"}</span> },
    { id: "model", header: t("model"), cell: ({ model }) => <span className="block max-w-44 truncate" title={model}>{model}</span> },
    { id: "status", header: t("status"), cell: ({ outcome, refunded }) => <StatusDot tone={outcomeTone(outcome)}>{refunded ? t("refunded") : t(`outcome.${outcome}`)}</StatusDot> },
    { id: "channel", header: t("channel"), cell: ({ channel, attempts }) => <span className="flex max-w-40 gap-1.5"><span className="truncate" title={channel ?? undefined}>{channel ?? "—"}</span>{attempts > 1 ? <span className="flex-none text-fg-3">{t("tries", { count: attempts })}</span> : null}</span>, hideBelow: "lg" },
    { id: "group", header: t("group"), cell: ({ group }) => group ?? "—", hideBelow: "xl" },
    { id: "tokens", header: t("tokens"), align: "right", cell: ({ inputTokens, cachedTokens, outputTokens }) => <span title={t("tokensTitle", { input: formatCount(inputTokens), cached: formatCount(cachedTokens), output: formatCount(outputTokens) })}>{formatTokens(inputTokens + cachedTokens)} <span className="text-fg-3">→</span> {formatTokens(outputTokens)}</span>, hideBelow: "lg" },
    { id: "first", header: t("firstToken"), align: "right", cell: ({ ttftMs }) => formatLatency(ttftMs), hideBelow: "xl" },
    { id: "total", header: t("total"), align: "right", cell: ({ latencyMs }) => formatLatency(latencyMs), hideBelow: "lg" },
    { id: "charge", header: t("charge"), align: "right", cell: ({ chargeNano }) => <Money nano={chargeNano} as="charge" /> },
    ...(seesCost ? [{
      id: "margin", header: t("margin"), align: "right" as const,
      cell: ({ chargeNano, costNano }: Row) => <Money nano={costNano === null ? null : chargeNano - costNano} as="charge" className={costNano !== null && chargeNano < costNano ? "text-bad" : "text-fg-2"} />,
    }] : []),
  ], [t, seesCost]);
}

function RequestCard({ row }: { row: Row }) {
  const t = useTranslations("requests-admin");
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{row.model}</p>
        <p className="truncate text-13 text-fg-2">{row.email ?? "—"}</p>
        <p className="mt-0.5 flex items-center gap-2 text-13"><StatusDot tone={outcomeTone(row.outcome)}>{t(`outcome.${row.outcome}`)}</StatusDot><Time at={row.at} className="text-fg-3" /></p>
      </div>
      <div className="text-right">
        <Money nano={row.chargeNano} as="charge" className="font-medium" />
        <p className="nums text-13 text-fg-3">{formatLatency(row.latencyMs)}</p>
      </div>
    </div>
  );
}

