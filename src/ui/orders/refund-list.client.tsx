"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import type { Tone } from "#ui/kit/tone.ts";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

type RefundRow = inferRouterOutputs<AppRouter>["admin"]["refunds"]["list"]["rows"][number];

const STATUSES = ["requested", "pending", "succeeded", "failed", "canceled"] as const;
type Status = (typeof STATUSES)[number];
const statusOf = (text: string | undefined): Status | undefined => STATUSES.find((known) => known === text);
const TONES: Readonly<Record<Status, Tone>> = { requested: "info", pending: "info", succeeded: "ok", failed: "bad", canceled: "neutral" };

/** How a refund stands, in a word. */
export function RefundStatus({ status }: { status: string }) {
  const t = useTranslations("admin-orders.refundStatus");
  const known = statusOf(status) ?? "pending";
  return <StatusDot tone={TONES[known]}>{t(known)}</StatusDot>;
}

/** Money that went back, or is on its way. */
export function RefundList() {
  const t = useTranslations("admin-orders");
  const trpc = useTRPC();
  const filters: FilterDef[] = [{ key: "status", label: t("filter.state"), kind: "select", options: STATUSES.map((value) => ({ value, label: t(`refundStatus.${value}`) })) }];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const status = statusOf(values["status"]);
  const list = useQuery({ ...trpc.admin.refunds.list.queryOptions({ cursor, ...(status && { status }) }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  return (
    <>
      <div className="mb-4"><FilterBar filters={filters} /></div>
      <Bleed>
        <DataTable<RefundRow>
          label={t("tabs.refunds")} density="compact" columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} href={({ orderId }) => `/admin/orders/${orderId}`}
          empty={<EmptyState icon={<Undo2 size={20} strokeWidth={1.75} />} title={t("emptyRefunds.title")} text={t("emptyRefunds.text")} />}
          card={(row) => <RefundCard row={row} />}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
    </>
  );
}

function useColumns(): Column<RefundRow>[] {
  const t = useTranslations("admin-orders.columns");
  const sources = useTranslations("admin-orders.sources");
  return [
    { id: "number", header: t("number"), cell: ({ orderNumber }) => <span className="font-mono text-12">{orderNumber}</span> },
    { id: "at", header: t("at"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" /> },
    { id: "user", header: t("user"), cell: ({ email }) => <span className="block max-w-56 truncate" title={email}>{email}</span> },
    { id: "status", header: t("status"), cell: ({ status }) => <RefundStatus status={status} /> },
    { id: "source", header: t("source"), cell: ({ source }) => <span className="text-fg-2">{sources(source === "provider" ? "provider" : "operator")}</span>, hideBelow: "lg" },
    { id: "amount", header: t("amount"), align: "right", cell: ({ amountText, currency }) => <PayAmount text={amountText} currency={currency} /> },
    { id: "credit", header: t("credit"), align: "right", cell: ({ creditNano }) => <Money nano={creditNano} /> },
    { id: "reason", header: t("reason"), cell: ({ reason, failureReason }) => <span className="block max-w-72 truncate text-fg-2" title={failureReason ?? reason}>{failureReason ?? reason}</span>, hideBelow: "xl" },
  ];
}

function RefundCard({ row }: { row: RefundRow }) {
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><span className="min-w-0 truncate font-medium">{row.email}</span><PayAmount text={row.amountText} currency={row.currency} /></div>
      <div className="flex items-center justify-between gap-3 text-13"><RefundStatus status={row.status} /><Time at={row.createdAt} className="text-fg-3" /></div>
    </div>
  );
}
