"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ChannelStateText } from "#ui/channels/overview.client.tsx";
import { successOf } from "#ui/channels/wire.ts";
import { formatLatency, formatPercent } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const SHOWN = 8;

/** How the channels do now, those in trouble first; each leads to its own drawer. */
export function ChannelsCard() {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.health.channels.queryOptions(), refetchInterval: 15_000 });
  return (
    <section className="card min-w-0" aria-labelledby="channels-title">
      <div className="flex items-baseline gap-3 p-4 pb-3"><h2 id="channels-title" className="min-w-0 flex-1 font-semibold">{t("channels")} <span className="text-13 font-normal text-fg-3">{t("channelsNote")}</span></h2>{data && data.length > 0 ? <Link href="/admin/channels" className="link text-13">{t("allChannels", { count: data.length })}</Link> : null}</div>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="border-t p-4"><SkeletonText lines={5} /></div> : data.length === 0 ? <p className="border-t p-4 text-fg-2">{t("noChannels")}</p> : (
        <table className="tbl tbl-dense tbl-hover table-fixed">
          <thead><tr><th scope="col">{t("by.channel")}</th><th scope="col" className="w-32">{t("state")}</th><th scope="col" className="num w-18">{t("success")}</th><th scope="col" className="num w-20 max-sm:hidden xl:hidden 2xl:table-cell">{t("firstToken")}</th></tr></thead>
          <tbody>
            {data.slice(0, SHOWN).map((channel) => (
              <tr key={channel.id}>
                <td><Link href={`/admin/channels?open=${channel.id}`} className="flex min-w-0 items-center gap-2 hover:underline"><VendorMark name={channel.providerName} size={20} /><span className="truncate">{channel.name}</span></Link></td>
                <td className="truncate"><ChannelStateText channel={channel} /></td>
                <td className={cn("num", (channel.state === "failing" || channel.state === "degraded") && "text-warn")}>{formatPercent(successOf(channel), 1, "down")}</td>
                <td className="num text-fg-2 max-sm:hidden xl:hidden 2xl:table-cell">{formatLatency(channel.p50)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
