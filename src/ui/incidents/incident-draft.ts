import type { Incident, IncidentKind, IncidentText } from "#reports/incidents.ts";
import type { Tone } from "#ui/kit/tone.ts";

/** What a form of an incident holds while it is typed. `start` is UTC as the browser's field writes it. */
export type IncidentDraft = Readonly<{ kind: IncidentKind; title: IncidentText; models: readonly string[]; start: string }>;

export const KIND_TONE: Readonly<Record<IncidentKind, Tone>> = { degraded: "warn", outage: "bad", maintenance: "info" };

/** `2026-11-21T13:45`, the form of a field for date and time. */
export const toField = (at: Date): string => at.toISOString().slice(0, 16);
export const fromField = (text: string): Date | undefined => {
  // Without the form being looked at, nothing at all would be read as the year 2000.
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? new Date(`${text}:00Z`) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
};

export const draftOf = ({ kind, title, models, startedAt }: Pick<Incident, "kind" | "title" | "models" | "startedAt">): IncidentDraft => ({ kind, title, models, start: toField(startedAt) });

export const isWritten = ({ en, zh }: IncidentText): boolean => Boolean(en?.trim() ?? "") || Boolean(zh?.trim() ?? "");

/** The input of the procedures; undefined while something is missing. */
export function fieldsOf({ kind, title, models, start }: IncidentDraft): { kind: IncidentKind; title: { en?: string | undefined; zh?: string | undefined }; models: string[]; startedAt: Date } | undefined {
  const startedAt = fromField(start);
  return startedAt === undefined || !isWritten(title) ? undefined : { kind, title: { ...title }, models: [...models], startedAt };
}
