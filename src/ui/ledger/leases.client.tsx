"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Money that nodes have taken out to spend without asking, and what of it runs right now. */
export function Leases() {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.ledger.leases.queryOptions(), refetchInterval: 5_000 });
  const leased = placesOf(data?.nodes.map(({ leasedNano }) => leasedNano) ?? [], "exact");
  const held = placesOf([...(data?.nodes.map(({ heldNano }) => heldNano) ?? []), ...(data?.holds.map(({ amountNano }) => amountNano) ?? [])], "exact");
  return (
    <section className="card" aria-labelledby="leases-title">
      <div className="p-4 pb-3"><h2 id="leases-title" className="font-semibold">{t("leases")}</h2><p className="text-13 text-fg-3">{t("leasesText")}</p></div>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="border-t p-4"><SkeletonText lines={2} /></div> : data.nodes.length + data.holds.length === 0 ? <p className="border-t p-4 text-fg-2">{t("noLeases")}</p> : (
        <table className="tbl tbl-dense">
          <thead><tr><th scope="col">{t("node")}</th><th scope="col" className="num max-sm:hidden">{t("walletCount")}</th><th scope="col" className="num">{t("leased")}</th><th scope="col" className="num">{t("held")}</th><th scope="col" className="num max-sm:hidden">{t("heard")}</th></tr></thead>
          <tbody>
            {data.nodes.map((node) => (
              <tr key={node.nodeId}>
                <td>{node.host ?? t("goneNode")} <IdText id={node.nodeId} /></td><td className="num max-sm:hidden">{node.wallets}</td><td className="num"><Money nano={node.leasedNano} places={leased} /></td><td className="num"><Money nano={node.heldNano} places={held} /></td><td className="num text-fg-2 max-sm:hidden"><Time at={node.heartbeatAt} /></td>
              </tr>
            ))}
            {data.holds.map((hold) => (
              <tr key={hold.kind}><td>{t(`holds.${hold.kind}`, { count: hold.count })}</td><td className="max-sm:hidden" /><td /><td className="num"><Money nano={hold.amountNano} places={held} /></td><td className="num text-fg-2 max-sm:hidden"><Time at={hold.oldest} /></td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
