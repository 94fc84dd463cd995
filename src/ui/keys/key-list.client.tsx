"use client";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useKeyActions } from "#ui/keys/key-actions.client.tsx";
import { KeyLimit, KeyStatus } from "#ui/keys/key-cells.client.tsx";
import { isRetired, maskedKey, type KeyRow, type KeyState } from "#ui/keys/key-draft.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { tableState } from "#ui/trpc/table-state.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const STATES = ["active", "low", "disabled", "expired", "exhausted", "revoked", "leaked"] as const;
const PAGE = 25;
const UNUSED_DAYS = 30;

/** All own keys: what each may do, what it has spent, and what can be done to it. */
export function KeyList({ base, shopName }: { base: string; shopName: string }) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const filters: FilterDef[] = [
    { key: "status", label: t("filter.status"), kind: "multi", options: STATES.map((value) => ({ value, label: t(`states.${value}`) })) },
    { key: "unused", label: t("filter.used"), kind: "select", options: [{ value: "30", label: t("filter.unused", { days: UNUSED_DAYS }) }] },
  ];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const states = values["status"]?.split(",").filter((state): state is KeyState => (STATES as readonly string[]).includes(state));
  const list = useQuery({
    ...trpc.console.keys.list.queryOptions({
      limit: PAGE, ...(cursor && { cursor }), ...(states?.length && { states }), ...(values["q"] && { text: values["q"] }), ...(values["unused"] === "30" && { unusedDays: UNUSED_DAYS }),
    }),
    placeholderData: keepPreviousData,
  });
  useLive(["keys", "requests"], () => void queries.invalidateQueries({ queryKey: trpc.console.keys.list.pathKey() }));
  const { items, dialogs } = useKeyActions({ base, shopName });
  const add = <LinkButton href="/console/keys/new" variant="primary" data-shortcut="n"><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("new")}</LinkButton>;
  const next = list.data?.next;
  return (
    <>
      <PageHeader title={t("title")} actions={list.data?.rows.length === 0 && !filtered && !hasPrevious ? undefined : add} />
      <div className="mb-4"><FilterBar filters={filters} search={{ placeholder: t("filter.search") }} /></div>
      <DataTable<KeyRow>
        label={t("title")} columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
        updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} href={addressOf} rowMenu={items}
        empty={<EmptyState icon={<KeyRound size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} action={add} />}
        card={(row) => <KeyCard row={row} />}
        pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next), size: PAGE }}
      />
      {dialogs}
    </>
  );
}

/** Whoever opens a key that has used its budget up wants to raise it. */
const addressOf = ({ id, state }: KeyRow): string => `/console/keys/${id}${state === "exhausted" || state === "low" ? "?tab=settings" : ""}`;

function useColumns(): Column<KeyRow>[] {
  const t = useTranslations("keys");
  return [
    { id: "name", header: t("columns.name"), cell: (row) => <span className={isRetired(row) ? "text-fg-3" : "font-medium"}>{row.name}</span> },
    { id: "key", header: t("columns.key"), cell: (row) => <code className="text-13 text-fg-2">{maskedKey(row)}</code>, hideBelow: "lg" },
    { id: "status", header: t("columns.status"), cell: (row) => <KeyStatus row={row} /> },
    { id: "today", header: t("columns.today"), align: "right", cell: (row) => <Money nano={row.todayNano} as="total" />, hideBelow: "lg" },
    { id: "month", header: t("columns.month"), align: "right", cell: (row) => <Money nano={row.monthNano} as="total" /> },
    { id: "limit", header: t("columns.limit"), align: "right", cell: (row) => <KeyLimit row={row} />, hideBelow: "lg", width: "220px" },
    { id: "models", header: t("columns.models"), cell: (row) => <span className="text-fg-2">{row.models.length === 0 ? t("allModels") : row.models.length === 1 ? row.models[0] : t("modelCount", { count: row.models.length })}</span>, hideBelow: "xl" },
    { id: "used", header: t("columns.used"), align: "right", cell: (row) => row.lastUsedAt ? <Time at={row.lastUsedAt} className="text-fg-2" /> : <span className="text-fg-3">{t("never")}</span> },
  ];
}

function KeyCard({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate font-medium">{row.name}</span>
        <Money nano={row.monthNano} as="total" />
      </div>
      <div className="flex items-center justify-between gap-3 text-13">
        <KeyStatus row={row} />
        <span className="text-fg-3">{row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t("never")}</span>
      </div>
      {row.budgets.length > 0 ? <div className="mt-0.5"><KeyLimit row={row} /></div> : null}
    </div>
  );
}
