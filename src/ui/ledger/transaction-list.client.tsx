"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useLiveRange } from "#ui/dashboard/use-live-range.client.ts";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { KINDS } from "#ui/ledger/kinds.ts";
import { TransactionTable } from "#ui/ledger/transaction-table.client.tsx";
import { WalletBuckets } from "#ui/ledger/wallet-buckets.client.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { useKept } from "#ui/trpc/use-kept.client.ts";

const SIZE = 50;
const RANGE = "-30d";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The ledger by kind, wallet, key and time. Of one wallet, the accounts stand above and each line says what it did to it. */
export function TransactionList() {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const defs = useMemo((): readonly FilterDef[] => [
    { key: "range", label: t("range"), kind: "date-range", fallback: RANGE },
    { key: "kind", label: t("kind"), kind: "select", options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
    { key: "wallet", label: t("wallet"), kind: "text" },
  ], [t]);
  const { values, filtered, clear } = useFilterValues(defs);
  const { range } = useLiveRange(RANGE);
  const cursor = useCursor();
  const wallet = UUID.test(values["wallet"] ?? "") ? values["wallet"] : undefined;
  // The history of one wallet is short and wanted whole; of all it would be a walk through everything.
  const timed = wallet === undefined || Boolean(values["from"]);
  const list = useQuery({
    ...trpc.admin.ledger.transactions.queryOptions({
      limit: SIZE, ...(timed && { from: range.from, to: range.to }), ...(values["kind"] && { kind: values["kind"] }), ...(wallet && { wallet }), ...(values["q"] && { key: values["q"] }), ...(cursor.cursor && { before: cursor.cursor }),
    }),
    placeholderData: (previous) => previous,
  });
  const data = useKept(list.data, JSON.stringify([values["kind"], wallet, values["q"], values["from"], values["to"], cursor.cursor]));
  return (
    <>
      <FilterBar filters={defs} search={{ placeholder: t("searchKey") }} />
      {wallet ? <div className="mt-4"><WalletBuckets wallet={wallet} /></div> : null}
      <Bleed className="mt-4">
        <TransactionTable
          rows={data} state={list.isError ? (data ? "stale" : "error") : data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={filtered} onClearFilters={clear} wallet={wallet !== undefined} linked
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: (data?.length ?? 0) === SIZE, onPrevious: cursor.back, onNext: () => data?.length && cursor.push(data.at(-1)!.id) }}
        />
      </Bleed>
    </>
  );
}
