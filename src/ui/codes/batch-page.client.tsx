"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatCount } from "#ui/format/index.ts";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { usedPercent, type CodesOutputs } from "#ui/codes/batch-list.client.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

type Batch = CodesOutputs["batch"];
type Code = CodesOutputs["codes"]["codes"][number];
const STATES = ["unused", "used", "disabled"] as const;

/** One batch: its terms, how far it is used, and each code by what tells it from the others. */
export function BatchPage({ id, mayDisable }: { id: string; mayDisable: boolean }) {
  const t = useTranslations("admin-codes");
  const trpc = useTRPC();
  const batch = useQuery(trpc.admin.codes.batch.queryOptions({ id }));
  const [disabling, setDisabling] = useState<{ code?: Code }>();
  const back = { href: "/admin/codes", label: t("title") };
  if (!batch.data) return <><PageHeader title={t("batch")} back={back} />{batch.isError ? <ErrorState className="px-0" onRetry={() => void batch.refetch()} /> : <SkeletonText lines={6} />}</>;
  const { data } = batch;
  return (
    <>
      <PageHeader title={data.name} back={back} badge={<Badge tone={data.bucket === "paid" ? "accent" : "neutral"}>{t(`kinds.${data.bucket}`)}</Badge>} actions={mayDisable && data.active > 0 ? <Button onClick={() => setDisabling({})}>{t("disable.open")}</Button> : null} />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="min-w-0"><Codes id={id} {...(mayDisable && { onDisable: (code: Code) => setDisabling({ code }) })} /></div>
        <Terms batch={data} />
      </div>
      {disabling ? <Disable batch={data} code={disabling.code} onClose={() => setDisabling(undefined)} /> : null}
    </>
  );
}

function Terms({ batch }: { batch: Batch }) {
  const t = useTranslations("admin-codes");
  return (
    <Card className="self-start" title={t("terms.title")}>
      <DefinitionList items={[
        { label: t("columns.amount"), value: <Money nano={batch.creditNano} /> },
        { label: t("columns.count"), value: <span className="nums">{formatCount(batch.count)}</span> },
        { label: t("columns.used"), value: <span className="nums">{formatCount(batch.uses)} ({usedPercent(batch)}%)</span> },
        { label: t("columns.left"), value: <span className="nums">{formatCount(batch.active)}</span> },
        { label: t("terms.redeemed"), value: <Money nano={batch.creditNano * BigInt(batch.uses)} /> },
        { label: t("create.maxUses"), value: <span className="nums">{formatCount(batch.maxUses)}</span> },
        { label: t("create.perUser"), value: <span className="nums">{formatCount(batch.perUser)}</span> },
        { label: t("columns.expires"), value: batch.expiresAt ? <Time at={batch.expiresAt} as="stamp" className="whitespace-normal" /> : t("never") },
        ...(batch.lotTtlDays === null ? [] : [{ label: t("create.days"), value: t("days", { days: batch.lotTtlDays }) }]),
        { label: t("columns.by"), value: batch.createdBy },
        { label: t("columns.at"), value: <Time at={batch.createdAt} as="stamp" className="whitespace-normal" /> },
      ]} />
      <p className="mt-4 border-t pt-3 text-13 text-fg-3">{t("terms.once")}</p>
    </Card>
  );
}

function Codes({ id, onDisable }: { id: string; onDisable?: (code: Code) => void }) {
  const t = useTranslations("admin-codes");
  const trpc = useTRPC();
  const filters: FilterDef[] = [{ key: "state", label: t("codes.state"), kind: "select", options: STATES.map((value) => ({ value, label: t(`codes.states.${value}`) })) }];
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, hasPrevious } = useCursor();
  const state = STATES.find((known) => known === values["state"]);
  const list = useQuery({ ...trpc.admin.codes.codes.queryOptions({ id, cursor, ...(state && { state }) }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  const stateOf = (code: Code) => (code.status === "disabled" ? "disabled" : code.uses >= code.maxUses ? "used" : "active");
  const dot = (code: Code) => <StatusDot tone={stateOf(code) === "active" ? "ok" : "neutral"}>{t(`codes.states.${stateOf(code)}`)}</StatusDot>;
  const columns: Column<Code>[] = [
    { id: "hint", header: t("codes.code"), cell: ({ hint }) => <code className="text-13">{hint}</code> },
    { id: "state", header: t("codes.state"), cell: dot },
    { id: "uses", header: t("codes.uses"), align: "right", cell: ({ uses, maxUses }) => <span className="nums">{uses} / {maxUses}</span> },
    { id: "by", header: t("codes.by"), cell: ({ lastBy }) => <span className="block max-w-56 truncate text-fg-2">{lastBy ?? "—"}</span> },
    { id: "at", header: t("codes.at"), align: "right", cell: ({ lastAt }) => <Time at={lastAt} className="text-fg-2" /> },
  ];
  return (
    <>
      <div className="mb-4"><FilterBar filters={filters} /></div>
      <DataTable<Code>
        label={t("codes.title")} density="compact" columns={columns} rows={list.data?.codes} rowKey={({ id: key }) => key} state={tableState(list)} onRetry={() => void list.refetch()}
        updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear} empty={<EmptyState title={t("codes.empty")} />}
        card={(code) => <div className="flex items-center justify-between gap-3"><code className="text-13">{code.hint}</code><span className="text-13">{dot(code)}</span></div>}
        {...(onDisable && { rowMenu: (code: Code) => (stateOf(code) === "active" ? [{ label: t("disable.one"), danger: true, onSelect: () => onDisable(code) }] : []) })}
        pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
      />
    </>
  );
}

function Disable({ batch, code, onClose }: { batch: Batch; code: Code | undefined; onClose: () => void }) {
  const t = useTranslations("admin-codes.disable");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const disable = useMutation(trpc.admin.codes.disable.mutationOptions());
  const confirm = async (reason?: string): Promise<void> => {
    const { codes } = await disable.mutateAsync({ id: batch.id, reason: reason ?? "", ...(code && { code: code.id }) }).catch((error: unknown) => {
      throw new Error(t("failed"), { cause: error });
    });
    toast.success(t("done", { count: codes }));
    await queries.invalidateQueries({ queryKey: trpc.admin.codes.pathKey() });
  };
  return <ConfirmDialog open onOpenChange={(open) => open || onClose()} danger reason title={code ? t("oneTitle", { code: code.hint }) : t("title", { name: batch.name })} description={code ? t("oneText") : t("text", { count: formatCount(batch.active) })} confirmLabel={t("confirm")} onConfirm={confirm} />;
}
