"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryStates } from "nuqs";
import { rangeQuery } from "#ui/dashboard/use-live-range.client.ts";
import { formatCount, formatPercent, type Range } from "#ui/format/index.ts";
import { SegmentedControl } from "#ui/kit/choice-fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const BY = ["model", "channel", "wallet", "group"] as const;
const ORDER = ["best", "worst", "busiest"] as const;
const SHOWN = 8;

const filterOf = { model: "model", channel: "channel", wallet: "wallet", group: "group" } as const;

/** What earns and what does not. The rest and the total stand below, so the list adds up to the figures above. */
export function Tops({ range }: { range: Range }) {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const [{ by, order }, write] = useQueryStates({ by: parseAsStringLiteral(BY).withDefault("model"), order: parseAsStringLiteral(ORDER).withDefault("best") }, { history: "replace" });
  const { from, to } = range;
  const { data, isError, refetch } = useQuery({ ...trpc.admin.dashboard.tops.queryOptions({ from, to, by, order, limit: SHOWN }), placeholderData: (previous) => previous });
  const total = data?.rows.reduce((sum, row) => ({ requests: sum.requests + row.requests, sold: sum.sold + row.soldNano, cost: sum.cost + row.costNano }),
    { requests: data.rest.requests, sold: data.rest.soldNano, cost: data.rest.costNano });
  return (
    <section className="card min-w-0" aria-labelledby="tops-title">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4 pb-3">
        <h2 id="tops-title" className="flex-1 basis-32 font-semibold">{t("tops")}</h2>
        <SegmentedControl label={t("topsBy")} value={by} onChange={(next) => void write({ by: next })} options={BY.map((value) => ({ value, label: t(`by.${value}`) }))} />
        <SegmentedControl label={t("topsOrder")} value={order} onChange={(next) => void write({ order: next })} options={ORDER.map((value) => ({ value, label: t(`order.${value}`) }))} />
      </div>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="p-4"><SkeletonText lines={6} /></div> : data.rows.length === 0 ? <p className="border-t p-4 text-fg-2">{t("topsEmpty")}</p> : (
        <table className="tbl tbl-dense tbl-hover table-fixed">
          <thead>
            <tr>
              <th scope="col">{t(`by.${by}`)}</th>
              <th scope="col" className={cn("num w-24", order === "busiest" ? "max-sm:w-20" : "max-md:hidden")}>{t("requests")}</th>
              <th scope="col" className="num w-24 max-sm:hidden">{t("sold")}</th>
              <th scope="col" className="num w-24 max-lg:hidden">{t("cost")}</th>
              <th scope="col" className="num w-28">{t("margin")}</th>
              <th scope="col" className="num w-18">%</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <TopLine key={row.id ?? "none"} busiest={order === "busiest"} requests={row.requests} sold={row.soldNano} cost={row.costNano}>
                {row.id === undefined ? <span className="text-fg-2">{t("none")}</span> : (
                  <Link href={`/admin/requests?${filterOf[by]}=${encodeURIComponent(by === "wallet" ? row.id : row.name ?? row.id)}&${rangeQuery(range)}`} className="block truncate hover:underline">{row.name ?? row.id}</Link>
                )}
              </TopLine>
            ))}
            {data.rest.count > 0 ? <TopLine busiest={order === "busiest"} requests={data.rest.requests} sold={data.rest.soldNano} cost={data.rest.costNano}><span className="text-fg-2">{t("more", { count: data.rest.count })}</span></TopLine> : null}
            {total ? <TopLine busiest={order === "busiest"} requests={total.requests} sold={total.sold} cost={total.cost} bold>{t("total")}</TopLine> : null}
          </tbody>
        </table>
      )}
    </section>
  );
}

function TopLine({ busiest, requests, sold, cost, bold = false, children }: { busiest: boolean; requests: number; sold: bigint; cost: bigint; bold?: boolean; children: React.ReactNode }) {
  const margin = sold - cost;
  return (
    <tr className={bold ? "font-semibold" : undefined}>
      <td className="truncate">{children}</td>
      <td className={cn("num text-fg-2", !busiest && "max-md:hidden")}>{formatCount(requests)}</td>
      <td className="num max-sm:hidden"><Money nano={sold} as="total" /></td>
      <td className="num text-fg-2 max-lg:hidden"><Money nano={cost} as="total" /></td>
      <td className={cn("num", margin < 0n && "text-bad")}><Money nano={margin} as="total" /></td>
      <td className={cn("num", margin < 0n ? "text-bad" : "text-fg-2")}>{formatPercent(sold > 0n ? Number(margin) / Number(sold) : undefined)}</td>
    </tr>
  );
}
