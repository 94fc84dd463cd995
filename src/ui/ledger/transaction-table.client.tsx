"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { BookOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { DataTable, type PagerProps, type TableState } from "#ui/kit/data-table.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";

export type TransactionRow = inferRouterOutputs<AppRouter>["admin"]["ledger"]["transactions"][number];

type Props = {
  rows: readonly TransactionRow[] | undefined; state: TableState; onRetry: () => void; filtered: boolean; onClearFilters?: () => void; pager: PagerProps;
  /** The rows are those of one wallet: what each did to it is the figure, not what moved in all. */
  wallet?: boolean;
  linked: boolean;
};

/** Ledger transactions, newest first. */
export function TransactionTable({ rows, state, onRetry, filtered, onClearFilters, pager, wallet = false, linked }: Props) {
  const t = useTranslations("ledger");
  const kind = (row: TransactionRow): string => t(`kinds.${row.kind}`);
  const amount = (row: TransactionRow) => (wallet ? <Money nano={row.walletNano} as="signed" className={(row.walletNano ?? 0n) > 0n ? "text-ok" : ""} /> : <Money nano={row.movedNano} />);
  return (
    <DataTable<TransactionRow>
      label={t("transactions")} density="compact" rows={rows} rowKey={({ id }) => id} state={state} onRetry={onRetry} filtered={filtered} {...(onClearFilters && { onClearFilters })} pager={pager}
      {...(linked && { href: ({ id }: TransactionRow) => `/admin/ledger/transactions/${id}` })}
      columns={[
        { id: "time", header: t("postedAt"), cell: ({ postedAt }) => <Time at={postedAt} /> },
        { id: "kind", header: t("kind"), cell: kind },
        { id: "key", header: t("key"), cell: ({ key }) => <span className="font-mono text-12 text-fg-2">{key}</span>, hideBelow: "lg" },
        { id: "actor", header: t("actor"), cell: ({ actorType }) => t(`actors.${actorType}`), hideBelow: "xl" },
        { id: "reason", header: t("reason"), cell: ({ reason }) => reason ?? <span className="text-fg-3">—</span>, hideBelow: "lg" },
        { id: "lines", header: t("lines"), align: "right", cell: ({ lines }) => lines, hideBelow: "xl" },
        { id: "amount", header: wallet ? t("change") : t("moved"), align: "right", cell: amount },
      ]}
      card={(row) => (
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1"><p className="truncate font-medium">{kind(row)}</p><p className="truncate text-13 text-fg-3"><Time at={row.postedAt} /> {row.reason ?? ""}</p></div>
          <span className="font-medium">{amount(row)}</span>
        </div>
      )}
      empty={<EmptyState icon={<BookOpen size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("noTransactions")} text={t("noTransactionsText")} />}
    />
  );
}
