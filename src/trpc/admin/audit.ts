import { z } from "zod";
import { listAudit, verifyAudit, type AuditEntry } from "#accounts/index.ts";
import { auditNames } from "#reports/audit-names.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

const text = z.string().trim().max(254).transform((value) => value || undefined).optional();
const LIMIT_MAX = 100;
const NAMES_MAX = 200;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const entry = z.strictObject({
  seq: z.bigint(), at: z.date(), actorType: z.string(), actorId: z.string().nullable(), actorEmail: z.string().nullable(),
  session: z.string().nullable(), ip: z.string().nullable(), action: z.string(),
  targetType: z.string().nullable(), targetId: z.string().nullable(), targetName: z.string().nullable(),
  before: z.unknown(), after: z.unknown(), reason: z.string().nullable(), requestId: z.string().nullable(),
});

export const auditRouter = router({
  /** What was done, newest first. */
  list: adminProcedure("audit:read")
    .input(z.strictObject({
      actor: text, action: text, targetType: text, targetId: text, from: z.date().optional(), to: z.date().optional(),
      cursor: z.bigint().optional(), limit: z.number().int().min(1).max(LIMIT_MAX).default(50),
    }))
    .output(z.strictObject({ entries: z.array(entry), next: z.bigint().optional() }))
    .query(async ({ ctx, input: { cursor, limit, ...filter } }) => {
      const found = await listAudit(ctx.pool, filter, limit + 1, cursor);
      const entries = found.slice(0, limit);
      const names = await auditNames(ctx.pool, entries.flatMap(unnamed));
      return { entries: entries.map((each) => ({ ...each, targetName: each.targetName ?? names[each.targetId ?? ""] ?? null })), ...(found.length > limit ? { next: entries.at(-1)!.seq } : {}) };
    }),

  /** What ids inside entries stand for. */
  names: adminProcedure("audit:read")
    .input(z.strictObject({ ids: z.array(z.uuid()).max(NAMES_MAX) }))
    .output(z.record(z.string(), z.string()))
    .query(async ({ ctx, input }) => ({ ...(await auditNames(ctx.pool, input.ids)) })),

  /** Walks the whole chain of the log. */
  verify: adminProcedure("audit:read")
    .output(z.strictObject({ rows: z.number(), brokenAt: z.bigint().optional(), at: z.date() }))
    .mutation(async ({ ctx }) => {
      const { rows, brokenAt } = await verifyAudit(ctx.pool, ctx.keys.auditKey);
      return { rows, at: new Date(ctx.clock.now()), ...(brokenAt === undefined ? {} : { brokenAt }) };
    }),
});

const unnamed = ({ targetId, targetName }: AuditEntry): readonly string[] => (targetName === null && targetId !== null && UUID.test(targetId) ? [targetId] : []);
