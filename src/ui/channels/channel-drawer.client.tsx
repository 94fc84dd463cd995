"use client";
import { useTranslations } from "next-intl";
import { SwitchField } from "#ui/kit/fields.client.tsx";
import { KeysSection } from "#ui/channels/keys-section.client.tsx";
import { ModelsSection } from "#ui/channels/models-section.client.tsx";
import { ChannelStateText, ReasonText } from "#ui/channels/overview.client.tsx";
import { Part, SettingsForm } from "#ui/channels/settings-form.client.tsx";
import { TestSection } from "#ui/channels/test-steps.client.tsx";
import type { Channel } from "#ui/channels/wire.ts";

type Props = { channel: Channel; rights: Readonly<{ write: boolean; test: boolean }>; onToggle: (enabled: boolean) => void };

/** A channel's whole editor, beside the list. */
export function ChannelDrawer({ channel, rights, onToggle }: Props) {
  const t = useTranslations("channels");
  const live = channel.keys.filter(({ status }) => status === "active").length;
  return (
    <div className="flex flex-col gap-7">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SwitchField label={t("acts.on")} checked={channel.status === "active"} disabled={!rights.write} onChange={onToggle} />
        <ChannelStateText channel={channel} />
        {channel.reason ? <span className="text-13 text-fg-3"><ReasonText reason={channel.reason} /></span> : null}
      </div>
      {rights.test ? <Part title={t("tabs.test")}><TestSection channel={channel} /></Part> : null}
      <Part title={t("tabs.keys")} note={channel.keyless ? undefined : t("keys.liveOf", { live, all: channel.keys.length })}><KeysSection channel={channel} readOnly={!rights.write} /></Part>
      <Part title={t("tabs.models")}><ModelsSection channel={channel} readOnly={!rights.write} /></Part>
      <SettingsForm channel={channel} readOnly={!rights.write} />
    </div>
  );
}
