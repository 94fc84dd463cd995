import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { endSessionOf, endSessions, listSessions, writeAudit } from "#accounts/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

const session = z.strictObject({
  id: z.string(), current: z.boolean(), ip: z.string().nullable(), userAgent: z.string().nullable(), createdAt: z.date(), lastUsedAt: z.date(),
});

export const sessionsRouter = router({
  /** Where this account is signed in, the browser that asks among them. */
  list: consoleProcedure("sessions:read")
    .output(z.array(session))
    .query(async ({ ctx }) => (await listSessions(ctx.pool, ctx.user.id, ctx.clock.now())).map((each) => ({ ...each, current: each.id === ctx.user.sid }))),

  end: consoleProcedure("sessions:write")
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.strictObject({ ended: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      const ended = await withTransaction(ctx.pool, async (tx) => {
        if (!(await endSessionOf(tx, ctx.user.id, input.id, ctx.clock.now()))) return false;
        await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{ actor: ctx.actor, action: "session.end", target: { type: "session", id: input.id } }]);
        return true;
      });
      if (!ended) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such session." });
      return { ended: true };
    }),

  endOthers: consoleProcedure("sessions:write")
    .output(z.strictObject({ ended: z.number() }))
    .mutation(async ({ ctx }) => {
      const ended = await withTransaction(ctx.pool, async (tx) => {
        const count = await endSessions(tx, ctx.user.id, ctx.clock.now(), ctx.user.sid);
        await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{ actor: ctx.actor, action: "session.end_others", target: { type: "user", id: ctx.user.id }, after: { ended: count } }]);
        return count;
      });
      return { ended };
    }),
});
