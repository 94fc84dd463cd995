"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CapabilityTable } from "#ui/channels/overrides/capability-table.client.tsx";
import { draftOf, same, settingsOf, type Draft } from "#ui/channels/overrides/draft.ts";
import { BehaviourPart, SystemPart, WayPart } from "#ui/channels/overrides/behaviour-part.client.tsx";
import { HeadersEditor } from "#ui/channels/overrides/headers-editor.client.tsx";
import { ParamsEditor } from "#ui/channels/overrides/params-editor.client.tsx";
import { PreviewPanel } from "#ui/channels/overrides/preview-panel.client.tsx";
import { Part } from "#ui/channels/settings-form.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Edit = { base: Channel; draft: Draft };
type Patch = Parameters<ReturnType<typeof useTRPCClient>["admin"]["channels"]["update"]["mutate"]>[0]["patch"];

/** What this channel changes of the requests it is sent, and a look at what becomes of one. */
export function OverridesSection({ channel, readOnly }: { channel: Channel; readOnly: boolean }) {
  const t = useTranslations("channels.overrides");
  const client = useTRPCClient();
  const { act, dialog, toast } = useAct();
  const [edit, setEdit] = useState<Edit>();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  // What is typed belongs to one channel, and to the version of it that was on the screen when typing began.
  const { base, draft } = edit?.base.id === channel.id ? edit : { base: channel, draft: draftOf(channel.settings) };
  const settings = settingsOf(draft);
  const changed = !same(settings, settingsOf(draftOf(base.settings)));
  useLeaveGuard(changed);
  const set = (change: Partial<Draft>) => {
    setProblems([]);
    setEdit({ base, draft: { ...draft, ...change } });
  };
  const rest = (change: Partial<Draft["rest"]>) => {
    const merged = Object.fromEntries(Object.entries({ ...draft.rest, ...change }).filter(([name, value]) => value !== undefined && (value !== false || name === "supports_stream_options")));
    set({ rest: merged as Draft["rest"] });
  };
  const learn = async (model: string): Promise<void> => {
    const learnt = await act(() => client.admin.channels.learn.mutate({ id: channel.id, model }));
    if (!learnt) return;
    if (!learnt.ok) toast.error(t("capabilities.failed", { note: learnt.note ?? "" }));
    else toast.success(t(learnt.changed ? "capabilities.learnt" : "capabilities.same", { model, count: learnt.requests }));
    setEdit(undefined);
  };
  const save = async (upon: Channel): Promise<void> => {
    setBusy(true);
    const wrong = await act(() => client.admin.channels.checkSettings.mutate({ settings }));
    setProblems(wrong?.problems ?? []);
    if (wrong?.problems.length === 0) {
      const done = await act(() => client.admin.channels.update.mutate({ id: channel.id, seen: upon.updatedAt, patch: { settings } as Patch }), t("saved"), () => setConflict(true));
      if (done) setEdit(undefined);
    }
    setBusy(false);
  };
  return (
    <div className="flex min-w-0 flex-col gap-8">
      <fieldset disabled={readOnly} className="flex min-w-0 flex-col gap-8">
        <legend className="sr-only">{t("label")}</legend>
        <Part title={t("params.title")}><ParamsEditor rows={draft.params} problems={problems} readOnly={readOnly} onChange={(params) => set({ params })} /></Part>
        <Part title={t("system.title")}><SystemPart value={draft.rest.system} wrong={problems.some((path) => path.startsWith("system"))} onChange={(system) => rest({ system })} /></Part>
        <Part title={t("headers.title")}><HeadersEditor rows={draft.headers} problems={problems} readOnly={readOnly} onChange={(headers) => set({ headers })} /></Part>
        <Part title={t("behaviour.title")}><BehaviourPart value={draft.rest} onChange={rest} /></Part>
        <Part title={t("way.title")}><WayPart value={draft.rest} offered={channel.protocols} wrong={problems.some((path) => path.startsWith("proxy"))} readOnly={readOnly} onChange={rest} /></Part>
        {channel.models.length > 0 ? (
          <Part title={t("capabilities.title")}>
            <CapabilityTable models={channel.models.map(({ publicName }) => publicName)} lacks={draft.rest.lacks ?? {}} readOnly={readOnly} onChange={(lacks) => rest({ lacks })} onLearn={readOnly || changed ? undefined : learn} />
          </Part>
        ) : null}
        {conflict && edit ? (
          <Callout tone="warn" title={t("conflict.title")} action={<span className="flex flex-wrap gap-2"><Button size="sm" onClick={() => { setConflict(false); setEdit(undefined); }}>{t("conflict.theirs")}</Button><Button size="sm" onClick={() => { setConflict(false); void save(channel); }}>{t("conflict.mine")}</Button></span>}>{t("conflict.text")}</Callout>
        ) : null}
        {problems.length > 0 ? <div role="alert"><Callout tone="bad" title={t("problems.title")}><ul className="list-disc pl-5">{problems.map((path) => <li key={path}><code className="text-13">{path}</code></li>)}</ul></Callout></div> : null}
        {readOnly ? null : (
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" busy={busy} disabled={!changed} onClick={() => void save(base)}>{t("save")}</Button>
            {changed ? <Button onClick={() => { setEdit(undefined); setProblems([]); }}>{t("discard")}</Button> : null}
            <span className="text-13 text-fg-3" role="status">{changed ? t("unsaved") : ""}</span>
          </div>
        )}
      </fieldset>
      <Part title={t("preview.title")}><PreviewPanel channel={channel} settings={settings} onProblems={setProblems} /></Part>
      {dialog}
    </div>
  );
}
