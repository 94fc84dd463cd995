"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { IncidentText } from "#reports/incidents.ts";
import type { IncidentDraft } from "#ui/incidents/incident-draft.ts";
import { INCIDENT_KINDS } from "#ui/incidents/incident-words.ts";
import { ComboboxField, SegmentedControl, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const LANGUAGES = ["en", "zh"] as const;
type WordsProps = { name: "titleIn" | "textIn"; value: IncidentText; onChange: (value: IncidentText) => void; long?: boolean };

/** The operator's words in both languages; readers of a language without a text get the other one. */
export function IncidentWords({ name, value, onChange, long = false }: WordsProps) {
  const t = useTranslations("admin-incidents");
  const other = (language: "en" | "zh"): boolean => Boolean(value[language === "en" ? "zh" : "en"]?.trim());
  return LANGUAGES.map((language) => {
    const shared = {
      label: t(name, { language: t(`languages.${language}`) }), lang: language, value: value[language] ?? "", optional: other(language),
      ...(other(language) && !value[language]?.trim() && { hint: t("missing") }),
    };
    const change = (text: string) => onChange({ ...value, [language]: text });
    return long
      ? <TextArea key={language} {...shared} rows={4} maxLength={4_000} onChange={(event) => change(event.target.value)} />
      : <TextField key={language} {...shared} maxLength={160} onChange={(event) => change(event.target.value)} />;
  });
}

/** What kind of incident it is, what it is called, whom it concerns and since when. */
export function IncidentFields({ draft, onChange }: { draft: IncidentDraft; onChange: (draft: IncidentDraft) => void }) {
  const t = useTranslations("admin-incidents");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.admin.models.list.queryOptions());
  const set = (change: Partial<IncidentDraft>) => onChange({ ...draft, ...change });
  return (
    <>
      <div>
        <p className="label" aria-hidden="true">{t("kind")}</p>
        <SegmentedControl label={t("kind")} value={draft.kind} onChange={(kind) => set({ kind })} options={INCIDENT_KINDS.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))} />
        <p className="hint mt-1">{t(`kindHints.${draft.kind}`)}</p>
      </div>
      <IncidentWords name="titleIn" value={draft.title} onChange={(title) => set({ title })} />
      <ComboboxField multiple label={t("models")} optional hint={t("modelsHint")} value={draft.models} onChange={(models) => set({ models })} options={(data ?? []).map(({ id, slug }) => ({ value: id, label: slug }))} />
      <TextField className="sm:w-2/3" type="datetime-local" label={t("started")} unit="UTC" hint={draft.kind === "maintenance" ? t("startedHint") : undefined} value={draft.start} onChange={(event) => set({ start: event.target.value })} />
    </>
  );
}
