"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { IncidentStage, IncidentText } from "#reports/incidents.ts";
import { fieldsOf, isWritten, toField, type IncidentDraft } from "#ui/incidents/incident-draft.ts";
import { IncidentFields, IncidentWords } from "#ui/incidents/incident-fields.client.tsx";
import { STAGES_OF } from "#ui/incidents/incident-words.ts";
import { useIncidentAct } from "#ui/incidents/use-incident-act.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { SelectField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** Begins an incident: what it is, and the first words about it, public as soon as it is saved. */
export function NewIncident({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const t = useTranslations("admin-incidents");
  const client = useTRPCClient();
  const { act, busy } = useIncidentAct();
  const [draft, setDraft] = useState<IncidentDraft>(() => ({ kind: "degraded", title: {}, models: [], start: toField(new Date()) }));
  const [stage, setStage] = useState<IncidentStage>("investigating");
  const [text, setText] = useState<IncidentText>({});
  const fields = fieldsOf(draft);
  const ready = fields !== undefined && isWritten(text);
  useLeaveGuard(isWritten(draft.title) || isWritten(text));
  const change = (next: IncidentDraft): void => {
    setDraft(next);
    if (!STAGES_OF[next.kind].includes(stage)) setStage(STAGES_OF[next.kind][0]!);
  };
  const save = async (): Promise<void> => {
    if (!fields) return;
    const made = await act(() => client.admin.incidents.create.mutate({ ...fields, stage, text: { ...text } }), t("made"));
    if (!made) return;
    onClose();
    onMade(made.id);
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={t("new")} description={t("newText")} size="lg" footer={<Button variant="primary" busy={busy} disabled={!ready} onClick={() => void save()}>{t("publish")}</Button>}>
      <div className="flex flex-col gap-4">
        <IncidentFields draft={draft} onChange={change} />
        <SelectField label={t("stage")} value={stage} onChange={(value) => setStage(value as IncidentStage)} options={STAGES_OF[draft.kind].map((each) => ({ value: each, label: t(`stages.${each}`) }))} />
        <IncidentWords name="textIn" long value={text} onChange={setText} />
      </div>
    </Dialog>
  );
}
