"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Card } from "#ui/kit/card.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { TransactionTable } from "#ui/ledger/transaction-table.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { UserOrders } from "#ui/users/user-orders.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

const SIZE = 50;

/** The sum behind the balance, what was given and until when, and every line that moved it. */
export function UserWallet({ user, seesLedger, seesOrders }: { user: UserDetail; seesLedger: boolean; seesOrders: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const cursor = useCursor();
  const lots = useQuery(trpc.admin.users.lots.queryOptions({ id: user.id }));
  const list = useQuery({ ...trpc.admin.users.transactions.queryOptions({ id: user.id, limit: SIZE, ...(cursor.cursor && { before: cursor.cursor }) }), placeholderData: (previous) => previous });
  const { wallet } = user;
  const lines = [
    { key: "paid", sign: "", nano: wallet.paidNano }, { key: "given", sign: "+", nano: wallet.lotsNano }, { key: "debt", sign: "−", nano: wallet.debtNano },
  ] as const;
  const places = placesOf([...lines.map(({ nano }) => nano), wallet.balanceNano, wallet.heldNano, wallet.leasedNano, wallet.frozenNano], "exact");
  return (
    <div className="flex flex-col gap-6">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t("walletSum")} flush action={seesLedger ? <Link href={`/admin/ledger/transactions?wallet=${wallet.id}`} className="link text-13">{t("inLedger")}</Link> : undefined}>
          <table className="tbl tbl-dense">
            <tbody>
              {lines.map(({ key, sign, nano }) => <tr key={key}><td>{t(`sum.${key}`)}</td><td className="num">{nano > 0n && sign === "−" ? "−" : ""}<Money nano={nano} places={places} /></td></tr>)}
              <tr><td className="font-semibold">{t("balance")}</td><td className="num sum"><Money nano={wallet.balanceNano} places={places} /></td></tr>
              <tr className="text-fg-2"><td>{t("sum.held")}</td><td className="num"><Money nano={wallet.heldNano} places={places} /></td></tr>
              <tr className="text-fg-2"><td>{t("sum.leased")}</td><td className="num"><Money nano={wallet.leasedNano} places={places} /></td></tr>
              {wallet.frozenNano > 0n ? <tr className="text-warn"><td>{t("sum.frozen")}</td><td className="num"><Money nano={wallet.frozenNano} places={places} /></td></tr> : null}
            </tbody>
          </table>
        </Card>
        <Card title={t("lots")} flush>
          {lots.isError ? <ErrorState onRetry={() => void lots.refetch()} /> : !lots.data ? <div className="p-4"><SkeletonText lines={3} /></div> : lots.data.length === 0 ? <p className="p-4 text-fg-2">{t("noLots")}</p> : (
            <table className="tbl tbl-dense">
              <thead><tr><th scope="col">{t("lotKind")}</th><th scope="col">{t("lotUntil")}</th><th scope="col" className="num">{t("lotLeft")}</th><th scope="col" className="num max-sm:hidden">{t("lotGiven")}</th></tr></thead>
              <tbody>
                {lots.data.map((lot) => (
                  <tr key={lot.id} className={lot.remainingNano === 0n ? "text-fg-3" : undefined}>
                    <td>{t(`lotKinds.${lot.kind}`)}</td><td>{lot.expiresAt ? <Time at={lot.expiresAt} as="date" /> : t("noEnd")}</td><td className="num"><Money nano={lot.remainingNano} /></td><td className="num max-sm:hidden"><Money nano={lot.grantedNano} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Card>
      </div>
      <UserOrders userId={user.id} email={user.email} linked={seesOrders} />
      <section>
        <h2 className="mb-2 font-semibold">{t("ledgerLines")}</h2>
        <TransactionTable
          rows={list.data} state={list.isError ? "error" : list.data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={false} wallet brief linked={seesLedger}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: (list.data?.length ?? 0) === SIZE, onPrevious: cursor.back, onNext: () => list.data?.length && cursor.push(list.data.at(-1)!.id) }}
        />
      </section>
    </div>
  );
}
