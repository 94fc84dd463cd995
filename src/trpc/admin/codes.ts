import { stringify } from "csv-stringify/sync";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { writeAudit } from "#accounts/index.ts";
import { nano } from "#money/amount.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { batchCodes, createBatch, disableBatch, disableCode, findBatch, listBatches } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { adminProcedure, router } from "#trpc/init.ts";

const ROWS = 50;
const COUNT_MAX = 10_000;
/** A mistyped amount times thousands of codes is a lot of money. */
const TOTAL_MAX = 1_000_000_000_000_000n;

const batch = z.strictObject({
  id: z.string(), name: z.string(), creditNano: z.bigint(), bucket: z.enum(["paid", "lots"]), count: z.number(), maxUses: z.number(), perUser: z.number(), lotTtlDays: z.number().nullable(),
  startsAt: z.date().nullable(), expiresAt: z.date().nullable(), uses: z.number(), active: z.number(), createdAt: z.date(), createdBy: z.string().nullable(),
});
const noBatch = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such batch." });

export const codesRouter = router({
  batches: adminProcedure("codes:read")
    .input(z.strictObject({ q: z.string().trim().max(100).optional(), bucket: z.enum(["paid", "lots"]).optional(), cursor: z.uuid().nullish() }))
    .output(z.strictObject({ batches: z.array(batch), next: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const found = await listBatches(ctx.pool, { limit: ROWS + 1, ...(input.q && { q: input.q }), ...(input.bucket && { bucket: input.bucket }), ...(input.cursor && { before: input.cursor }) });
      return { batches: found.slice(0, ROWS), next: found.length > ROWS ? found[ROWS - 1]!.id : null };
    }),

  batch: adminProcedure("codes:read")
    .input(z.strictObject({ id: z.uuid() }))
    .output(batch)
    .query(async ({ ctx, input }) => {
      const found = await findBatch(ctx.pool, input.id);
      if (!found) throw noBatch();
      return found;
    }),

  /** The codes of a batch; of each only what tells it from the others. */
  codes: adminProcedure("codes:read")
    .input(z.strictObject({ id: z.uuid(), state: z.enum(["unused", "used", "disabled"]).optional(), cursor: z.uuid().nullish() }))
    .output(z.strictObject({
      codes: z.array(z.strictObject({ id: z.string(), hint: z.string(), uses: z.number(), maxUses: z.number(), status: z.enum(["active", "disabled"]), lastBy: z.string().nullable(), lastAt: z.date().nullable() })),
      next: z.string().nullable(),
    }))
    .query(async ({ ctx, input }) => {
      const found = await batchCodes(ctx.pool, input.id, { limit: ROWS + 1, ...(input.state && { state: input.state }), ...(input.cursor && { after: input.cursor }) });
      return { codes: found.slice(0, ROWS), next: found.length > ROWS ? found[ROWS - 1]!.id : null };
    }),

  /** Makes a batch. The answer is the only one that holds the codes: afterwards nobody can read them any more. */
  create: adminProcedure("codes:write", { sudo: true })
    .input(z.strictObject({
      name: z.string().trim().min(1).max(64), creditNano: z.bigint().min(1n).max(TOTAL_MAX).transform(nano), bucket: z.enum(["paid", "lots"]), count: z.number().int().min(1).max(COUNT_MAX),
      maxUses: z.number().int().min(1).max(1_000_000).default(1), perUser: z.number().int().min(1).max(1_000).default(1), lotTtlDays: z.number().int().min(1).max(3_650).nullable().default(null),
      startsAt: z.date().nullable().default(null), expiresAt: z.date().nullable().default(null), reason: z.string().trim().min(8).max(500),
    }).refine(({ creditNano, count, maxUses }) => creditNano * BigInt(count) * BigInt(maxUses) <= TOTAL_MAX, { path: ["count"], message: "too_much" }))
    .output(z.strictObject({ id: z.string(), csv: z.string(), count: z.number() }))
    .mutation(async ({ ctx, input }) => {
      const { reason, ...terms } = input;
      const made = await withTransaction(ctx.pool, async (tx) => {
        const { id, codes } = await createBatch(tx, ctx.keys.codePepper, terms, ctx.user.id);
        await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{
          actor: ctx.actor, action: "codes.create", target: { type: "batch", id }, reason,
          after: { name: terms.name, count: terms.count, amount_nano_usd: terms.creditNano.toString(), bucket: terms.bucket, uses: terms.maxUses },
        }]);
        return { id, codes };
      });
      const usd = formatUsd(terms.creditNano);
      const csv = stringify(made.codes.map((code) => [code, usd, terms.expiresAt?.toISOString().slice(0, 10) ?? ""]), { header: true, columns: ["code", "amount_usd", "expires"], record_delimiter: "windows" });
      return { id: made.id, csv, count: made.codes.length };
    }),

  /** Switches off every code of a batch that is not used up. */
  disable: adminProcedure("codes:disable")
    .input(z.strictObject({ id: z.uuid(), code: z.uuid().optional(), reason: z.string().trim().min(8).max(500) }))
    .output(z.strictObject({ codes: z.number() }))
    .mutation(({ ctx, input }) => withTransaction(ctx.pool, async (tx) => {
      if (!(await findBatch(tx, input.id))) throw noBatch();
      const hint = input.code === undefined ? undefined : await disableCode(tx, input.id, input.code);
      const codes = input.code === undefined ? await disableBatch(tx, input.id) : hint === undefined ? 0 : 1;
      await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{
        actor: ctx.actor, action: "codes.disable", target: { type: "batch", id: input.id }, after: { codes, ...(hint !== undefined && { code: hint }) }, reason: input.reason,
      }]);
      return { codes };
    })),
});
