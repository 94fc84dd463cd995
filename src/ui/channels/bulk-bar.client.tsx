"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { SelectionBar } from "#ui/kit/data-table.client.tsx";
import { Menu, type MenuItem } from "#ui/kit/menu.client.tsx";
import { BulkDialog } from "#ui/channels/bulk-dialog.client.tsx";
import { useBulkEdit, type ChannelEdit } from "#ui/channels/use-bulk-edit.client.ts";
import type { Channel } from "#ui/channels/wire.ts";

const REST_MINUTES = 15;

/** What can be done with the ticked channels: on, off and rest at once, the rest after a look at what it changes. */
export function BulkBar({ channels, onClear }: { channels: readonly Channel[]; onClear: () => void }) {
  const t = useTranslations("channels.bulk");
  const edit = useBulkEdit();
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const apply = async (among: readonly Channel[], patch: ChannelEdit["patch"], done: string): Promise<void> => {
    setBusy(true);
    const ok = await edit(among.map(({ id, updatedAt }) => ({ id, seen: updatedAt, patch })), done);
    setBusy(false);
    if (ok) onClear();
  };
  const on = channels.filter(({ status }) => status === "active"), off = channels.filter(({ status }) => status !== "active");
  const resting = channels.filter(({ pausedUntil }) => pausedUntil !== null), awake = on.filter(({ pausedUntil }) => pausedUntil === null);
  const enable = { label: t("enable"), disabled: off.length === 0, onSelect: () => void apply(off, { enabled: true }, t("enabled", { count: off.length })) };
  const disable = { label: t("disable"), disabled: on.length === 0, onSelect: () => void apply(on, { enabled: false }, t("disabled", { count: on.length })) };
  const rest = { label: t("rest", { minutes: REST_MINUTES }), disabled: awake.length === 0, onSelect: () => void apply(awake, { restMinutes: REST_MINUTES }, t("resting", { count: awake.length, minutes: REST_MINUTES })) };
  const wake = { label: t("wake"), disabled: resting.length === 0, onSelect: () => void apply(resting, { restMinutes: 0 }, t("awake", { count: resting.length })) };
  const more: readonly MenuItem[] = [rest, wake];
  return (
    <>
      <SelectionBar count={channels.length} onClear={onClear}>
        <Button size="sm" variant="primary" disabled={busy} onClick={() => setEditing(true)}>{t("edit")}</Button>
        <Button size="sm" disabled={busy || enable.disabled} onClick={enable.onSelect}>{enable.label}</Button>
        <Button size="sm" disabled={busy || disable.disabled} onClick={disable.onSelect}>{disable.label}</Button>
        <Menu label={t("more")} items={more} />
      </SelectionBar>
      {editing ? <BulkDialog channels={channels} onClose={() => setEditing(false)} onDone={() => { setEditing(false); onClear(); }} /> : null}
    </>
  );
}
