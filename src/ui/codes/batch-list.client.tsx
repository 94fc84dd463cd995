"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Plus, Ticket } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatCount } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { CreateBatch } from "#ui/codes/create-batch.client.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

export type CodesOutputs = inferRouterOutputs<AppRouter>["admin"]["codes"];
type BatchRow = CodesOutputs["batches"]["batches"][number];

/** Batches of codes: what they are worth, how far they are used, until when they hold. */
export function BatchList({ mayCreate }: { mayCreate: boolean }) {
  const t = useTranslations("admin-codes");
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const filters: FilterDef[] = [{ key: "bucket", label: t("columns.kind"), kind: "select", options: [{ value: "lots", label: t("kinds.lots") }, { value: "paid", label: t("kinds.paid") }] }];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const bucket = values["bucket"] === "paid" || values["bucket"] === "lots" ? values["bucket"] : undefined;
  const list = useQuery({ ...trpc.admin.codes.batches.queryOptions({ cursor, ...(values["q"] && { q: values["q"] }), ...(bucket && { bucket }) }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  const add = mayCreate ? <Button variant="primary" data-shortcut="n" onClick={() => setCreating(true)}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("create.open")}</Button> : undefined;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={add} />
      <div className="mb-4"><FilterBar filters={filters} search={{ placeholder: t("search") }} /></div>
      <Bleed>
        <DataTable<BatchRow>
          label={t("title")} density="compact" columns={useColumns()} rows={list.data?.batches} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} href={({ id }) => `/admin/codes/${id}`}
          empty={<EmptyState icon={<Ticket size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} action={add} />}
          card={(row) => <BatchCard row={row} />}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
      {creating ? <CreateBatch onClose={() => setCreating(false)} /> : null}
    </>
  );
}

/** Used of all uses, in percent. */
export const usedPercent = ({ uses, count, maxUses }: Pick<BatchRow, "uses" | "count" | "maxUses">): number => Math.floor((uses * 100) / (count * maxUses));

function useColumns(): Column<BatchRow>[] {
  const t = useTranslations("admin-codes");
  return [
    { id: "name", header: t("columns.name"), cell: (row) => <span className="block max-w-80 py-1.5"><span className="block truncate font-medium" title={row.name}>{row.name}</span><Terms row={row} /></span> },
    { id: "amount", header: t("columns.amount"), align: "right", cell: ({ creditNano }) => <Money nano={creditNano} /> },
    { id: "count", header: t("columns.count"), align: "right", cell: ({ count }) => <span className="nums">{formatCount(count)}</span> },
    { id: "used", header: t("columns.used"), align: "right", cell: (row) => <Used row={row} /> },
    { id: "given", header: t("columns.given"), align: "right", cell: (row) => <span className="block py-1.5"><Money nano={givenNano(row)} className="block" /><span className="block text-12 text-fg-3">{t.rich("ofAll", { all: () => <Money nano={row.creditNano * BigInt(row.count) * BigInt(row.maxUses)} /> })}</span></span>, hideBelow: "lg" },
    { id: "left", header: t("columns.left"), align: "right", cell: ({ active }) => <span className="nums">{formatCount(active)}</span>, hideBelow: "lg" },
    { id: "kind", header: t("columns.kind"), cell: ({ bucket }) => <Badge tone={bucket === "paid" ? "accent" : "neutral"}>{t(`kinds.${bucket}`)}</Badge> },
    { id: "expires", header: t("columns.expires"), cell: ({ expiresAt }) => expiresAt ? <Time at={expiresAt} as="date" /> : <span className="text-fg-3">{t("never")}</span> },
    { id: "by", header: t("columns.by"), cell: ({ createdBy }) => <span className="block max-w-48 truncate text-fg-2">{createdBy ?? "—"}</span>, hideBelow: "xl" },
    { id: "at", header: t("columns.at"), align: "right", cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" />, hideBelow: "lg" },
  ];
}

/** What was credited so far. */
const givenNano = ({ creditNano, uses }: Pick<BatchRow, "creditNano" | "uses">): bigint => creditNano * BigInt(uses);

/** How often a code and a customer may redeem, and how long the credit holds: what sets one batch apart from the next. */
function Terms({ row: { maxUses, perUser, lotTtlDays, bucket } }: { row: BatchRow }) {
  const t = useTranslations("admin-codes");
  const terms = [maxUses > 1 ? t("terms.uses", { count: maxUses }) : t("terms.single"), t("terms.perUser", { count: perUser }), ...(bucket === "lots" && lotTtlDays !== null ? [t("terms.holds", { count: lotTtlDays })] : [])];
  return <span className="block truncate text-12 text-fg-3">{terms.join(" · ")}</span>;
}

function Used({ row }: { row: BatchRow }) {
  const t = useTranslations("admin-codes");
  const percent = usedPercent(row);
  return (
    <span className="ml-auto block w-28 py-1.5">
      <span className="nums flex justify-between gap-2"><span className="text-fg-3">{percent}%</span><span>{t("ofUses", { used: formatCount(row.uses), all: formatCount(row.count * row.maxUses) })}</span></span>
      <svg className="mt-1 block h-1 w-full" aria-hidden="true"><rect width="100%" height="4" rx="2" className="fill-muted" /><rect width={`${percent}%`} height="4" rx="2" className="fill-chart-1" /></svg>
    </span>
  );
}

function BatchCard({ row }: { row: BatchRow }) {
  const t = useTranslations("admin-codes");
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><span className="min-w-0 truncate font-medium">{row.name}</span><Money nano={row.creditNano} /></div>
      <div className="flex items-center justify-between gap-3 text-13 text-fg-3"><span className="nums">{t("usedOf", { used: formatCount(row.uses), all: formatCount(row.count * row.maxUses) })}</span><Time at={row.createdAt} /></div>
      <Terms row={row} />
    </div>
  );
}
