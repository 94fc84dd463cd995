import { TRPCError } from "@trpc/server";
import type { PoolClient } from "pg";
import { z } from "zod";
import { writeAudit, type AuditActor } from "#accounts/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { addIncidentUpdate, deleteIncident, editIncidentUpdate, findIncident, insertIncident, listIncidents, updateIncident } from "#reports/incidents.store.ts";
import { INCIDENT_KINDS, INCIDENT_STAGES, STAGES_OF, type Incident } from "#reports/incidents.ts";
import { adminProcedure, refusal, router, type Context } from "#trpc/init.ts";

const ROWS = 25;
const words = (max: number) => {
  const one = z.string().trim().max(max).transform((text) => text || undefined).optional();
  return z.strictObject({ en: one, zh: one }).refine(({ en, zh }) => en !== undefined || zh !== undefined, "say it in one language at least");
};
const title = words(160);
const text = words(4_000);
const fields = { kind: z.enum(INCIDENT_KINDS), title, models: z.array(z.uuid()).max(200), startedAt: z.date() } as const;
const stage = z.enum(INCIDENT_STAGES);

const unknown = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such incident." });
const wrongStage = () => refusal("stage", { code: "BAD_REQUEST", message: "This kind of incident has no such stage." });

type Staff = Context & Readonly<{ actor: AuditActor }>;
type Act = Readonly<{ action: string; id: string; before?: unknown; after?: unknown }>;

/** One act on one incident with its line in the audit log, all or nothing. */
function act(ctx: Staff, work: (tx: PoolClient, now: Date) => Promise<Act>): Promise<{ id: string }> {
  return withTransaction(ctx.pool, async (tx) => {
    const now = new Date(ctx.clock.now());
    const { action, id, ...change } = await work(tx, now);
    await writeAudit(tx, ctx.keys.auditKey, now, [{ actor: ctx.actor, action, target: { type: "incident", id }, ...change }]);
    return { id };
  });
}

async function locked(tx: PoolClient, id: string, seen?: Date): Promise<Incident> {
  const incident = await findIncident(tx, id, true);
  if (!incident) throw unknown();
  if (seen && seen.getTime() !== incident.updatedAt.getTime()) throw refusal("changed", { code: "CONFLICT", message: "Somebody changed this incident meanwhile." });
  return incident;
}

const factsOf = ({ kind, title: name, models, startedAt }: Pick<Incident, "kind" | "title" | "models" | "startedAt">) => ({ kind, title: name, models, startedAt: startedAt.toISOString() });

/** What the status page says in the operator's own words. */
export const incidentsRouter = router({
  list: adminProcedure("health:read").input(z.strictObject({ cursor: z.string().max(200).nullish() })).query(async ({ ctx, input }) => {
    const { rows, next } = await listIncidents(ctx.pool, { cursor: input.cursor ?? undefined, limit: ROWS });
    return { rows, next: next ?? null };
  }),

  get: adminProcedure("health:read").input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
    const incident = await findIncident(ctx.pool, input.id);
    if (!incident) throw unknown();
    return incident;
  }),

  /** Begins an incident with its first words. */
  create: adminProcedure("settings:write").input(z.strictObject({ ...fields, stage, text })).mutation(({ ctx, input: { stage: first, text: said, ...incident } }) => {
    if (!STAGES_OF[incident.kind].includes(first)) throw wrongStage();
    return act(ctx, async (tx, now) => {
      const id = await insertIncident(tx, incident, now);
      await addIncidentUpdate(tx, id, { stage: first, text: said }, now);
      return { action: "incident.create", id, after: { ...factsOf(incident), stage: first, text: said } };
    });
  }),

  update: adminProcedure("settings:write").input(z.strictObject({ id: z.uuid(), seen: z.date(), ...fields })).mutation(({ ctx, input: { id, seen, ...incident } }) =>
    act(ctx, async (tx, now) => {
      const before = await locked(tx, id, seen);
      if (before.resolvedAt !== null && before.resolvedAt < incident.startedAt) throw refusal("order", { code: "BAD_REQUEST", message: "It cannot begin after it ended." });
      if (before.updates[0] && !STAGES_OF[incident.kind].includes(before.updates[0].stage)) throw wrongStage();
      await updateIncident(tx, id, incident, now);
      return { action: "incident.update", id, before: factsOf(before), after: factsOf(incident) };
    })),

  /** Says what is known now; the stage `resolved` ends the incident. */
  addUpdate: adminProcedure("settings:write").input(z.strictObject({ id: z.uuid(), stage, text })).mutation(({ ctx, input: { id, stage: next, text: said } }) =>
    act(ctx, async (tx, now) => {
      const before = await locked(tx, id);
      if (!STAGES_OF[before.kind].includes(next)) throw wrongStage();
      await addIncidentUpdate(tx, id, { stage: next, text: said }, now);
      return { action: next === "resolved" ? "incident.resolve" : "incident.say", id, after: { stage: next, text: said } };
    })),

  editUpdate: adminProcedure("settings:write").input(z.strictObject({ id: z.uuid(), updateId: z.uuid(), text })).mutation(({ ctx, input: { id, updateId, text: said } }) =>
    act(ctx, async (tx, now) => {
      const before = (await locked(tx, id)).updates.find((each) => each.id === updateId);
      if (!before || !(await editIncidentUpdate(tx, id, updateId, said, now))) throw unknown();
      return { action: "incident.reword", id, before: { update: updateId, text: before.text }, after: { update: updateId, text: said } };
    })),

  /** For what was written by mistake. */
  remove: adminProcedure("settings:write").input(z.strictObject({ id: z.uuid() })).mutation(({ ctx, input: { id } }) =>
    act(ctx, async (tx) => {
      const before = await locked(tx, id);
      await deleteIncident(tx, id);
      return { action: "incident.delete", id, before: { ...factsOf(before), updates: before.updates.map(({ stage: was, text: said }) => ({ stage: was, text: said })) } };
    })),
});
