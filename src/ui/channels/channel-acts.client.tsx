"use client";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import type { MenuItem } from "#ui/kit/menu.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

const PAUSE_MINUTES = 15;

/** What can be done with a channel from a menu; `dialogs` must stand somewhere on the page. */
export function useChannelActs(onRemoved?: () => void) {
  const t = useTranslations("channels.acts");
  const client = useTRPCClient();
  const { act, toast } = useAct();
  const router = useRouter();
  const [removing, setRemoving] = useState<Channel>();
  const setEnabled = async (channel: Channel, enabled: boolean): Promise<void> => {
    const done = await act(() => client.admin.channels.setEnabled.mutate({ id: channel.id, enabled }));
    if (done) toast.undo(enabled ? t("enabled", { name: channel.name }) : t("disabled", { name: channel.name }), () => void act(() => client.admin.channels.setEnabled.mutate({ id: channel.id, enabled: !enabled })));
  };
  const duplicate = async (channel: Channel): Promise<void> => {
    const made = await act(() => client.admin.channels.duplicate.mutate({ id: channel.id }));
    if (!made) return;
    toast.success(t("duplicated", { name: made.name }), channel.keyless ? undefined : t("duplicatedText"));
    router.push(`/admin/channels/${made.id}${channel.keyless ? "" : "/keys"}`);
  };
  const pause = (channel: Channel, minutes: number) =>
    void act(() => client.admin.channels.pause.mutate({ id: channel.id, minutes }), minutes > 0 ? t("paused", { name: channel.name, minutes }) : t("resumed", { name: channel.name }));
  const items = (channel: Channel): readonly MenuItem[] => [
    { label: t("open"), href: `/admin/channels/${channel.id}` },
    { label: t("test"), onSelect: () => void act(() => client.admin.channels.test.mutate({ id: channel.id }), t("tested", { name: channel.name })) },
    channel.pausedUntil ? { label: t("resume"), onSelect: () => pause(channel, 0) } : { label: t("pause", { minutes: PAUSE_MINUTES }), onSelect: () => pause(channel, PAUSE_MINUTES), disabled: channel.status !== "active" },
    { label: t("duplicate"), onSelect: () => void duplicate(channel) },
    { label: channel.status === "active" ? t("disable") : t("enable"), onSelect: () => void setEnabled(channel, channel.status !== "active") },
    { label: t("delete"), onSelect: () => setRemoving(channel), danger: true, apart: true },
  ];
  const dialogs = (
    <ConfirmDialog
      open={removing !== undefined} onOpenChange={(open) => open || setRemoving(undefined)} danger title={t("deleteTitle", { name: removing?.name ?? "" })} {...(removing && removing.day.attempts > 0 && { typed: removing.name })}
      description={t("deleteText", { requests: removing?.day.attempts ?? 0, models: removing?.models.length ?? 0, keys: removing?.keys.length ?? 0 })} confirmLabel={t("delete")}
      onConfirm={async () => {
        const channel = removing!;
        const done = await act(() => client.admin.channels.remove.mutate({ id: channel.id }), t("deleted", { name: channel.name }));
        if (done) onRemoved?.();
      }}
    />
  );
  return { items, dialogs, setEnabled };
}
