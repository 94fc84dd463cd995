import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { writeAudit } from "#accounts/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { createTaskStore } from "#relay/index.ts";
import { findTaskRow, listTasks, pollTaskNow, TASK_STATES } from "#reports/tasks.store.ts";
import { adminProcedure, refusal, router } from "#trpc/init.ts";

const text = z.string().trim().max(254).transform((value) => value || undefined).optional();
const ROWS = 50;

const unknown = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such task." });
const ended = () => refusal("ended", { code: "CONFLICT", message: "This task has ended meanwhile." });

/** Long work of all customers. */
export const tasksRouter = router({
  list: adminProcedure("requests:read")
    .input(z.strictObject({ state: z.enum([...TASK_STATES, "open", "stuck"]).optional(), user: text, model: text, task: text, cursor: z.string().max(200).nullish() }))
    .query(async ({ ctx, input: { cursor, ...filter } }) => {
      const { rows, next } = await listTasks(ctx.pool, { ...filter, cursor: cursor ?? undefined, limit: ROWS });
      return { rows, next: next ?? null };
    }),

  get: adminProcedure("requests:read").input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
    const task = await findTaskRow(ctx.pool, input.id);
    if (!task) throw unknown();
    return task;
  }),

  /** Asks the vendor with the next round instead of when its time comes. */
  poll: adminProcedure("channels:write").input(z.strictObject({ id: z.uuid() })).mutation(({ ctx, input }) => withTransaction(ctx.pool, async (tx) => {
    if (!(await pollTaskNow(tx, input.id))) throw (await findTaskRow(tx, input.id)) ? ended() : unknown();
    await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{ actor: ctx.actor, action: "task.poll", target: { type: "task", id: input.id } }]);
    return { id: input.id };
  })),

  /** Ends a task that will not end by itself: what was set aside for it is free again, and it costs nothing. */
  release: adminProcedure("channels:write").input(z.strictObject({ id: z.uuid(), reason: z.string().trim().min(8).max(500) })).mutation(async ({ ctx, input: { id, reason } }) => {
    const before = await findTaskRow(ctx.pool, id);
    if (!before) throw unknown();
    const now = ctx.clock.now();
    const done = await createTaskStore(ctx.pool, ctx.sealer).finish(id, { state: "failed", errorCode: "released", errorMessage: "The shop has ended this task.", note: reason }, now, (tx) =>
      writeAudit(tx, ctx.keys.auditKey, new Date(now), [{
        actor: ctx.actor, action: "task.release", target: { type: "task", id }, reason, before: { state: before.state, holdNano: before.holdNano.toString() }, after: { state: "failed" },
      }]));
    if (!done) throw ended();
    return { id };
  }),
});
