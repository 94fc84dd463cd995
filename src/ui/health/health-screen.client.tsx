"use client";
import { useTranslations } from "next-intl";
import { useQuery } from "@tanstack/react-query";
import { Banner } from "#ui/kit/callout.tsx";
import { ChannelStates } from "#ui/health/channel-states.client.tsx";
import { DatabaseCard, TableSizes } from "#ui/health/database-card.client.tsx";
import { JobTable } from "#ui/health/job-table.client.tsx";
import { NodeTable } from "#ui/health/node-table.client.tsx";
import { SwitchedOff } from "#ui/health/switched-off.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What runs and what does not: channels first, because customers feel those. */
export function HealthScreen({ seesChannels }: { seesChannels: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const { data: nodes } = useQuery({ ...trpc.admin.health.nodes.queryOptions(), refetchInterval: 5_000 });
  const noRelay = nodes !== undefined && nodes.nodes.every(({ silent, role }) => silent || role === "web");
  return (
    <div className="flex max-w-[1360px] flex-col gap-4">
      {noRelay ? <Banner tone="bad">{t("noRelay")}</Banner> : null}
      {seesChannels ? <ChannelStates /> : null}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4"><NodeTable /><SwitchedOff /><DatabaseCard /></div>
        <div className="flex min-w-0 flex-col gap-4"><JobTable /><TableSizes /></div>
      </div>
    </div>
  );
}
