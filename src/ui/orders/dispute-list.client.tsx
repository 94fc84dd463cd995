"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Scale } from "lucide-react";
import { useNow, useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { cn } from "#ui/kit/cn.ts";
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

type DisputeRow = inferRouterOutputs<AppRouter>["admin"]["refunds"]["disputes"]["rows"][number];

const STATUSES = ["needs_response", "under_review", "won", "lost", "warning_needs_response", "warning_under_review", "warning_closed", "prevented", "appeal_needs_response", "appeal_under_review"] as const;
type Status = (typeof STATUSES)[number];
const TONES: Readonly<Partial<Record<Status, Tone>>> = { needs_response: "bad", under_review: "warn", lost: "bad", won: "ok", warning_needs_response: "warn", appeal_needs_response: "warn" };
const DAY_MS = 86_400_000;
const SOON_DAYS = 3;

/** How a dispute stands, in a word. */
export function DisputeStatus({ status }: { status: string }) {
  const t = useTranslations("admin-orders.disputeStatus");
  const known = STATUSES.find((each) => each === status);
  return <StatusDot tone={(known && TONES[known]) ?? "neutral"}>{known ? t(known) : status}</StatusDot>;
}

/** Until when the provider wants evidence; the last days stand out. */
export function DueIn({ at, open }: { at: Date | null; open: boolean }) {
  const t = useTranslations("admin-orders");
  const now = useNow();
  if (!at || !open) return <span className="text-fg-3">—</span>;
  const days = Math.floor((at.getTime() - now.getTime()) / DAY_MS);
  return <span className={cn("nums", days < SOON_DAYS ? "font-medium text-bad" : "text-fg-2")}>{days < 0 ? t("overdue") : t("dueIn", { days })}</span>;
}

/** Payments that customers' banks have taken back, or may. */
export function DisputeList() {
  const t = useTranslations("admin-orders");
  const trpc = useTRPC();
  const filters: FilterDef[] = [{ key: "open", label: t("filter.state"), kind: "select", options: [{ value: "yes", label: t("filter.open") }, { value: "no", label: t("filter.closed") }] }];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const list = useQuery({ ...trpc.admin.refunds.disputes.queryOptions({ cursor, ...(values["open"] && { open: values["open"] === "yes" }) }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  return (
    <>
      <div className="mb-4"><FilterBar filters={filters} /></div>
      <Bleed>
        <DataTable<DisputeRow>
          label={t("tabs.disputes")} density="compact" columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} href={({ orderId }) => `/admin/orders/${orderId}`}
          empty={<EmptyState icon={<Scale size={20} strokeWidth={1.75} />} title={t("emptyDisputes.title")} text={t("emptyDisputes.text")} />}
          card={(row) => <DisputeCard row={row} />}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
      {list.data && list.data.rows.length > 0 ? <p className="mt-3 max-w-[90ch] text-13 text-fg-3">{t("disputesNote")}</p> : null}
    </>
  );
}

function useColumns(): Column<DisputeRow>[] {
  const t = useTranslations("admin-orders.columns");
  return [
    { id: "number", header: t("number"), cell: ({ orderNumber, providerDisputeId }) => <span className="block min-w-0 py-1.5"><span className="block font-mono text-12">{orderNumber}</span><span className="block max-w-56 truncate font-mono text-12 text-fg-3" title={providerDisputeId}>{providerDisputeId}</span></span> },
    { id: "at", header: t("opened"), cell: ({ openedAt }) => <Time at={openedAt} className="text-fg-2" /> },
    { id: "user", header: t("user"), cell: ({ email, reason }) => <span className="block max-w-72 py-1.5"><span className="block truncate" title={email}>{email}</span><span className="block truncate text-12 text-fg-3"><Reason reason={reason} /></span></span> },
    { id: "status", header: t("status"), cell: ({ status }) => <DisputeStatus status={status} /> },
    { id: "due", header: t("due"), cell: ({ evidenceDueAt, outcome, closedAt }) => outcome === null ? <span className="block py-1.5"><DueIn at={evidenceDueAt} open />{evidenceDueAt ? <Time at={evidenceDueAt} as="date" className="block text-12 text-fg-3" /> : null}</span> : <Time at={closedAt} as="date" className="text-fg-2" /> },
    { id: "amount", header: t("amount"), align: "right", cell: ({ amountText, currency }) => <PayAmount text={amountText} currency={currency} /> },
    { id: "frozen", header: t("frozen"), align: "right", cell: ({ frozenNano }) => frozenNano > 0n ? <Money nano={frozenNano} /> : <span className="text-fg-3">—</span> },
  ];
}

/** Why the bank took it back, in the provider's few words. */
function Reason({ reason }: { reason: string | null }) {
  const t = useTranslations("admin-orders.disputeReasons");
  return <>{reason === null ? "—" : t.has(reason) ? t(reason) : reason}</>;
}

function DisputeCard({ row }: { row: DisputeRow }) {
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><span className="min-w-0 truncate font-medium">{row.email}</span><PayAmount text={row.amountText} currency={row.currency} /></div>
      <div className="flex items-center justify-between gap-3 text-13"><DisputeStatus status={row.status} /><DueIn at={row.evidenceDueAt} open={row.outcome === null} /></div>
      <p className="truncate text-12 text-fg-3"><Reason reason={row.reason} /> · <span className="font-mono">{row.orderNumber}</span></p>
    </div>
  );
}
