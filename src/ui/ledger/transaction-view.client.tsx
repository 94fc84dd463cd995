"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Card } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { AccountName } from "#ui/ledger/account-name.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Transaction = inferRouterOutputs<AppRouter>["admin"]["ledger"]["transaction"];

/** One movement: its lines, why it was made, by whom, and what it settled. */
export function TransactionView({ id }: { id: string }) {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const { data, isError, error, refetch } = useQuery(trpc.admin.ledger.transaction.queryOptions({ id }));
  if (isError) return <ErrorState title={t(error.data?.code === "NOT_FOUND" ? "goneTransaction" : "loadFailed")} onRetry={() => void refetch()} className="p-0" />;
  if (!data) return <SkeletonText lines={6} />;
  const debits = data.lines.reduce((sum, { amountNano }) => (amountNano > 0n ? sum + amountNano : sum), 0n);
  const places = placesOf([debits, ...data.lines.map(({ amountNano }) => amountNano)], "exact");
  return (
    <div className="grid max-w-[1160px] items-start gap-6 xl:grid-cols-[minmax(0,1fr)_360px]">
      <div className="flex min-w-0 flex-col gap-4">
        <Card title={t("linesTitle")} flush action={<span className="text-13 text-fg-3">{t("lineCount", { count: data.lines.length })}</span>}>
          <table className="tbl tbl-dense tbl-hover table-fixed">
            <thead><tr><th scope="col">{t("account")}</th><th scope="col" className="num w-44 max-sm:hidden">{t("debit")}</th><th scope="col" className="num w-44 max-sm:hidden">{t("credit")}</th><th scope="col" className="num w-36 sm:hidden">{t("debitCredit")}</th></tr></thead>
            <tbody>
              {data.lines.map((line) => (
                <tr key={line.entryId.toString()}>
                  <td className="truncate max-sm:py-1.5 max-sm:whitespace-normal"><Link href={`/admin/ledger/accounts/${line.accountId}`} className="hover:underline"><AccountName code={line.account} whose={line.whose} /></Link></td>
                  <td className="num max-sm:hidden">{line.amountNano > 0n ? <Money nano={line.amountNano} places={places} /> : null}</td>
                  <td className="num max-sm:hidden">{line.amountNano < 0n ? <Money nano={-line.amountNano} places={places} /> : null}</td>
                  <td className="num sm:hidden"><Money nano={line.amountNano} as="signed" places={places} /></td>
                </tr>
              ))}
              <tr><td className="font-semibold">{t("sum")}</td>{["max-sm:hidden", "max-sm:hidden", "sm:hidden"].map((shown, i) => <td key={i} className={`num sum ${shown}`}><Money nano={debits} places={places} /></td>)}</tr>
            </tbody>
          </table>
        </Card>
        {data.charges.count > 0 ? (
          <Card title={t("charges")} note={t.rich("chargesNote", { count: data.charges.count, amount: () => <Money nano={data.charges.chargeNano} /> })}>
            <ul className="flex flex-wrap gap-x-4 gap-y-1 text-13">{data.charges.ids.map((charge) => <li key={charge}><Link href={`/admin/requests/${charge}`} className="link"><IdText id={charge} plain /></Link></li>)}</ul>
            <p className="mt-3 text-13"><Link href={`/admin/requests?settlement=${data.id}&from=-30d`} className="link">{t("allCharges")}</Link></p>
          </Card>
        ) : null}
      </div>
      <DefinitionList items={factsOf(data, t)} />
    </div>
  );
}

function factsOf(data: Transaction, t: ReturnType<typeof useTranslations>): { label: string; value: ReactNode }[] {
  const transaction = (id: string) => <Link href={`/admin/ledger/transactions/${id}`} className="link"><IdText id={id} plain /></Link>;
  return [
    { label: t("kind"), value: <Badge>{t(`kinds.${data.kind}`)}</Badge> },
    { label: t("postedAt"), value: <Time at={data.postedAt} as="stamp" /> },
    { label: t("actor"), value: data.actorEmail ?? (data.actorId ? `${t(`actors.${data.actorType}`)} · ${data.actorId}` : t(`actors.${data.actorType}`)) },
    { label: t("reason"), value: data.reason },
    { label: t("key"), value: <span className="font-mono text-12 break-all">{data.key}</span> },
    { label: t("cause"), value: data.refType === null ? null : <Cause type={data.refType} id={data.refId} /> },
    ...(data.reversesId ? [{ label: t("reverses"), value: transaction(data.reversesId) }] : []),
    ...(data.reversedById ? [{ label: t("reversedBy"), value: transaction(data.reversedById) }] : []),
    { label: t("id"), value: <IdText id={data.id} /> },
  ];
}

const CAUSE_PAGES: Readonly<Record<string, string>> = { user: "/admin/users", order: "/admin/orders", charge: "/admin/requests" };

/** What a movement was made for: a word for its kind, and its page or its id. */
function Cause({ type, id }: { type: string; id: string | null }) {
  const t = useTranslations("ledger");
  const word = t.has(`causes.${type}`) ? t(`causes.${type}`) : type;
  const page = CAUSE_PAGES[type];
  if (id === null) return word;
  return page ? <Link href={`${page}/${id}`} className="link">{word}</Link> : <span className="flex flex-wrap items-baseline gap-x-2">{word} <IdText id={id} /></span>;
}
