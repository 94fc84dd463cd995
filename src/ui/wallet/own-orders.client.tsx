"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Receipt } from "lucide-react";
import { useTranslations } from "next-intl";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { OrderStatusDot } from "#ui/orders/order-status.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

export type OwnOrder = Readonly<{
  id: string; number: string; createdAt: Date; expiresAt: Date; paidAt: Date | null; state: string; status: string; creditNano: bigint; bonusNano: bigint; currency: string; payText: string;
  taxText: string | null; refundedText: string | null; invoice: string | null; failure: string | null;
}>;

/** Own orders with their receipts. */
export function OwnOrders() {
  const t = useTranslations("wallet.orders");
  const trpc = useTRPC();
  const { cursor, push, back, hasPrevious } = useCursor();
  const list = useQuery({ ...trpc.console.wallet.orders.queryOptions({ cursor }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  return (
    <DataTable<OwnOrder>
      label={t("title")} columns={useColumns()} rows={list.data?.orders} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
      updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={false} href={({ id }) => `/console/wallet/return?order=${id}`}
      empty={<EmptyState icon={<Receipt size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} />}
      card={(order) => <OrderCard order={order} />}
      pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
    />
  );
}

function useColumns(): Column<OwnOrder>[] {
  const t = useTranslations("wallet.orders");
  return [
    { id: "number", header: t("number"), cell: ({ number }) => <span className="font-mono text-13">{number}</span> },
    { id: "at", header: t("at"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" /> },
    { id: "status", header: t("status"), cell: ({ status, state }) => <OrderStatusDot status={status} state={state} /> },
    { id: "pay", header: t("pay"), align: "right", cell: ({ payText, currency }) => <PayAmount text={payText} currency={currency} /> },
    { id: "credit", header: t("credit"), align: "right", cell: ({ creditNano, bonusNano }) => <Money nano={creditNano + bonusNano} as="total" /> },
    { id: "invoice", header: t("invoice"), cell: ({ invoice }) => invoice ? <a className="link text-13" href={`/console/wallet/invoices/${invoice}`} target="_blank" rel="noopener">{invoice}</a> : <span className="text-fg-3">—</span>, hideBelow: "lg" },
  ];
}

function OrderCard({ order }: { order: OwnOrder }) {
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><span className="truncate font-mono text-13">{order.number}</span><PayAmount text={order.payText} currency={order.currency} /></div>
      <div className="flex items-center justify-between gap-3 text-13"><OrderStatusDot status={order.status} state={order.state} /><Time at={order.createdAt} className="text-fg-3" /></div>
    </div>
  );
}
