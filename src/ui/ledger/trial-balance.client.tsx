"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { AccountName } from "#ui/ledger/account-name.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const CLASSES = ["asset", "liability", "equity", "revenue", "expense"] as const;

/** Every account with its balance, by class; the last line is zero, or the books are wrong. */
export function TrialBalance({ linked }: { linked: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.ledger.trialBalance.queryOptions(), refetchInterval: 60_000 });
  if (isError && !data) return <section className="card"><ErrorState onRetry={() => void refetch()} /></section>;
  const total = data?.reduce((sum, { balanceNano }) => sum + balanceNano, 0n) ?? 0n;
  const [debits, credits, balances] = (["debitNano", "creditNano", "balanceNano"] as const).map((name) => placesOf(data?.map((row) => row[name]) ?? [], "exact"));
  return (
    <section className="card" aria-labelledby="trial-title">
      <div className="p-4 pb-3"><h2 id="trial-title" className="font-semibold">{t("trialBalance")}</h2><p className="text-13 text-fg-3">{t("trialBalanceText")}</p></div>
      {!data ? <div className="border-t p-4"><SkeletonText lines={8} /></div> : (
        <table className="tbl tbl-dense tbl-hover">
          <thead><tr><th scope="col">{t("account")}</th><th scope="col" className="num max-lg:hidden">{t("debits")}</th><th scope="col" className="num max-lg:hidden">{t("credits")}</th><th scope="col" className="num">{t("balance")}</th></tr></thead>
          <tbody>
            {CLASSES.map((name) => {
              const rows = data.filter((row) => row.class === name && row.debitNano + row.creditNano > 0n);
              if (rows.length === 0) return null;
              // Assets and expenses grow by debit, the others by credit: each is shown so that "more" is positive.
              const sign = name === "asset" || name === "expense" ? 1n : -1n;
              return (
                <Fragment key={name}>
                  <tr><th scope="colgroup" colSpan={4} className="pt-4! text-left">{t(`classes.${name}`)}</th></tr>
                  {rows.map((row) => (
                    <tr key={row.code} id={row.code}>
                      <td className="w-full max-w-0 truncate max-sm:py-1.5 max-sm:whitespace-normal">{linked && row.id !== null ? <Link href={`/admin/ledger/accounts/${row.id}`} className="hover:underline"><AccountName code={row.code} whose={row.whose} /></Link> : <AccountName code={row.code} whose={row.whose} />}{row.id === null ? <span className="text-fg-3"> · {t("wallets", { count: row.accounts })}</span> : null}</td>
                      <td className="num text-fg-2 max-lg:hidden"><Money nano={row.debitNano} places={debits ?? 0} /></td>
                      <td className="num text-fg-2 max-lg:hidden"><Money nano={row.creditNano} places={credits ?? 0} /></td>
                      <td className="num"><Money nano={row.balanceNano * sign} places={balances ?? 0} /></td>
                    </tr>
                  ))}
                </Fragment>
              );
            })}
            <tr><td className="font-semibold">{t("sumOfAll")}</td><td className="max-lg:hidden" /><td className="max-lg:hidden" /><td className="num sum"><Money nano={total} places={balances ?? 0} className={total === 0n ? "text-ok" : "text-bad"} /></td></tr>
          </tbody>
        </table>
      )}
    </section>
  );
}
