"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { BookOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { cn } from "#ui/kit/cn.ts";
import { DataTable, type PagerProps, type TableState } from "#ui/kit/data-table.client.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";

export type TransactionRow = inferRouterOutputs<AppRouter>["admin"]["ledger"]["transactions"][number];

type Props = {
  rows: readonly TransactionRow[] | undefined; state: TableState; onRetry: () => void; filtered: boolean; onClearFilters?: () => void; pager: PagerProps;
  /** The rows are those of one wallet: what each did to it is the figure, not what moved in all. */
  wallet?: boolean;
  /** Beside a customer's other affairs: without what the ledger's own pages say. */
  brief?: boolean;
  linked: boolean;
};

/** Ledger transactions, newest first. */
export function TransactionTable({ rows, state, onRetry, filtered, onClearFilters, pager, wallet = false, brief = false, linked }: Props) {
  const t = useTranslations("ledger");
  const kind = (row: TransactionRow): string => t(`kinds.${row.kind}`);
  const whose = ({ whose: email, several }: TransactionRow): string | null => email ?? (several ? t("severalCustomers") : null);
  const places = placesOf((rows ?? []).map(({ walletNano, movedNano }) => (wallet ? walletNano : movedNano)), wallet ? "signed" : "exact");
  const amount = (row: TransactionRow, room = 0) => (wallet ? <Money nano={row.walletNano} as="signed" places={room} className={(row.walletNano ?? 0n) > 0n ? "text-ok" : ""} /> : <Money nano={row.movedNano} places={room} />);
  return (
    <DataTable<TransactionRow>
      label={t("transactions")} density="compact" rows={rows} rowKey={({ id }) => id} state={state} onRetry={onRetry} filtered={filtered} {...(onClearFilters && { onClearFilters })} pager={pager}
      {...(linked && { href: ({ id }: TransactionRow) => `/admin/ledger/transactions/${id}` })}
      columns={[
        { id: "time", header: t("postedAt"), cell: ({ postedAt }) => <Time at={postedAt} className="text-fg-2" /> },
        { id: "kind", header: t("kind"), cell: kind },
        ...(wallet ? [] : [{ id: "whose", header: t("customer"), cell: (row: TransactionRow) => <span className={cn("block max-w-64 truncate", row.whose === null && "text-fg-3")}>{whose(row) ?? "—"}</span> }]),
        { id: "reason", header: t("reason"), cell: ({ reason }) => <span className={cn("block max-w-64 truncate", reason === null && "text-fg-3")} title={reason ?? undefined}>{reason ?? "—"}</span>, hideBelow: "lg" },
        ...(brief ? [] : [{ id: "key", header: t("key"), cell: ({ key }: TransactionRow) => <span className="block max-w-72 truncate font-mono text-12 text-fg-3" title={key}>{key}</span>, hideBelow: "xl" as const }]),
        { id: "actor", header: t("actor"), cell: ({ actorType }) => t(`actors.${actorType}`), hideBelow: "xl" },
        ...(brief ? [] : [{ id: "lines", header: t("lines"), align: "right" as const, cell: ({ lines }: TransactionRow) => lines, hideBelow: "xl" as const }]),
        { id: "amount", header: wallet ? t("change") : t("moved"), align: "right", cell: (row) => amount(row, places) },
      ]}
      card={(row) => (
        <div className="min-w-0">
          <p className="flex items-baseline gap-3"><span className="min-w-0 flex-1 truncate font-medium">{kind(row)}</span><span className="font-medium">{amount(row)}</span></p>
          <p className="mt-0.5 flex items-baseline gap-3 text-13"><span className="min-w-0 flex-1 truncate text-fg-2">{(wallet ? null : whose(row)) ?? row.reason ?? t(`actors.${row.actorType}`)}</span><Time at={row.postedAt} className="text-fg-3" /></p>
        </div>
      )}
      empty={<EmptyState icon={<BookOpen size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("noTransactions")} text={t("noTransactionsText")} />}
    />
  );
}
