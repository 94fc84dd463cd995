import { z } from "zod";
import { groupLimitsSchema, permissionsOfRole } from "#accounts/index.ts";
import { addGroup, editGroup, groupField, removeGroup, setGroupPrice } from "#catalog/index.ts";
import { listGroups } from "#channels/group-list.store.ts";
import { staffAct } from "#channels/index.ts";
import { marginPpm, pricesOf } from "#channels/margins.ts";
import { priceInput, readPrice } from "#trpc/admin/price-input.ts";
import { adminProcedure, router } from "#trpc/init.ts";
import { supplyProcedure } from "#trpc/supply.ts";

const id = z.uuid();
const factor = z.int().min(0).max(1_000_000_000);
const terms = { ppm: factor, topUpPpm: factor, limits: groupLimitsSchema, auto: groupField.auto } as const;

export const groupsRouter = router({
  list: adminProcedure("catalog:read").query(async ({ ctx }) => {
    const costs = permissionsOfRole(ctx.user.role).has("costs:read");
    return (await listGroups(ctx.pool)).map(({ month, overrides, ...group }) => ({
      ...group,
      overrides: overrides.map(({ document, ...override }) => ({ ...override, prices: document && pricesOf(document) })),
      soldNano: month.soldNano, marginPpm: costs && month.soldNano > 0n ? marginPpm(month.soldNano * 1_000n, month.costPico) ?? null : null,
    }));
  }),

  create: supplyProcedure("catalog:write").input(z.strictObject({ name: groupField.name, ...terms }).partial({ ppm: true, topUpPpm: true, limits: true, auto: true }))
    .mutation(({ ctx, input: { name, ...fields } }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const { id: groupId, trace } = await addGroup(tx, name, fields);
      return { result: { id: groupId }, traces: [trace] };
    })),

  update: supplyProcedure("catalog:write").input(z.strictObject({ id, seen: z.date(), patch: z.strictObject(terms).partial() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: input.id }, traces: [await editGroup(tx, input.id, input.seen, input.patch)] }))),

  /** A group's own price of one model: a factor instead of the group's, prices of its own, or null to take either away. */
  setOverride: supplyProcedure("catalog:write")
    .input(z.strictObject({ id, modelId: id, override: z.union([z.strictObject({ ppm: factor }), z.strictObject({ price: priceInput }), z.null()]) }))
    .mutation(({ ctx, input: { id: groupId, modelId, override } }) => {
      const price = override && "price" in override ? { document: readPrice(override.price, ["embeddings"]).document } : override;
      return staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: groupId }, traces: [await setGroupPrice(tx, groupId, modelId, price)] }));
    }),

  /** Members and keys go to the replacement; without any a replacement is not needed. */
  remove: supplyProcedure("catalog:write").input(z.strictObject({ id, replacementId: id.optional() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: input.id }, traces: [await removeGroup(tx, input.id, input.replacementId)] }))),
});
