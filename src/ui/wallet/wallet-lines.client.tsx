"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Activity, CalendarX2, Gift, LifeBuoy, Plus, Scale, SlidersHorizontal, Ticket, Undo2, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { requestIdOf } from "#ui/wallet/request-id.ts";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";

type Line = Readonly<{ key: string; kind: string; at: Date; deltaNano: bigint; balanceNano: bigint; refType: string | null; refId: string | null; orderId: string | null; orderNumber: string | null }>;

const KINDS = [
  "topup", "topup_bonus", "code", "signup_gift", "opening", "settlement", "usage_refund", "refund_request", "refund_done", "refund_failed", "refund_undone", "dispute_freeze", "dispute_unfreeze",
  "dispute_lost", "clawback", "lot_expiry", "manual_adjustment", "referral", "plan", "writeoff", "suspense_resolved", "transfer", "reversal",
] as const;
type Kind = (typeof KINDS)[number];
const kindOf = (kind: string): Kind | "other" => KINDS.find((known) => known === kind) ?? "other";

const ICONS: Readonly<Partial<Record<Kind, LucideIcon>>> = {
  topup: Plus, topup_bonus: Gift, code: Ticket, signup_gift: Gift, opening: Plus, settlement: Activity, usage_refund: Undo2, refund_request: Undo2, refund_done: Undo2, refund_failed: Plus, refund_undone: Plus,
  dispute_freeze: Scale, dispute_unfreeze: Scale, dispute_lost: Scale, lot_expiry: CalendarX2, manual_adjustment: SlidersHorizontal, suspense_resolved: LifeBuoy,
};

/** Every movement of the wallet with the balance after it; a day's usage is one line that opens its requests. */
export function WalletLines() {
  const t = useTranslations("wallet.lines");
  const trpc = useTRPC();
  const { cursor, push, back, hasPrevious } = useCursor();
  const list = useQuery({ ...trpc.console.wallet.transactions.queryOptions({ cursor }), placeholderData: keepPreviousData });
  const next = list.data?.next;
  return (
    <DataTable<Line>
      label={t("title")} columns={useColumns(list.data?.lines ?? [])} rows={list.data?.lines} rowKey={({ key }) => key} state={tableState(list)} onRetry={() => void list.refetch()}
      updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={false}
      empty={<EmptyState icon={<Activity size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} />}
      card={(line) => <LineCard line={line} />}
      pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next) }}
    />
  );
}

function useColumns(lines: readonly Line[]): Column<Line>[] {
  const t = useTranslations("wallet.lines");
  // Whole amounts with their points in one line: each balance is the one below plus the amount, and can be checked.
  const amounts = placesOf(lines.map(({ deltaNano }) => deltaNano), "signed");
  const balances = placesOf(lines.map(({ balanceNano }) => balanceNano), "exact");
  return [
    { id: "at", header: t("at"), cell: ({ at, kind }) => <Time at={at} as={kind === "settlement" ? "date" : "relative"} className="text-fg-2" /> },
    { id: "what", header: t("what"), cell: (line) => <What kind={line.kind} /> },
    { id: "ref", header: t("reference"), cell: (line) => <Reference line={line} />, hideBelow: "lg" },
    { id: "amount", header: t("amount"), align: "right", cell: ({ deltaNano }) => <Delta nano={deltaNano} places={amounts} /> },
    { id: "after", header: t("after"), align: "right", cell: ({ balanceNano }) => <Money nano={balanceNano} places={balances} className="text-fg-2" /> },
  ];
}

function What({ kind }: { kind: string }) {
  const t = useTranslations("wallet.kinds");
  const known = kindOf(kind);
  const Icon = (known === "other" ? undefined : ICONS[known]) ?? Activity;
  return <span className="flex items-center gap-2.5"><Icon className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />{t(known)}</span>;
}

const Delta = ({ nano, places = 0 }: { nano: bigint; places?: number }) => <Money nano={nano} as="signed" places={places} className={cn("font-medium", nano > 0n && "text-ok")} />;

/** The rows behind a line. */
function Reference({ line: { kind, at, orderId, orderNumber, refType, refId }, bare = false }: { line: Line; bare?: boolean }) {
  const t = useTranslations("wallet.lines");
  if (orderId && orderNumber) return <Link className="link inline-flex min-h-6 items-center text-13" href={`/console/wallet/return?order=${orderId}`}>{orderNumber}</Link>;
  if (kind === "settlement") {
    const day = at.toISOString().slice(0, 10);
    return <Link className="link inline-flex min-h-6 items-center text-13" href={`/console/requests?from=${day}&to=${day}`}>{t("requests")}</Link>;
  }
  if (refType === "charge" && refId) return <Link className="link inline-flex min-h-6 items-center text-13" href={`/console/requests/${requestIdOf(refId)}`}>{t("receipt")}</Link>;
  return bare ? null : <span className="text-fg-3">—</span>;
}

function LineCard({ line }: { line: Line }) {
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-baseline justify-between gap-3"><What kind={line.kind} /><Delta nano={line.deltaNano} /></div>
      <div className="flex items-center justify-between gap-3 pl-[26px] text-13 text-fg-3"><span className="flex min-w-0 flex-wrap items-center gap-x-3"><Time at={line.at} as="date" /><Reference line={line} bare /></span><Money nano={line.balanceNano} /></div>
    </div>
  );
}
