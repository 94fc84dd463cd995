import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { requestIdText } from "#platform/ids.ts";
import { createTaskStore, fileLinks, hookSecret } from "#relay/index.ts";
import { findOwnTask, listOwnTasks, OWN_TASK_FILTERS } from "#reports/own-tasks.store.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

const ROWS = 25;

/** A customer's own long work. */
export const ownTasksRouter = router({
  list: consoleProcedure("requests:read")
    .input(z.strictObject({ state: z.enum(OWN_TASK_FILTERS).optional(), model: z.string().trim().max(200).transform((value) => value || undefined).optional(), cursor: z.string().max(200).nullish() }))
    .query(async ({ ctx, input: { cursor, ...filter } }) => {
      const { rows, next } = await listOwnTasks(ctx.pool, ctx.user.id, { ...filter, cursor: cursor ?? undefined, limit: ROWS });
      return { rows, next: next ?? null };
    }),

  /** One task with what was asked for, what became of it, and where its files are. */
  get: consoleProcedure("requests:read").input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
    const row = await findOwnTask(ctx.pool, ctx.user.id, input.id);
    if (!row) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such task." });
    const store = createTaskStore(ctx.pool, ctx.sealer);
    const task = await store.find(row.publicId, ctx.user.id);
    const link = fileLinks("", store);
    const files = task?.state === "succeeded" ? (task.content.files ?? []).map(({ kind }, index) => ({ kind, href: link(task, index) })) : [];
    return {
      ...row, requestId: requestIdText(row.id), prompt: task?.content.prompt?.slice(0, 2_000) ?? null, notified: task?.content.notifyHook ?? null,
      // A vendor may keep the file to itself and give it on demand.
      files: files.length === 0 && task?.state === "succeeded" && task.kind !== "text" ? [{ kind: task.kind === "music" ? "audio" as const : task.kind, href: link(task, 0) }] : files,
    };
  }),

  /** What the calls to a customer's own address are signed with. */
  hookSecret: consoleProcedure("keys:read").mutation(({ ctx }) => ({ secret: hookSecret(ctx.keys.keyPepper, ctx.user.id) })),
});
