"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { RadioTower } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { ChannelStateText, ReasonText } from "#ui/channels/overview.client.tsx";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import { successOf } from "#ui/channels/wire.ts";
import { formatLatency, formatPercent } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Channel = inferRouterOutputs<AppRouter>["admin"]["health"]["channels"][number];

/** Channels by state, those in trouble first; the reason and since when. */
export function ChannelStates() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery({ ...trpc.admin.health.channels.queryOptions(), refetchInterval: 5_000 });
  return (
    <Part id="channels-title" title={t("channels")} note={t("channelsNote")} query={query}>
      {query.data?.length === 0 ? <div className="border-t"><EmptyState icon={<RadioTower size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("noChannels")} text={t("noChannelsText")} action={<Link href="/admin/channels" className="link">{t("toChannels")}</Link>} /></div> : (
        <table className="tbl tbl-dense tbl-hover">
          <thead>
            <tr><th scope="col" className="w-1/4 max-sm:w-2/5">{t("channel")}</th><th scope="col" className="w-1/3">{t("state")}</th><th scope="col" className="num max-sm:hidden">{t("keys")}</th><th scope="col" className="num max-sm:w-20">{t("success")}</th><th scope="col" className="num max-sm:hidden">{t("tries")}</th><th scope="col" className="num max-lg:hidden">{t("firstToken")}</th><th scope="col" className="num max-lg:hidden">{t("models")}</th><th scope="col" className="num max-md:hidden">{t("since")}</th></tr>
          </thead>
          <tbody>{query.data?.map((channel) => <ChannelLine key={channel.id} channel={channel} />)}</tbody>
        </table>
      )}
    </Part>
  );
}

function ChannelLine({ channel }: { channel: Channel }) {
  const classes = useTranslations("channels.overview.classes");
  const vendorName = useVendorName();
  const success = successOf(channel);
  const trouble = channel.state === "failing" || channel.state === "degraded";
  return (
    <tr>
      <td className="max-w-0 truncate"><Link href={`/admin/channels?open=${channel.id}`} className="hover:underline">{channel.name}</Link> <span className="text-fg-3 max-sm:hidden">{vendorName(channel.provider, channel.providerName)}</span></td>
      <td className="max-w-0 truncate">
        <span className="flex min-w-0 items-center gap-2">
          <ChannelStateText channel={channel} />
          <span className="truncate text-fg-3 max-md:hidden">{channel.error !== null ? (classes.has(channel.error) ? classes(channel.error) : channel.error) : <ReasonText reason={channel.reason} />}</span>
        </span>
      </td>
      <td className={cn("num max-sm:hidden", channel.keys > 0 && channel.keysLive === 0 ? "text-bad" : channel.keysLive < channel.keys && "text-warn")}>{channel.keys === 0 ? "—" : `${channel.keysLive}/${channel.keys}`}</td>
      <td className={cn("num", trouble && "text-warn")}>{formatPercent(success, 1, "down")}</td>
      <td className="num text-fg-2 max-sm:hidden">{channel.attempts}</td>
      <td className="num text-fg-2 max-lg:hidden">{formatLatency(channel.p50)}</td>
      <td className="num text-fg-2 max-lg:hidden">{channel.models}</td>
      <td className="num text-fg-2 max-md:hidden">{channel.since === null ? "—" : <Time at={channel.since} />}</td>
    </tr>
  );
}
