"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Megaphone, Plus } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { KIND_TONE } from "#ui/incidents/incident-draft.ts";
import { IncidentEditor } from "#ui/incidents/incident-editor.client.tsx";
import { incidentText } from "#ui/incidents/incident-words.ts";
import { NewIncident } from "#ui/incidents/new-incident.client.tsx";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { ErrorState, EmptyState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

export type IncidentRow = inferRouterOutputs<AppRouter>["admin"]["incidents"]["list"]["rows"][number];

/** Everything that the status page says in the operator's words: written, continued and ended here. */
export function IncidentScreen({ mayWrite }: { mayWrite: boolean }) {
  const t = useTranslations("admin-incidents");
  const trpc = useTRPC();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [adding, setAdding] = useState(false);
  const { cursor, push, back, hasPrevious } = useCursor();
  const list = useQuery({ ...trpc.admin.incidents.list.queryOptions({ cursor }), placeholderData: keepPreviousData, refetchInterval: 30_000 });
  const next = list.data?.next;
  const begin = mayWrite ? <Button variant="primary" data-shortcut="n" onClick={() => setAdding(true)}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("new")}</Button> : undefined;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={begin} />
      <Bleed>
        <DataTable<IncidentRow>
          label={t("title")} columns={useColumns()} rows={list.data?.rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={false}
          empty={<EmptyState icon={<Megaphone size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} />}
          card={(incident) => <IncidentCard incident={incident} />}
          openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
      <OpenIncident id={open} onClose={() => void setOpen(null)} mayWrite={mayWrite} />
      {adding ? <NewIncident onClose={() => setAdding(false)} onMade={(id) => void setOpen(id)} /> : null}
    </>
  );
}

function OpenIncident({ id, onClose, mayWrite }: { id: string | null; onClose: () => void; mayWrite: boolean }) {
  const t = useTranslations("admin-incidents");
  const locale = useLocale();
  const trpc = useTRPC();
  const query = useQuery({ ...trpc.admin.incidents.get.queryOptions({ id: id ?? "" }), enabled: id !== null, retry: false });
  return (
    <Drawer open={id !== null} onOpenChange={(open) => open || onClose()} title={query.data ? incidentText(query.data.title, locale).text : t("title")}>
      {query.isError ? <ErrorState text={t("gone")} onRetry={() => void query.refetch()} /> : query.data ? <IncidentEditor key={query.data.id} incident={query.data} mayWrite={mayWrite} onGone={onClose} /> : <SkeletonText lines={6} />}
    </Drawer>
  );
}

function useColumns(): Column<IncidentRow>[] {
  const t = useTranslations("admin-incidents");
  const locale = useLocale();
  return [
    { id: "state", header: t("columns.state"), cell: (incident) => <State incident={incident} />, width: "16%" },
    { id: "title", header: t("columns.title"), cell: ({ title }) => <span className="block max-w-[48ch] truncate font-medium" title={incidentText(title, locale).text}>{incidentText(title, locale).text}</span> },
    { id: "kind", header: t("columns.kind"), cell: ({ kind }) => <Badge tone={KIND_TONE[kind]}>{t(`kinds.${kind}`)}</Badge>, hideBelow: "lg" },
    { id: "models", header: t("columns.models"), align: "right", cell: ({ models }) => (models.length === 0 ? t("wholeShop") : models.length), hideBelow: "xl" },
    { id: "updates", header: t("columns.updates"), align: "right", cell: ({ updates }) => updates.length, hideBelow: "lg" },
    { id: "started", header: t("columns.started"), cell: ({ startedAt }) => <Time at={startedAt} className="text-fg-2" /> },
    { id: "ended", header: t("columns.ended"), cell: ({ resolvedAt }) => (resolvedAt ? <Time at={resolvedAt} className="text-fg-2" /> : "—"), hideBelow: "xl" },
  ];
}

/** The stage of the newest update says how it stands. */
export function State({ incident: { updates, kind, resolvedAt } }: { incident: IncidentRow }) {
  const t = useTranslations("admin-incidents");
  const stage = updates[0]?.stage ?? "investigating";
  return <StatusDot tone={resolvedAt ? "ok" : KIND_TONE[kind]}>{t(`stages.${stage}`)}</StatusDot>;
}

function IncidentCard({ incident }: { incident: IncidentRow }) {
  const locale = useLocale();
  return (
    <span className="flex w-full min-w-0 flex-col gap-1">
      <span className="truncate font-medium">{incidentText(incident.title, locale).text}</span>
      <span className="flex items-center justify-between gap-3 text-13 text-fg-3"><State incident={incident} /><Time at={incident.startedAt} /></span>
    </span>
  );
}
