"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { StatusDot } from "#ui/kit/badge.tsx";
import { ConfirmDialog, Dialog } from "#ui/kit/dialog.client.tsx";
import { SecretField } from "#ui/kit/fields.client.tsx";
import { Menu } from "#ui/kit/menu.client.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { ReasonText } from "#ui/channels/overview.client.tsx";
import { useKeyHint } from "#ui/channels/key-hint.client.ts";
import { PasteBox } from "#ui/channels/paste-box.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel, ChannelKey } from "#ui/channels/wire.ts";
import { useComma } from "#ui/format/comma.client.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** The channel's keys by their last letters, each with how it stands; more can be pasted, none can be read. */
export function KeysSection({ channel, readOnly }: { channel: Channel; readOnly: boolean }) {
  const t = useTranslations("channels.keys");
  const client = useTRPCClient();
  const keyHint = useKeyHint();
  const comma = useComma();
  const { act, dialog } = useAct();
  const [removing, setRemoving] = useState<readonly ChannelKey[]>();
  const [replacing, setReplacing] = useState<ChannelKey>();
  const dead = channel.keys.filter(({ status }) => status === "disabled");
  if (channel.provider === "simulator") return <p className="text-fg-2">{t("keyless")}</p>;
  return (
    <div className="flex flex-col gap-4">
      {channel.keys.length === 0 ? <p className="text-fg-2">{t(channel.keyless ? "optional" : "none")}</p> : (
        <ul className="divide-y border-b" aria-label={t("label")}>
          {channel.keys.map((key) => (
            <KeyRow key={key.id} item={key} channelId={channel.id} readOnly={readOnly} onRemove={() => setRemoving([key])} onReplace={() => setReplacing(key)} />
          ))}
        </ul>
      )}
      {readOnly ? null : (
        <>
          {dead.length > 1 ? <div><Button size="sm" onClick={() => setRemoving(dead)}>{t("removeDead", { count: dead.length })}</Button></div> : null}
          <PasteBox label={t("add")} hint={keyHint(channel.provider)} channelId={channel.id} onSave={async (text) => {
            const added = await act(() => client.admin.channels.addKeys.mutate({ id: channel.id, text }));
            return added !== undefined;
          }} />
          <ConfirmDialog
            open={removing !== undefined} onOpenChange={(open) => open || setRemoving(undefined)} danger title={t("removeTitle", { count: removing?.length ?? 0 })}
            description={t("removeText", { keys: (removing ?? []).slice(0, 5).map(({ suffix }) => `…${suffix}`).join(comma), left: channel.keys.length - (removing?.length ?? 0) })} confirmLabel={t("remove")}
            onConfirm={async () => void await act(() => client.admin.channels.removeKeys.mutate({ id: channel.id, keyIds: (removing ?? []).map(({ id }) => id) }), t("removed"))}
          />
          {dialog}
          {replacing ? <ReplaceDialog item={replacing} channelId={channel.id} onClose={() => setReplacing(undefined)} /> : null}
        </>
      )}
    </div>
  );
}

function KeyRow({ item, channelId, readOnly, onRemove, onReplace }: { item: ChannelKey; channelId: string; readOnly: boolean; onRemove: () => void; onReplace: () => void }) {
  const t = useTranslations("channels.keys");
  const client = useTRPCClient();
  const { act } = useAct();
  const classes = useTranslations("channels.overview.classes");
  const live = item.status === "active";
  const failing = live && item.failures * 2 >= item.attempts - item.limited && item.failures > 0;
  const limited = live && item.limited > 0;
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
      <code className="w-28 flex-none text-13" title={t("fingerprint", { fingerprint: item.fingerprint })}>{item.source ?? `…${item.suffix}`}</code>
      <span className="min-w-0 flex-1">
        <StatusDot tone={!live || failing ? "bad" : limited ? "warn" : "ok"}>{!live ? t("off") : failing ? t("failing") : limited ? t("limited") : t("live")}</StatusDot>
        {item.reason ?? (failing ? item.lastError : null) ? <span className="ml-2 text-13 text-fg-3">{item.reason === null ? classes.has(item.lastError ?? "") ? classes(item.lastError ?? "") : item.lastError : <ReasonText reason={item.reason} />}{item.disabledAt ? <> · <Time at={item.disabledAt} /></> : null}</span> : null}
      </span>
      <span className="nums text-13 text-fg-3">{t("day", { count: item.dayAttempts })}</span>
      {readOnly ? null : (
        <Menu label={t("actions", { key: item.suffix })} items={[
          { label: live ? t("disable") : t("enable"), onSelect: () => void act(() => client.admin.channels.setKeyEnabled.mutate({ id: channelId, keyId: item.id, enabled: !live }), live ? t("disabled") : t("enabled")) },
          { label: t("test"), onSelect: () => void act(() => client.admin.channels.test.mutate({ id: channelId, keyId: item.id, full: true }), t("tested")) },
          { label: t("replace"), onSelect: onReplace },
          { label: t("remove"), onSelect: onRemove, danger: true, apart: true },
        ]} />
      )}
    </li>
  );
}

function ReplaceDialog({ item, channelId, onClose }: { item: ChannelKey; channelId: string; onClose: () => void }) {
  const t = useTranslations("channels.keys");
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const done = await act(() => client.admin.channels.replaceKey.mutate({ id: channelId, keyId: item.id, text }), t("replaced"));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={t("replaceTitle", { key: `…${item.suffix}` })} description={t("replaceText")}
      footer={<Button variant="primary" disabled={text.trim() === ""} busy={busy} onClick={() => void save()}>{t("replace")}</Button>}>
      <SecretField label={t("newKey")} value={text} onChange={setText} />
      {dialog}
    </Dialog>
  );
}
