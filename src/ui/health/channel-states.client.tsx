"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { RadioTower } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { formatLatency, formatPercent } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { cn } from "#ui/kit/cn.ts";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Channel = inferRouterOutputs<AppRouter>["admin"]["health"]["channels"][number];

/** Fewer outcomes say nothing of a channel's health; the list of channels counts alike. */
const OUTCOMES_MIN = 5;

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
  const t = useTranslations("health");
  const classes = useTranslations("channels.overview.classes");
  const wordOf = (name: string): string => (classes.has(name) ? classes(name) : name);
  const failing = channel.status === "active" && channel.attempts >= OUTCOMES_MIN && channel.failures * 2 >= channel.attempts;
  const keysOff = channel.keys - channel.keysLive;
  const dead = channel.status === "active" && channel.keys > 0 && channel.keysLive === 0;
  const tone = channel.status === "down" || dead || failing ? "bad" : channel.status !== "active" ? "neutral" : keysOff > 0 ? "warn" : channel.attempts === 0 ? "neutral" : "ok";
  const word = channel.status !== "active" ? t(`states.${channel.status}`) : dead ? t("noKeys") : failing ? t("failing", { error: wordOf(channel.lastError ?? "") })
    : keysOff > 0 ? t("keysOff", { count: keysOff }) : channel.attempts === 0 ? t("idle") : t("states.active");
  const reason = channel.reason ?? channel.keyReasons[0];
  const why = reason === undefined ? undefined : wordOf(reason);
  return (
    <tr>
      <td className="max-w-0 truncate"><Link href={`/admin/channels?open=${channel.id}`} className="hover:underline">{channel.name}</Link> <span className="text-fg-3 max-sm:hidden">{channel.provider}</span></td>
      <td className="max-w-0 truncate"><span className="flex min-w-0 items-center gap-2"><StatusDot tone={tone}>{word}</StatusDot>{why ? <span className="truncate text-fg-3 max-md:hidden" title={why}>{why}</span> : null}</span></td>
      <td className={cn("num max-sm:hidden", dead ? "text-bad" : channel.keysLive < channel.keys && "text-warn")}>{channel.keys === 0 ? "—" : `${channel.keysLive}/${channel.keys}`}</td>
      <td className={cn("num", failing && "text-warn")}>{formatPercent(channel.attempts > 0 ? 1 - channel.failures / channel.attempts : undefined, 1, "down")}</td>
      <td className="num text-fg-2 max-sm:hidden">{channel.attempts}</td>
      <td className="num text-fg-2 max-lg:hidden">{formatLatency(channel.p50)}</td>
      <td className="num text-fg-2 max-lg:hidden">{channel.models}</td>
      <td className="num text-fg-2 max-md:hidden">{channel.status === "active" ? "—" : <Time at={channel.since} />}</td>
    </tr>
  );
}
