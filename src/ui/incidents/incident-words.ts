import type { IncidentKind, IncidentStage, IncidentText } from "#reports/incidents.ts";

export const INCIDENT_KINDS = ["degraded", "outage", "maintenance"] as const satisfies readonly IncidentKind[];

/** The stages that a form offers for each kind, in the order in which they are gone through. */
export const STAGES_OF: Readonly<Record<IncidentKind, readonly IncidentStage[]>> = {
  degraded: ["investigating", "identified", "monitoring", "resolved"],
  outage: ["investigating", "identified", "monitoring", "resolved"],
  maintenance: ["planned", "underway", "resolved"],
};

/** The operator's words for a reader: in his language where they are, else in the other. */
export function incidentText(text: IncidentText, locale: string): Readonly<{ text: string; lang: string }> {
  const written = Object.entries(text).flatMap(([lang, words]) => (words?.trim() ? [{ text: words, lang }] : []));
  return written.find(({ lang }) => lang === locale) ?? written[0] ?? { text: "", lang: locale };
}
