"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { DataTable } from "#ui/kit/data-table.client.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { AccountName } from "#ui/ledger/account-name.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const SIZE = 50;

/** One account with its entries and the balance after each. */
export function AccountScreen({ id }: { id: string }) {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const { data, isError, error, refetch } = useQuery(trpc.admin.ledger.account.queryOptions({ id }));
  const back = { href: "/admin/ledger", label: t("title") };
  if (isError) return <><PageHeader title={t("account")} back={back} /><ErrorState title={t(error.data?.code === "NOT_FOUND" ? "goneAccount" : "loadFailed")} onRetry={() => void refetch()} className="p-0" /></>;
  if (!data) return <><PageHeader title={t("account")} back={back} /><SkeletonText lines={6} /></>;
  const sign = data.class === "asset" || data.class === "expense" ? 1n : -1n;
  return (
    <>
      <PageHeader title={<AccountName code={data.code} whose={data.whose} />} back={back} description={t(`classes.${data.class}`)} actions={<span className="text-20 font-semibold"><Money nano={data.balanceNano * sign} /></span>} />
      <Entries accountId={data.id} sign={sign} />
    </>
  );
}

function Entries({ accountId, sign }: { accountId: bigint; sign: bigint }) {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const cursor = useCursor();
  const before = /^\d{1,18}$/.test(cursor.cursor ?? "") ? BigInt(cursor.cursor ?? 0) : undefined;
  const list = useQuery({ ...trpc.admin.ledger.entries.queryOptions({ accountId, limit: SIZE, ...(before !== undefined && { before }) }), placeholderData: (previous) => previous });
  const [amounts, balances] = [placesOf(list.data?.map(({ amountNano }) => amountNano) ?? [], "signed"), placesOf(list.data?.map(({ balanceNano }) => balanceNano) ?? [], "exact")];
  return (
    <Bleed>
      <DataTable
        label={t("entries")} density="compact" rows={list.data} rowKey={(row) => row.id.toString()} state={list.isError ? (list.data ? "stale" : "error") : list.data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={false}
        href={({ txId }) => `/admin/ledger/transactions/${txId}`}
        columns={[
          { id: "time", header: t("postedAt"), cell: ({ postedAt }) => <Time at={postedAt} /> },
          { id: "kind", header: t("kind"), cell: ({ kind }) => t(`kinds.${kind}`) },
          { id: "key", header: t("key"), cell: ({ key }) => <span className="font-mono text-12 text-fg-2">{key}</span>, hideBelow: "lg" },
          { id: "reason", header: t("reason"), cell: ({ reason }) => reason ?? <span className="text-fg-3">—</span>, hideBelow: "xl" },
          { id: "amount", header: t("change"), align: "right", cell: ({ amountNano }) => <Money nano={amountNano * sign} as="signed" places={amounts} /> },
          { id: "balance", header: t("balanceAfter"), align: "right", cell: ({ balanceNano }) => <Money nano={balanceNano * sign} places={balances} /> },
        ]}
        card={(row) => (
          <div className="flex items-start gap-3">
            <div className="min-w-0 flex-1"><p className="truncate font-medium">{t(`kinds.${row.kind}`)}</p><Time at={row.postedAt} className="text-13 text-fg-3" /></div>
            <div className="text-right"><Money nano={row.amountNano * sign} as="signed" className="font-medium" /><p className="text-13 text-fg-3"><Money nano={row.balanceNano * sign} /></p></div>
          </div>
        )}
        empty={<EmptyState title={t("noEntries")} />}
        pager={{ hasPrevious: cursor.hasPrevious, hasNext: (list.data?.length ?? 0) === SIZE, onPrevious: cursor.back, onNext: () => list.data?.length && cursor.push(list.data.at(-1)!.id.toString()) }}
      />
    </Bleed>
  );
}
