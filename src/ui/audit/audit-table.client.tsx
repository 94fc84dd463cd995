"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useFormatter, useNow, useTimeZone, useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { Action, Actor, Reason, Target, type AuditRow } from "#ui/audit/audit-cells.client.tsx";
import { AuditDrawer } from "#ui/audit/audit-drawer.client.tsx";
import { parseRange } from "#ui/format/range.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef, type FilterValues } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { useDensity } from "#ui/kit/use-density.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What was done in the shop, newest first; each entry opens beside the list. */
export function AuditTable() {
  const t = useTranslations("audit");
  const trpc = useTRPC();
  const filters = useFilters();
  const { values, filtered, clear } = useFilterValues(filters);
  const cursor = useCursor();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [density] = useDensity("compact");
  const list = useQuery(trpc.admin.audit.list.queryOptions(
    { ...useAsked(values), ...(cursor.cursor && /^\d{1,18}$/.test(cursor.cursor) ? { cursor: BigInt(cursor.cursor) } : {}) },
    { placeholderData: keepPreviousData },
  ));
  const rows = list.data?.entries;
  const state = list.isError ? "error" : list.isPending || list.isPlaceholderData ? "loading" : "ready";
  return (
    <>
      <Chain filters={filters} />
      <Bleed>
        <DataTable<AuditRow>
          label={t("table")} columns={useColumns()} rows={rows} rowKey={({ seq }) => seq.toString()} density={density}
          state={state} onRetry={() => void list.refetch()} filtered={filtered} onClearFilters={clear}
          empty={<EmptyState icon={<ScrollText size={18} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} />}
          card={(row) => <EntryCard row={row} />}
          openKey={open} onOpen={({ seq }) => void setOpen(seq.toString())} onClose={() => void setOpen(null)}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: list.data?.next !== undefined, onPrevious: cursor.back, onNext: () => list.data?.next !== undefined && cursor.push(list.data.next.toString()) }}
        />
      </Bleed>
      <AuditDrawer row={rows?.find(({ seq }) => seq.toString() === open)} onClose={() => void setOpen(null)} />
    </>
  );
}

function useFilters(): readonly FilterDef[] {
  const t = useTranslations("audit.filters");
  return useMemo(() => [
    { key: "range", label: t("range"), kind: "date-range", fallback: "-30d" },
    { key: "actor", label: t("actor"), kind: "text", placeholder: t("actorHint") },
    { key: "action", label: t("action"), kind: "text", placeholder: t("actionHint") },
    { key: "target", label: t("target"), kind: "text", placeholder: t("targetHint") },
  ], [t]);
}

/** The procedure's input for what stands in the address; without a range everything is meant. */
function useAsked({ actor, action, target, from, to }: FilterValues) {
  const now = useNow();
  const zone = useTimeZone() ?? "UTC";
  return useMemo(() => {
    const range = parseRange(from ?? "-30d", to, now, zone);
    return {
      ...(actor && { actor }), ...(action && { action }), ...(target && { targetId: target }),
      // An open end, so that what has just been done is in it.
      from: range.from, ...(to ? { to: range.to } : {}),
    };
  }, [actor, action, target, from, to, now, zone]);
}

function useColumns(): readonly Column<AuditRow>[] {
  const t = useTranslations("audit");
  return useMemo(() => [
    { id: "at", header: t("at"), width: "170px", cell: ({ at }) => <Time at={at} as="stamp" className="nums" /> },
    { id: "actor", header: t("actor"), width: "24%", cell: (row) => <Actor row={row} /> },
    { id: "action", header: t("action"), width: "16%", cell: ({ action }) => <Action action={action} /> },
    { id: "target", header: t("target"), width: "24%", cell: (row) => <Target row={row} /> },
    { id: "reason", header: t("reason"), hideBelow: "lg", cell: ({ reason }) => <Reason reason={reason} /> },
    { id: "ip", header: t("ip"), width: "130px", hideBelow: "xl", cell: ({ ip }) => ip ? <span className="font-mono text-12 text-fg-2">{ip}</span> : <span className="text-fg-3">{t("none")}</span> },
  ], [t]);
}

function EntryCard({ row }: { row: AuditRow }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <p className="flex items-baseline justify-between gap-3"><span className="truncate font-medium"><Action action={row.action} /></span><Time at={row.at} className="flex-none text-12 text-fg-3" /></p>
      <p className="truncate text-13 text-fg-2"><Actor row={row} /></p>
      <p className="truncate text-13"><Target row={row} /></p>
    </div>
  );
}

/** Title and filters, and whether the log is as it was written; that is asked for by a click, because it reads all of it. */
function Chain({ filters }: { filters: readonly FilterDef[] }) {
  const t = useTranslations("audit");
  const trpc = useTRPC();
  const format = useFormatter();
  const verify = useMutation(trpc.admin.audit.verify.mutationOptions());
  const { data } = verify;
  return (
    <div className="mb-4 flex flex-col">
      <PageHeader title={t("title")} description={t("description")} actions={<Button busy={verify.isPending} onClick={() => verify.mutate()}>{t("verify")}</Button>} />
      <FilterBar filters={filters} />
      <div role="status" className="mt-3 empty:hidden">
        {data === undefined ? null : data.brokenAt === undefined
          ? <p className="text-13 text-fg-2">{t("whole", { count: data.rows, time: format.dateTime(data.at, { timeStyle: "short" }) })}</p>
          : <Callout tone="bad" title={t("brokenTitle", { seq: data.brokenAt.toString() })}>{t("brokenText")}</Callout>}
      </div>
    </div>
  );
}
