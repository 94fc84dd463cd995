"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { Menu } from "#ui/kit/menu.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { MissingPage } from "#ui/layout/page-states.client.tsx";
import { useChannelActs } from "#ui/channels/channel-acts.client.tsx";
import type { Rights } from "#ui/channels/channel-list.client.tsx";
import { CostsSection } from "#ui/channels/costs-section.client.tsx";
import { KeysSection } from "#ui/channels/keys-section.client.tsx";
import { ModelsSection } from "#ui/channels/models-section.client.tsx";
import { OverridesSection } from "#ui/channels/overrides/overrides-section.client.tsx";
import { ChannelOverview, ChannelStateText } from "#ui/channels/overview.client.tsx";
import { Part, SettingsForm } from "#ui/channels/settings-form.client.tsx";
import type { Channel } from "#ui/channels/wire.ts";
import { refusalOf } from "#ui/channels/use-act.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** One channel by tabs: each has an address. */
export function ChannelPage({ id, tab, rights }: { id: string; tab: "overview" | "keys" | "models" | "overrides" | "settings"; rights: Rights }) {
  const t = useTranslations("channels");
  const trpc = useTRPC();
  const router = useRouter();
  const query = useQuery(trpc.admin.channels.get.queryOptions({ id }, { refetchInterval: 15_000 }));
  const acts = useChannelActs(() => router.push("/admin/channels"));
  const channel = query.data;
  if (query.isError && refusalOf(query.error).code === "not_found") return <MissingPage />;
  const at = (name: string): string => `/admin/channels/${id}${name === "overview" ? "" : `/${name}`}`;
  return (
    <>
      <PageHeader title={channel?.name ?? "…"} back={{ href: "/admin/channels", label: t("title") }} badge={channel ? <ChannelStateText channel={channel} /> : undefined}
        actions={channel && rights.write ? (
          <>
            <Button onClick={() => void acts.setEnabled(channel, channel.status !== "active")}>{channel.status === "active" ? t("acts.disable") : t("acts.enable")}</Button>
            <Menu label={t("acts.more")} size="md" items={acts.items(channel).filter(({ href }) => href === undefined)} />
          </>
        ) : undefined} />
      <div className="mb-6">
        <RouteTabs label={t("tabs.label")} current={at(tab)} tabs={[
          { href: at("overview"), label: t("tabs.overview") }, { href: at("keys"), label: t("tabs.keys"), ...(channel && !channel.keyless && { count: channel.keys.length }) },
          { href: at("models"), label: t("tabs.models"), ...(channel && { count: channel.models.length }) }, { href: at("overrides"), label: t("tabs.overrides") }, { href: at("settings"), label: t("tabs.settings") },
          { href: `/admin/requests?channel=${encodeURIComponent(channel?.name ?? "")}`, label: t("tabs.requests") },
        ]} />
      </div>
      {query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : !channel ? <SkeletonText lines={8} />
        : tab === "overview" ? <ChannelOverview channel={channel} canTest={rights.test} />
        : <Card>{tab === "keys" ? <KeysSection channel={channel} readOnly={!rights.write} /> : tab === "models" ? <Models channel={channel} rights={rights} /> : tab === "overrides" ? <OverridesSection channel={channel} readOnly={!rights.write} /> : <SettingsForm channel={channel} readOnly={!rights.write} />}</Card>}
      {acts.dialogs}
    </>
  );
}

/** What is served, and below it what that costs, to whom costs are shown. */
function Models({ channel, rights }: { channel: Channel; rights: Rights }) {
  const t = useTranslations("channels");
  return (
    <div className="flex flex-col gap-8">
      <ModelsSection channel={channel} readOnly={!rights.write} />
      {rights.costs ? <Part title={t("costs.title")} note={t("costs.unit")}><CostsSection channel={channel} readOnly={!rights.write} /></Part> : null}
    </div>
  );
}
