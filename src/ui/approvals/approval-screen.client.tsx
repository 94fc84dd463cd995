"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Stamp } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryState } from "nuqs";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import type { Tone } from "#ui/kit/tone.ts";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";
import { DecideDialog, type Decision } from "#ui/approvals/decide-dialog.client.tsx";

export type ApprovalRow = inferRouterOutputs<AppRouter>["admin"]["approvals"]["list"]["rows"][number];
type Act = (row: ApprovalRow, decision: Decision) => void;

const TONES: Readonly<Record<ApprovalRow["state"], Tone>> = { pending: "warn", approved: "ok", declined: "bad", withdrawn: "neutral", expired: "neutral" };

/** What waits for a second person, the one that runs out first on top; and what became of the rest. */
export function ApprovalScreen({ orders, limits }: { orders: boolean; /** May the viewer set the limits above which somebody else is asked? */ limits: boolean }) {
  const t = useTranslations("admin-approvals");
  const trpc = useTRPC();
  const [shown, setShown] = useQueryState("show");
  const waiting = shown !== "ended";
  const { cursor, push, back, reset, hasPrevious } = useCursor();
  const [asked, setAsked] = useState<Readonly<{ row: ApprovalRow; decision: Decision }>>();
  const list = useQuery({ ...trpc.admin.approvals.list.queryOptions({ waiting, cursor }), placeholderData: keepPreviousData, refetchInterval: 30_000 });
  const next = list.data?.next;
  const act: Act = (row, decision) => setAsked({ row, decision });
  return (
    <>
      <div className="mb-4">
        <SegmentedControl label={t("show")} value={waiting ? "waiting" : "ended"} options={[{ value: "waiting", label: t("waiting") }, { value: "ended", label: t("ended") }]}
          onChange={(value) => { reset(); void setShown(value === "ended" ? "ended" : null); }} />
      </div>
      <Bleed>
        <DataTable<ApprovalRow>
          label={t("title")} columns={useColumns(waiting, orders, act)} rows={list.data?.rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
          updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={false}
          empty={<EmptyState icon={<Stamp size={20} strokeWidth={1.75} />} title={t(waiting ? "emptyWaiting" : "emptyEnded")} text={t("emptyText")} action={limits ? <LinkButton href="/admin/settings/approvals">{t("limits")}</LinkButton> : undefined} />}
          card={(row) => <ApprovalCard row={row} orders={orders} act={act} />}
          pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
        />
      </Bleed>
      {asked ? <DecideDialog row={asked.row} decision={asked.decision} onClose={() => setAsked(undefined)} /> : null}
    </>
  );
}

function useColumns(waiting: boolean, orders: boolean, act: Act): Column<ApprovalRow>[] {
  const t = useTranslations("admin-approvals");
  const end: Column<ApprovalRow>[] = waiting
    ? [
      { id: "expires", header: t("columns.expires"), cell: ({ expiresAt }) => <Time at={expiresAt} className="text-fg-2" />, hideBelow: "xl" },
      { id: "acts", header: <span className="sr-only">{t("columns.acts")}</span>, align: "right", cell: (row) => <Acts row={row} act={act} /> },
    ]
    : [
      { id: "state", header: t("columns.state"), cell: (row) => <State row={row} /> },
      { id: "decider", header: t("columns.decider"), cell: ({ decider, note }) => <span className="block max-w-56 truncate text-fg-2" title={note ?? undefined}>{decider ?? "—"}</span>, hideBelow: "lg" },
    ];
  return [
    { id: "what", header: t("columns.what"), cell: (row) => <What row={row} orders={orders} /> },
    { id: "amount", header: t("columns.amount"), align: "right", cell: ({ amountNano }) => <Money nano={amountNano} as="signed" /> },
    { id: "who", header: t("columns.who"), cell: ({ userId, email }) => <Link href={`/admin/users/${userId}`} className="link block max-w-56 truncate" title={email ?? userId}>{email ?? userId}</Link> },
    { id: "reason", header: t("columns.reason"), cell: ({ reason }) => <span className="block max-w-72 truncate" title={reason}>{reason}</span>, hideBelow: "lg" },
    { id: "requester", header: t("columns.requester"), cell: ({ requester }) => <span className="block max-w-48 truncate text-fg-2" title={requester ?? undefined}>{requester ?? "—"}</span> },
    { id: "at", header: t("columns.at"), cell: ({ requestedAt }) => <Time at={requestedAt} className="text-fg-2" />, hideBelow: "xl" },
    ...end,
  ];
}

/** The act, with a link to what it is about where the viewer may open it. */
function What({ row, orders }: { row: ApprovalRow; orders: boolean }) {
  const t = useTranslations("admin-approvals.kind");
  const { kind, subject, amountNano } = row;
  if (kind === "adjustment") return <span className="font-medium">{t(amountNano > 0n ? "give" : "take")}</span>;
  if (kind === "charge_refund") return <Link className="link font-medium" href={`/admin/requests/${subject}`}>{t("charge_refund")}</Link>;
  return orders ? <Link className="link font-medium" href={`/admin/orders/${subject}`}>{t("order_refund")}</Link> : <span className="font-medium">{t("order_refund")}</span>;
}

function State({ row }: { row: ApprovalRow }) {
  const t = useTranslations("admin-approvals.state");
  return <StatusDot tone={TONES[row.state]}>{t(row.state)}</StatusDot>;
}

function Acts({ row, act }: { row: ApprovalRow; act: Act }) {
  const t = useTranslations("admin-approvals");
  if (row.mayWithdraw) return <Button size="sm" onClick={() => act(row, "withdraw")}>{t("withdraw")}</Button>;
  if (!row.mayDecide) return <span className="text-13 text-fg-3">{t("notYours")}</span>;
  return (
    <span className="inline-flex gap-2">
      <Button size="sm" onClick={() => act(row, "decline")}>{t("decline")}</Button>
      <Button size="sm" variant="primary" onClick={() => act(row, "approve")}>{t("approve")}</Button>
    </span>
  );
}

function ApprovalCard({ row, orders, act }: { row: ApprovalRow; orders: boolean; act: Act }) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3"><What row={row} orders={orders} /><Money nano={row.amountNano} as="signed" /></div>
      <p className="truncate text-13 text-fg-2">{row.email ?? row.userId}</p>
      <p className="text-13">{row.reason}</p>
      <div className="flex flex-wrap items-center justify-between gap-3 text-13 text-fg-3"><span className="min-w-0 truncate">{row.requester ?? "—"} · <Time at={row.requestedAt} /></span>{row.state === "pending" ? <Acts row={row} act={act} /> : <State row={row} />}</div>
    </div>
  );
}
