"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Clapperboard } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { LinkButton } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { OwnTaskDrawer } from "#ui/tasks/own-task-drawer.client.tsx";
import { taskTone } from "#ui/tasks/task-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Row = inferRouterOutputs<AppRouter>["console"]["tasks"]["list"]["rows"][number];

const STATES = ["open", "succeeded", "failed"] as const;
/** What is under way changes by itself. */
const LOOK_MS = 10_000;

/** Own long work, newest first; each opens beside the list. */
export function OwnTaskList() {
  const t = useTranslations("tasks");
  const trpc = useTRPC();
  const filters = useFilters();
  const { values, filtered, clear } = useFilterValues(filters);
  const cursor = useCursor();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const state = STATES.find((name) => name === values["state"]);
  const list = useQuery(trpc.console.tasks.list.queryOptions(
    { ...(state && { state }), ...(values["model"] && { model: values["model"] }), cursor: cursor.cursor ?? null }, { placeholderData: keepPreviousData, refetchInterval: LOOK_MS }));
  return (
    <>
      <FilterBar filters={filters} />
      <div className="mt-4">
        <DataTable<Row>
          label={t("title")} columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id}
          state={list.isError ? (list.data ? "stale" : "error") : list.isPending || list.isPlaceholderData ? "loading" : "ready"} onRetry={() => void list.refetch()}
          filtered={filtered} onClearFilters={clear} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)} card={(row) => <TaskCard row={row} />}
          empty={<EmptyState icon={<Clapperboard size={18} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} action={<LinkButton href="/console/models">{t("emptyAction")}</LinkButton>} />}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: Boolean(list.data?.next), onPrevious: cursor.back, onNext: () => list.data?.next && cursor.push(list.data.next) }}
        />
      </div>
      <OwnTaskDrawer id={open} onClose={() => void setOpen(null)} />
    </>
  );
}

function useFilters(): readonly FilterDef[] {
  const t = useTranslations("tasks");
  return useMemo(() => [
    { key: "state", label: t("state"), kind: "select", options: STATES.map((value) => ({ value, label: t(`filters.${value}`) })) },
    { key: "model", label: t("model"), kind: "text" },
  ], [t]);
}

function State({ row: { state, progress } }: { row: Pick<Row, "state" | "progress"> }) {
  const t = useTranslations("tasks");
  return (
    <span className="flex items-baseline gap-2">
      <StatusDot tone={taskTone(state)}>{t(`states.${state}`)}</StatusDot>
      {state === "running" && progress > 0 ? <span className="nums text-fg-3">{progress}%</span> : null}
    </span>
  );
}

/** What is set aside while it runs, what it cost once it has ended. */
const Cost = ({ row: { chargeNano, holdNano } }: { row: Pick<Row, "chargeNano" | "holdNano"> }) =>
  (chargeNano === null ? <Money nano={holdNano} as="charge" className="text-fg-3" /> : <Money nano={chargeNano} as="charge" />);

function useColumns(): readonly Column<Row>[] {
  const t = useTranslations("tasks");
  return useMemo(() => [
    { id: "created", header: t("created"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" /> },
    { id: "kind", header: t("kind"), cell: ({ kind }) => (t.has(`kinds.${kind}`) ? t(`kinds.${kind as "video"}`) : kind) },
    { id: "model", header: t("model"), cell: ({ model }) => <span className="block max-w-56 truncate" title={model}>{model}</span> },
    { id: "state", header: t("state"), cell: (row) => <State row={row} /> },
    { id: "key", header: t("key"), cell: ({ keyName }) => <span className="block max-w-40 truncate">{keyName ?? "—"}</span>, hideBelow: "lg" },
    { id: "cost", header: t("cost"), align: "right", cell: (row) => <Cost row={row} /> },
  ], [t]);
}

function TaskCard({ row }: { row: Row }) {
  const t = useTranslations("tasks");
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{row.model}</p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-13"><State row={row} /><span className="text-fg-3">{t.has(`kinds.${row.kind}`) ? t(`kinds.${row.kind as "video"}`) : row.kind}</span><Time at={row.createdAt} className="text-fg-3" /></p>
      </div>
      <div className="text-right"><Cost row={row} /></div>
    </div>
  );
}
