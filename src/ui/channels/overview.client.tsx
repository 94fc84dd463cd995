"use client";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useComma } from "#ui/format/comma.client.ts";
import { formatLatency, formatPercent, formatTokens, formatTotal } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { StatCard, StatGrid } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { ChannelCharts } from "#ui/channels/channel-charts.client.tsx";
import { TestSection } from "#ui/channels/test-steps.client.tsx";
import { Part } from "#ui/channels/settings-form.client.tsx";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import { factorText, STATE_TONE, successOf, type Channel } from "#ui/channels/wire.ts";

/** pico-USD as USD of a total, rounded to nano-USD. */
export const costText = (pico: bigint | null): string => (pico === null ? "—" : formatTotal((pico + 500n) / 1_000n));

/** The state with its reason, in words. */
export function ChannelStateText({ channel }: { channel: Pick<Channel, "state" | "pausedUntil"> }) {
  const t = useTranslations("channels");
  const why = channel.state === "paused" && channel.pausedUntil ? <> <Time at={channel.pausedUntil} as="clock" /></> : null;
  return <StatusDot tone={STATE_TONE[channel.state]}>{t(`states.${channel.state}`)}{why}</StatusDot>;
}

/** Why something is off: our own reasons in the reader's language, a vendor's as it said them. */
export function ReasonText({ reason }: { reason: string | null }) {
  const t = useTranslations("channels.reasons");
  const classes = useTranslations("channels.overview.classes");
  const key = reason?.replaceAll(" ", "_") ?? "";
  return reason === null ? null : t.has(key) ? t(key) : classes.has(key) ? classes(key) : reason;
}

/** How the channel has done, what it is, and its last test. */
export function ChannelOverview({ channel, canTest }: { channel: Channel; canTest: boolean }) {
  const t = useTranslations("channels.overview");
  const comma = useComma();
  const vendorName = useVendorName();
  const success = successOf(channel.day);
  return (
    <div className="flex flex-col gap-6">
      <StatGrid columns={4}>
        <StatCard label={t("success")} value={formatPercent(success, 2, "down")} />
        <StatCard label={t("firstToken")} value={formatLatency(channel.day.ttftP50)} />
        <StatCard label={t("requests")} value={formatTokens(channel.day.attempts)} href={`/admin/requests?channel=${encodeURIComponent(channel.name)}`} />
        <StatCard label={t("cost")} value={costText(channel.day.costPico)} />
      </StatGrid>
      <ChannelCharts id={channel.id} />
      <div className="grid gap-6 lg:grid-cols-2">
        <Part title={t("facts")}>
          <DefinitionList items={[
            { label: t("state"), value: <ChannelStateText channel={channel} /> },
            { label: t("reason"), value: channel.reason === null ? null : <ReasonText reason={channel.reason} /> },
            { label: t("vendor"), value: vendorName(channel.provider, channel.providerName) },
            { label: t("address"), value: <code className="text-13">{channel.baseUrl ?? channel.providerUrl}</code> },
            { label: t("groups"), value: channel.groups.map(({ name }) => name).join(comma) },
            { label: t("tier"), value: t("tierText", { priority: channel.priority, weight: channel.weight }) },
            { label: t("costFactor"), value: channel.costPpm === null ? null : t("costText", { factor: factorText(channel.costPpm) }) },
            { label: t("number"), value: `#${channel.number}` },
            { label: t("changed"), value: <Time at={channel.updatedAt} /> },
          ]} />
        </Part>
        <div className="flex flex-col gap-6">
          <Part title={t("errors")}>
            {channel.errors.length === 0 ? <p className="text-fg-2">{t("noErrors")}</p> : (
              <ul className="flex flex-col gap-1">
                {channel.errors.map((error) => <li key={error.class} className="flex gap-3"><span className="min-w-0 flex-1">{t(`classes.${error.class}`)}</span><span className="nums text-fg-2">{error.count}</span></li>)}
              </ul>
            )}
            <p className="mt-2 text-13"><Link className="link" href={`/admin/requests?channel=${encodeURIComponent(channel.name)}&status=error`}>{t("failed")}</Link></p>
          </Part>
          {canTest ? <Part title={t("test")}><TestSection channel={channel} /></Part> : null}
        </div>
      </div>
    </div>
  );
}
