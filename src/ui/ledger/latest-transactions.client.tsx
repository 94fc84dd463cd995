"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const SHOWN = 10;

/** What moved last, with a way to all of it. */
export function LatestTransactions() {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.ledger.transactions.queryOptions({ limit: SHOWN }), refetchInterval: 30_000 });
  return (
    <section className="card min-w-0" aria-labelledby="latest-title">
      <div className="flex items-baseline gap-3 p-4 pb-3"><h2 id="latest-title" className="min-w-0 flex-1 font-semibold">{t("latest")}</h2><Link href="/admin/ledger/transactions" className="link text-13">{t("allTransactions")}</Link></div>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="border-t p-4"><SkeletonText lines={6} /></div> : data.length === 0 ? <p className="border-t p-4 text-fg-2">{t("noneYet")}</p> : (
        <ul>
          {data.map(({ id, kind, whose, several, reason, actorType, movedNano, postedAt }) => (
            <li key={id} className="border-t">
              <Link href={`/admin/ledger/transactions/${id}`} className="block px-4 py-2 hover:bg-muted focus-visible:-outline-offset-2">
                <span className="flex items-baseline gap-3 text-13"><span className="min-w-0 flex-1 truncate font-medium">{t(`kinds.${kind}`)}</span><Money nano={movedNano} /></span>
                <span className="flex items-baseline gap-3 text-12 text-fg-3"><span className="min-w-0 flex-1 truncate">{whose ?? (several ? t("severalCustomers") : reason ?? t(`actors.${actorType}`))}</span><Time at={postedAt} /></span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
