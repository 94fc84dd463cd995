export const INCIDENT_KINDS = ["degraded", "outage", "maintenance"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];
export const INCIDENT_STAGES = ["investigating", "identified", "monitoring", "planned", "underway", "resolved"] as const;
export type IncidentStage = (typeof INCIDENT_STAGES)[number];

/** The stages that an incident of a kind goes through; the last one ends it. */
export const STAGES_OF: Readonly<Record<IncidentKind, readonly IncidentStage[]>> = {
  degraded: ["investigating", "identified", "monitoring", "resolved"],
  outage: ["investigating", "identified", "monitoring", "resolved"],
  maintenance: ["planned", "underway", "resolved"],
};

/** In the operator's words, by language; one of them may be missing. */
export type IncidentText = Readonly<{ en?: string | undefined; zh?: string | undefined }>;
export type IncidentUpdate = Readonly<{ id: string; stage: IncidentStage; text: IncidentText; at: Date; editedAt: Date | null }>;
export type Incident = Readonly<{
  id: string; kind: IncidentKind; title: IncidentText;
  /** Ids of the models that it concerns; none = the whole shop. */
  models: readonly string[];
  startedAt: Date; resolvedAt: Date | null; updatedAt: Date;
  /** Newest first. */
  updates: readonly IncidentUpdate[];
}>;

/** Open now: begun and not resolved. Maintenance that lies ahead is announced, which is another thing. */
export const isOpen = ({ startedAt, resolvedAt }: Pick<Incident, "startedAt" | "resolvedAt">, nowMs: number): boolean => resolvedAt === null && startedAt.getTime() <= nowMs;
export const isAhead = ({ startedAt, resolvedAt }: Pick<Incident, "startedAt" | "resolvedAt">, nowMs: number): boolean => resolvedAt === null && startedAt.getTime() > nowMs;
