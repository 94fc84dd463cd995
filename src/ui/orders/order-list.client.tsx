"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Receipt } from "lucide-react";
import { useNow, useTimeZone, useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { parseRange } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { OrderStatusDot } from "#ui/orders/order-status.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

export type OrdersOutputs = inferRouterOutputs<AppRouter>["admin"]["orders"];
type OrderRow = OrdersOutputs["list"]["orders"][number];

const STATES = ["created", "open", "processing", "review", "paid", "failed", "expired"] as const;
const RANGE = "-30d";
type State = (typeof STATES)[number];
const isState = (text: string): text is State => (STATES as readonly string[]).includes(text);

/** Every order of the shop, newest first. */
export function OrderList() {
  const t = useTranslations("admin-orders");
  const words = useTranslations("wallet.status");
  const trpc = useTRPC();
  const now = useNow();
  const zone = useTimeZone() ?? "UTC";
  const filters: FilterDef[] = [
    { key: "state", label: t("filter.state"), kind: "multi", options: STATES.map((value) => ({ value, label: words(value) })) },
    { key: "at", label: t("filter.at"), kind: "date-range", fallback: RANGE },
  ];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const states = values["state"]?.split(",").filter(isState);
  // Who looks for one order does not know when it was made.
  const range = values["q"] ? undefined : parseRange(values["from"] ?? RANGE, values["to"], now, zone);
  const list = useQuery({
    ...trpc.admin.orders.list.queryOptions({ cursor, ...(values["q"] && { q: values["q"] }), ...(states?.length && { states }), ...(range && { from: range.from, ...(values["to"] && { to: range.to }) }) }),
    placeholderData: keepPreviousData,
  });
  const next = list.data?.next;
  return (
    <>
      <div className="mb-4"><FilterBar filters={filters} search={{ placeholder: t("filter.search") }} /></div>
      <Bleed>
        <DataTable<OrderRow>
          label={t("title")} density="compact" columns={useColumns()} rows={list.data?.orders} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} href={({ id }) => `/admin/orders/${id}`}
          empty={<EmptyState icon={<Receipt size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} />}
          card={(order) => <OrderCard order={order} />}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
    </>
  );
}

function useColumns(): Column<OrderRow>[] {
  const t = useTranslations("admin-orders.columns");
  const words = useTranslations("admin-orders");
  return [
    { id: "number", header: t("number"), cell: ({ number, livemode }) => <span className="inline-flex items-center gap-2"><span className="font-mono text-12">{number}</span>{livemode ? null : <Badge tone="info">{words("test")}</Badge>}</span> },
    { id: "at", header: t("at"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" /> },
    { id: "user", header: t("user"), cell: ({ email }) => <span className="block max-w-56 truncate" title={email}>{email}</span> },
    { id: "status", header: t("status"), cell: ({ status, state }) => <OrderStatusDot status={status} state={state} /> },
    { id: "pay", header: t("pay"), align: "right", cell: ({ payText, currency }) => <PayAmount text={payText} currency={currency} /> },
    { id: "credit", header: t("credit"), align: "right", cell: ({ creditNano }) => <Money nano={creditNano} as="total" /> },
    { id: "bonus", header: t("bonus"), align: "right", cell: ({ bonusNano }) => bonusNano > 0n ? <Money nano={bonusNano} as="total" /> : <span className="text-fg-3">—</span>, hideBelow: "xl" },
    { id: "provider", header: t("provider"), cell: ({ provider }) => <span className="text-fg-2">{provider}</span>, hideBelow: "xl" },
    { id: "payment", header: t("payment"), cell: ({ paymentId }) => paymentId ? <IdText id={paymentId} /> : <span className="text-fg-3">—</span>, hideBelow: "lg" },
  ];
}

function OrderCard({ order }: { order: OrderRow }) {
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><span className="min-w-0 truncate font-medium">{order.email}</span><PayAmount text={order.payText} currency={order.currency} /></div>
      <div className="flex items-center justify-between gap-3 text-13"><OrderStatusDot status={order.status} state={order.state} /><Time at={order.createdAt} className="text-fg-3" /></div>
    </div>
  );
}
