import type { Incident, IncidentKind, IncidentStage, IncidentText } from "#reports/incidents.ts";
import { cutPage, fromCursor, toCursor } from "#reports/keyset.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const SELECT = `
  SELECT i.id, i.kind, i.title, i.models, i.started_at AS "startedAt", i.resolved_at AS "resolvedAt", i.updated_at AS "updatedAt",
         coalesce((SELECT json_agg(json_build_object('id', u.id, 'stage', u.stage, 'text', u.text, 'at', u.at, 'editedAt', u.edited_at) ORDER BY u.at DESC, u.id DESC)
                     FROM incident_updates u WHERE u.incident_id = i.id), '[]') AS updates
    FROM incidents i`;

type Row = Omit<Incident, "updates"> & { updates: (Omit<Incident["updates"][number], "at" | "editedAt"> & { at: string; editedAt: string | null })[] };

const toIncident = ({ updates, ...row }: Row): Incident => ({
  ...row, updates: updates.map(({ at, editedAt, ...update }) => ({ ...update, at: new Date(at), editedAt: editedAt === null ? null : new Date(editedAt) })),
});

/** Incidents that are not resolved, and those that were since `since`, newest first: what the status page shows. */
export async function shownIncidents(db: Queryable, since: Date, limit: number): Promise<readonly Incident[]> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE i.resolved_at IS NULL OR i.resolved_at >= $1 ORDER BY i.started_at DESC, i.id DESC LIMIT $2`, [since, limit]);
  return rows.map(toIncident);
}

/** All of them, newest first, a page at a time. */
export async function listIncidents(db: Queryable, { cursor, limit }: Readonly<{ cursor?: string | undefined; limit: number }>): Promise<{ rows: readonly Incident[]; next: string | undefined }> {
  const [at, id] = fromCursor(cursor, 2) ?? [];
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE $1::timestamptz IS NULL OR (i.started_at, i.id) < ($1, $2::uuid) ORDER BY i.started_at DESC, i.id DESC LIMIT $3`, [at ?? null, id ?? null, limit + 1]);
  return cutPage(rows.map(toIncident), limit, (incident) => toCursor([incident.startedAt, incident.id]));
}

/** One incident; locked against a second person when it is about to be changed. */
export async function findIncident(db: Queryable, id: string, lock = false): Promise<Incident | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE i.id = $1${lock ? " FOR UPDATE OF i" : ""}`, [id]);
  return rows[0] && toIncident(rows[0]);
}

export type IncidentFields = Readonly<{ kind: IncidentKind; title: IncidentText; models: readonly string[]; startedAt: Date }>;

export async function insertIncident(tx: Queryable, { kind, title, models, startedAt }: IncidentFields, now: Date): Promise<string> {
  const id = uuidv7(now.getTime());
  await tx.query("INSERT INTO incidents (id, kind, title, models, started_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)", [id, kind, JSON.stringify(title), models, startedAt, now]);
  return id;
}

export async function updateIncident(tx: Queryable, id: string, { kind, title, models, startedAt }: IncidentFields, now: Date): Promise<void> {
  await tx.query("UPDATE incidents SET kind = $2, title = $3, models = $4, started_at = $5, updated_at = greatest($6, updated_at + interval '1 ms') WHERE id = $1", [id, kind, JSON.stringify(title), models, startedAt, now]);
}

/** Says what is known now. Its stage is the incident's from then on: `resolved` ends it, any other opens it again. */
export async function addIncidentUpdate(tx: Queryable, id: string, { stage, text }: Readonly<{ stage: IncidentStage; text: IncidentText }>, now: Date): Promise<void> {
  await tx.query("INSERT INTO incident_updates (id, incident_id, stage, text, at) VALUES ($1, $2, $3, $4, $5)", [uuidv7(now.getTime()), id, stage, JSON.stringify(text), now]);
  // Maintenance that was called off before it began ends when it would have begun.
  await tx.query("UPDATE incidents SET resolved_at = CASE WHEN $2 = 'resolved' THEN greatest($3, started_at) END, updated_at = greatest($3, updated_at + interval '1 ms') WHERE id = $1", [id, stage, now]);
}

/** Rewords an update; its time and stage stay, and readers see that it was edited. @returns false when there is none */
export async function editIncidentUpdate(tx: Queryable, id: string, updateId: string, text: IncidentText, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query("UPDATE incident_updates SET text = $3, edited_at = $4 WHERE id = $2 AND incident_id = $1", [id, updateId, JSON.stringify(text), now]);
  await tx.query("UPDATE incidents SET updated_at = greatest($2, updated_at + interval '1 ms') WHERE id = $1", [id, now]);
  return rowCount === 1;
}

/** For what was written by mistake; the audit log keeps it. */
export async function deleteIncident(tx: Queryable, id: string): Promise<void> {
  await tx.query("DELETE FROM incidents WHERE id = $1", [id]);
}
