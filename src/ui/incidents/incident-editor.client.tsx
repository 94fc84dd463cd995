"use client";
import { Pencil } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { IncidentStage, IncidentText, IncidentUpdate } from "#reports/incidents.ts";
import { Part } from "#ui/channels/settings-form.client.tsx";
import { draftOf, fieldsOf, isWritten, type IncidentDraft } from "#ui/incidents/incident-draft.ts";
import { IncidentFields, IncidentWords } from "#ui/incidents/incident-fields.client.tsx";
import type { IncidentRow } from "#ui/incidents/incident-screen.client.tsx";
import { incidentText, STAGES_OF } from "#ui/incidents/incident-words.ts";
import { useIncidentAct } from "#ui/incidents/use-incident-act.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { SelectField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Props = { incident: IncidentRow; mayWrite: boolean; onGone: () => void };

/** One incident: what is said next, all that was said, and what it is. */
export function IncidentEditor({ incident, mayWrite, onGone }: Props) {
  const t = useTranslations("admin-incidents");
  return (
    <div className="flex flex-col gap-7">
      {mayWrite ? <NextUpdate incident={incident} /> : null}
      <Part title={t("history")}><History incident={incident} mayWrite={mayWrite} /></Part>
      {mayWrite ? <><Facts incident={incident} /><Remove incident={incident} onGone={onGone} /></> : null}
    </div>
  );
}

/** The stage after the last one that was said, which is what comes next most often. */
const nextStage = ({ kind, updates }: IncidentRow): IncidentStage => {
  const stages = STAGES_OF[kind];
  const at = updates[0] ? stages.indexOf(updates[0].stage) : -1;
  return stages[Math.min(at + 1, stages.length - 1)]!;
};

function NextUpdate({ incident }: { incident: IncidentRow }) {
  const t = useTranslations("admin-incidents");
  const client = useTRPCClient();
  const { act, busy } = useIncidentAct();
  const [picked, setPicked] = useState<IncidentStage>();
  const [text, setText] = useState<IncidentText>({});
  const stage = picked ?? nextStage(incident);
  useLeaveGuard(isWritten(text));
  const save = async (): Promise<void> => {
    if (!(await act(() => client.admin.incidents.addUpdate.mutate({ id: incident.id, stage, text: { ...text } }), t(stage === "resolved" ? "resolved" : "said")))) return;
    setText({});
    setPicked(undefined);
  };
  return (
    <Part title={t("say")}>
      <div className="flex flex-col gap-4">
        <SelectField className="sm:w-1/2" label={t("stage")} value={stage} onChange={(value) => setPicked(value as IncidentStage)} options={STAGES_OF[incident.kind].map((each) => ({ value: each, label: t(`stages.${each}`) }))} />
        <IncidentWords name="textIn" long value={text} onChange={setText} />
        <div><Button variant="primary" busy={busy} disabled={!isWritten(text)} onClick={() => void save()}>{t(stage === "resolved" ? "resolve" : "publish")}</Button></div>
      </div>
    </Part>
  );
}

function History({ incident, mayWrite }: { incident: IncidentRow; mayWrite: boolean }) {
  const t = useTranslations("admin-incidents");
  const locale = useLocale();
  const [editing, setEditing] = useState<string>();
  return (
    <Timeline items={incident.updates.map((update) => ({
      id: update.id, at: update.at, tone: update.stage === "resolved" ? "ok" as const : "neutral" as const,
      title: t(`stages.${update.stage}`),
      text: editing === update.id
        ? <Reword incidentId={incident.id} update={update} onDone={() => setEditing(undefined)} />
        : <><span className="whitespace-pre-line [overflow-wrap:anywhere]" lang={incidentText(update.text, locale).lang}>{incidentText(update.text, locale).text}</span>{update.editedAt ? <span className="ml-2 text-fg-3">{t("edited")}</span> : null}</>,
      aside: mayWrite && editing !== update.id ? <IconButton label={t("reword")} size="sm" onClick={() => setEditing(update.id)}><Pencil size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton> : undefined,
    }))} />
  );
}

function Reword({ incidentId, update, onDone }: { incidentId: string; update: IncidentUpdate; onDone: () => void }) {
  const t = useTranslations("admin-incidents");
  const client = useTRPCClient();
  const { act, busy } = useIncidentAct();
  const [text, setText] = useState<IncidentText>(update.text);
  const save = async (): Promise<void> => {
    if (await act(() => client.admin.incidents.editUpdate.mutate({ id: incidentId, updateId: update.id, text: { ...text } }), t("reworded"))) onDone();
  };
  return (
    <div className="mt-2 flex flex-col gap-3">
      <IncidentWords name="textIn" long value={text} onChange={setText} />
      <div className="flex flex-wrap gap-2">
        <Button size="sm" variant="primary" busy={busy} disabled={!isWritten(text)} onClick={() => void save()}>{t("save")}</Button>
        <Button size="sm" onClick={onDone}>{t("cancel")}</Button>
      </div>
    </div>
  );
}

function Facts({ incident }: { incident: IncidentRow }) {
  const t = useTranslations("admin-incidents");
  const client = useTRPCClient();
  const { act, busy } = useIncidentAct();
  const [edit, setEdit] = useState<{ seen: Date; draft: IncidentDraft }>();
  const draft = edit?.draft ?? draftOf(incident);
  const fields = fieldsOf(draft);
  const changed = edit !== undefined && JSON.stringify(draft) !== JSON.stringify(draftOf(incident));
  useLeaveGuard(changed);
  const save = async (): Promise<void> => {
    if (!edit || !fields) return;
    // The field knows no seconds: a start that was not touched stays to the millisecond.
    const startedAt = draft.start === draftOf(incident).start ? incident.startedAt : fields.startedAt;
    if (await act(() => client.admin.incidents.update.mutate({ id: incident.id, seen: edit.seen, ...fields, startedAt }), t("saved"))) setEdit(undefined);
  };
  return (
    <Part title={t("facts")}>
      <div className="flex flex-col gap-4">
        <IncidentFields draft={draft} onChange={(next) => setEdit({ seen: edit?.seen ?? incident.updatedAt, draft: next })} />
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={busy} disabled={!changed || fields === undefined} onClick={() => void save()}>{t("save")}</Button>
          {changed ? <Button onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
        </div>
      </div>
    </Part>
  );
}

function Remove({ incident, onGone }: { incident: IncidentRow; onGone: () => void }) {
  const t = useTranslations("admin-incidents");
  const client = useTRPCClient();
  const { act } = useIncidentAct();
  const [asking, setAsking] = useState(false);
  return (
    <div className="border-t pt-5">
      <Button variant="danger" onClick={() => setAsking(true)}>{t("remove")}</Button>
      <ConfirmDialog open={asking} onOpenChange={setAsking} danger title={t("removeTitle")} description={t("removeText")} confirmLabel={t("remove")}
        onConfirm={async () => {
          if (await act(() => client.admin.incidents.remove.mutate({ id: incident.id }), t("removed"))) onGone();
        }} />
    </div>
  );
}
