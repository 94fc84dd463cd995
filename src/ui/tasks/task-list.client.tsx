"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Clapperboard } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { TaskDrawer } from "#ui/tasks/task-drawer.client.tsx";
import { TASK_FILTERS, taskFilter, taskTone } from "#ui/tasks/task-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Row = inferRouterOutputs<AppRouter>["admin"]["tasks"]["list"]["rows"][number];

/** What is under way changes by itself. */
const LOOK_MS = 10_000;

/** Long work of all customers, newest first; each opens beside the list. */
export function TaskList({ mayAct }: { mayAct: boolean }) {
  const t = useTranslations("admin-tasks");
  const trpc = useTRPC();
  const filters = useFilters();
  const { values, filtered, clear } = useFilterValues(filters);
  const cursor = useCursor();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const state = taskFilter(values["state"]);
  const list = useQuery(trpc.admin.tasks.list.queryOptions(
    { ...(state && { state }), ...(values["user"] && { user: values["user"] }), ...(values["model"] && { model: values["model"] }), ...(values["task"] && { task: values["task"] }), cursor: cursor.cursor ?? null },
    { placeholderData: keepPreviousData, refetchInterval: LOOK_MS },
  ));
  return (
    <>
      <FilterBar filters={filters} />
      <Bleed className="mt-4">
        <DataTable<Row>
          label={t("title")} density="compact" columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id}
          state={list.isError ? (list.data ? "stale" : "error") : list.isPending || list.isPlaceholderData ? "loading" : "ready"} onRetry={() => void list.refetch()}
          filtered={filtered} onClearFilters={clear} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)} card={(row) => <TaskCard row={row} />}
          empty={<EmptyState icon={<Clapperboard size={18} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} />}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: Boolean(list.data?.next), onPrevious: cursor.back, onNext: () => list.data?.next && cursor.push(list.data.next) }}
        />
      </Bleed>
      <TaskDrawer id={open} mayAct={mayAct} onClose={() => void setOpen(null)} />
    </>
  );
}

function useFilters(): readonly FilterDef[] {
  const t = useTranslations("admin-tasks");
  return useMemo(() => [
    { key: "state", label: t("state"), kind: "select", options: TASK_FILTERS.map((value) => ({ value, label: t(`states.${value}`) })) },
    { key: "user", label: t("user"), kind: "text", placeholder: "ann@example.com" },
    { key: "model", label: t("model"), kind: "text" },
    { key: "task", label: t("id"), kind: "text", placeholder: "video_…" },
  ], [t]);
}

function State({ row: { state, progress, flagged } }: { row: Pick<Row, "state" | "progress" | "flagged"> }) {
  const t = useTranslations("admin-tasks");
  return (
    <span className="flex items-center gap-2">
      <StatusDot tone={taskTone(state)}>{t(`states.${state}`)}</StatusDot>
      {state === "running" ? <span className="nums text-fg-3">{progress}%</span> : null}
      {flagged ? <Badge tone="warn">{t("flagged")}</Badge> : null}
    </span>
  );
}

/** What is set aside while it runs, what it cost once it has ended. */
function Cost({ row: { chargeNano, holdNano } }: { row: Pick<Row, "chargeNano" | "holdNano"> }) {
  return chargeNano === null ? <Money nano={holdNano} as="charge" className="text-fg-3" /> : <Money nano={chargeNano} as="charge" />;
}

function useColumns(): readonly Column<Row>[] {
  const t = useTranslations("admin-tasks");
  return useMemo(() => [
    { id: "created", header: t("created"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" /> },
    { id: "user", header: t("user"), cell: ({ email, userId }) => <span className="block max-w-40 truncate @max-[736px]:max-w-28" title={email ?? userId}>{email ?? userId}</span> },
    { id: "model", header: t("model"), cell: ({ model }) => <span className="block max-w-44 truncate" title={model}>{model}</span> },
    { id: "kind", header: t("kind"), cell: ({ kind }) => t.has(`kinds.${kind}`) ? t(`kinds.${kind as "video"}`) : kind, hideBelow: "lg" },
    { id: "state", header: t("state"), cell: (row) => <State row={row} /> },
    { id: "channel", header: t("channel"), cell: ({ channel }) => <span className="block max-w-40 truncate">{channel ?? "—"}</span>, hideBelow: "lg" },
    { id: "polls", header: t("polls"), align: "right", cell: ({ polls }) => polls, hideBelow: "xl" },
    { id: "cost", header: t("cost"), align: "right", cell: (row) => <Cost row={row} /> },
  ], [t]);
}

function TaskCard({ row }: { row: Row }) {
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{row.model}</p>
        <p className="truncate text-13 text-fg-2">{row.email ?? row.userId}</p>
        <p className="mt-0.5 flex items-center gap-2 text-13"><State row={row} /><Time at={row.createdAt} className="text-fg-3" /></p>
      </div>
      <div className="text-right"><Cost row={row} /></div>
    </div>
  );
}
