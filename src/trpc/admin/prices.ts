import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { permissionsOfRole } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { ActRefused, publish, takeBack, withdraw } from "#catalog/index.ts";
import { listGroups, liveNodes } from "#channels/group-list.store.ts";
import { staffAct } from "#channels/index.ts";
import { belowCost, costSpans, marginPpm, pricesOf } from "#channels/margins.ts";
import { readPriceHistory, readPriceSheet, type PriceVersionView, type SheetRow } from "#channels/price-sheet.store.ts";
import { reprice, REPRICE_BASES, type RepriceRule } from "#channels/reprice.ts";
import { effectivePico, ppm } from "#money/amount.ts";
import type { PriceDocument } from "#money/price.ts";
import { priceInput, readPrice } from "#trpc/admin/price-input.ts";
import { adminProcedure, demandRenewed, router } from "#trpc/init.ts";
import { supplyProcedure } from "#trpc/supply.ts";

const id = z.uuid();
const HISTORY_MAX = 50;
const MODELS_MAX = 500;

const rule = z.strictObject({
  base: z.enum(REPRICE_BASES),
  factorPpm: z.int().min(0).max(1_000_000_000).default(1_000_000),
  marginPpm: z.int().min(0).max(999_999).optional(),
  stepPico: z.bigint().min(1n).max(1_000_000_000n).optional(),
});

const when = { from: z.date().optional(), note: z.string().trim().max(500).optional(), confirmBelowCost: z.boolean().default(false) } as const;

export const pricesRouter = router({
  /** The price book: every model with its price in force, cost span and margins. */
  book: adminProcedure("catalog:read").query(async ({ ctx }) => {
    const groups = await listGroups(ctx.pool);
    const least = groups.reduce((low, group) => Math.min(low, group.ppm), 1_000_000);
    return { rows: (await readPriceSheet(ctx.pool)).map((row) => rowToWire(row, ctx.user, least)), leastPpm: least, nodes: await liveNodes(ctx.pool) };
  }),

  get: adminProcedure("catalog:read").input(z.strictObject({ id })).query(async ({ ctx, input }) => {
    const [row] = await readPriceSheet(ctx.pool, [input.id]);
    if (!row) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    const groups = await listGroups(ctx.pool);
    const costs = permissionsOfRole(ctx.user.role).has("costs:read");
    const history = await readPriceHistory(ctx.pool, input.id, HISTORY_MAX);
    return {
      ...rowToWire(row, ctx.user, groups.reduce((low, group) => Math.min(low, group.ppm), 1_000_000)),
      endpoints: row.endpoints,
      listPrice: row.listPrice,
      history: history.map((version) => versionToWire(version, row)),
      groups: groups.map(({ id: groupId, name, ppm: factor }) => ({ id: groupId, name, ppm: factor })),
      month: costs ? row.month : { ...row.month, costPico: null },
    };
  }),

  /** Publishes one price, now or later. A price below the dearest live channel's cost must be confirmed. */
  publish: supplyProcedure("catalog:write")
    .input(z.strictObject({ modelId: id, seenVersion: z.bigint().nullable(), price: priceInput, ...when }))
    .mutation(async ({ ctx, input: { modelId, seenVersion, price, from, note, confirmBelowCost } }) => {
      const [row] = await readPriceSheet(ctx.pool, [modelId]);
      if (!row) throw new ActRefused("not_found");
      const read = readPrice(price, row.endpoints);
      if (!confirmBelowCost) refuseBelowCost([{ row, document: read.document }]);
      else demandRenewed(ctx.user, ctx.clock);
      return staffAct(ctx.pool, ctx.by, async (tx) => {
        const { trace, ...result } = await publish(tx, { modelId, seenVersion, ...read, ...(from && { from }), ...(note && { note }) }, ctx.user.id);
        return { result, traces: [trace] };
      });
    }),

  /** Publishes the prices of several models as one act: all or none. What the sheet had besides its buckets comes along in each document. */
  publishMany: supplyProcedure("catalog:write")
    .input(z.strictObject({ models: z.array(z.strictObject({ id, seenVersion: z.bigint().nullable(), price: priceInput })).min(1).max(MODELS_MAX), ...when }))
    .mutation(async ({ ctx, input: { models, from, note, confirmBelowCost } }) => {
      const rows = new Map((await readPriceSheet(ctx.pool, models.map((model) => model.id))).map((row) => [row.id, row]));
      const changes = models.map(({ id: modelId, seenVersion, price }) => {
        const row = rows.get(modelId);
        if (!row) throw new ActRefused("not_found");
        return { row, modelId, seenVersion, ...readPrice(price, row.endpoints) };
      });
      if (!confirmBelowCost) refuseBelowCost(changes);
      else demandRenewed(ctx.user, ctx.clock);
      return staffAct(ctx.pool, ctx.by, async (tx) => {
        const done = [];
        for (const { row, ...change } of changes) done.push({ row, ...(await publish(tx, { ...change, ...(from && { from }), ...(note && { note }) }, ctx.user.id)) });
        return { result: { published: changes.length, undo: undoOf(done) }, traces: done.map(({ trace }) => trace) };
      });
    }),

  /** Takes a scheduled version back. */
  withdraw: supplyProcedure("catalog:write").input(z.strictObject({ versionId: z.bigint() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { versionId: input.versionId }, traces: [await withdraw(tx, input.versionId)] }))),

  /** Undoes what oneself published a moment ago, as one act: the prices before hold again, or what was to come does not. */
  takeBack: supplyProcedure("catalog:write").input(z.strictObject({ versionIds: z.array(z.bigint()).min(1).max(MODELS_MAX) }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const traces = [];
      for (const versionId of input.versionIds) traces.push(await takeBack(tx, versionId, ctx.user.id));
      return { result: { takenBack: traces.length }, traces };
    })),

  /** What a bulk rule would do, before it is done. */
  previewRule: supplyProcedure("catalog:write").input(z.strictObject({ modelIds: z.array(id).min(1).max(MODELS_MAX), rule }))
    .query(async ({ ctx, input }) => (await repriced(ctx.pool, input.modelIds, toRule(input.rule))).map(({ row, document, same }) => {
      const before = pricesOf(row.current?.document), after = pricesOf(document);
      const spans = costSpans(Object.keys(after), row.routes, row.listPrice, row.current?.document ?? null);
      return {
        id: row.id, slug: row.slug, seenVersion: row.newestVersion, known: document !== undefined, same,
        items: Object.keys({ ...before, ...after }).map((item) => ({ item, before: before[item] ?? null, after: after[item] ?? null })).filter(({ before: old, after: fresh }) => old !== fresh),
        marginPpm: lowest(after, spans, 1_000_000), belowCost: document !== undefined && belowCost(document, row.routes, row.listPrice).length > 0,
        soldNano: row.month.soldNano, soldThenNano: document ? soldThen(row, document) : row.month.soldNano,
      };
    })),

  /** Publishes what the preview showed, as one act: all models or none. */
  applyRule: supplyProcedure("catalog:write")
    .input(z.strictObject({ models: z.array(z.strictObject({ id, seenVersion: z.bigint().nullable() })).min(1).max(MODELS_MAX), rule, ...when }))
    .mutation(async ({ ctx, input: { models, rule: given, from, note, confirmBelowCost } }) => {
      const changes = (await repriced(ctx.pool, models.map((model) => model.id), toRule(given))).filter(({ document, same }) => document !== undefined && !same);
      if (changes.length === 0) throw new ActRefused("nothing_to_do");
      if (!confirmBelowCost) refuseBelowCost(changes.map(({ row, document }) => ({ row, document: document! })));
      else demandRenewed(ctx.user, ctx.clock);
      const seen = new Map(models.map((model) => [model.id, model.seenVersion]));
      return staffAct(ctx.pool, ctx.by, async (tx) => {
        const done = [];
        for (const { row, document } of changes) {
          done.push({ row, ...(await publish(tx, { modelId: row.id, seenVersion: seen.get(row.id) ?? null, document: document!, ...(from && { from }), ...(note && { note }) }, ctx.user.id)) });
        }
        return { result: { published: changes.length, undo: undoOf(done) }, traces: done.map(({ trace }) => trace) };
      });
    }),
});

const toRule = ({ base, factorPpm, marginPpm, stepPico }: z.output<typeof rule>): RepriceRule => ({ base, factorPpm, ...(marginPpm !== undefined && { marginPpm }), ...(stepPico !== undefined && { stepPico }) });

async function repriced(pool: Parameters<typeof readPriceSheet>[0], ids: readonly string[], given: RepriceRule) {
  return (await readPriceSheet(pool, ids)).map((row) => {
    const document = reprice({ current: row.current?.document ?? null, listPrice: row.listPrice, routes: row.routes }, given);
    return { row, document, same: document !== undefined && JSON.stringify(document.items) === JSON.stringify(row.current?.document.items) };
  });
}

/** The versions to take back for an undo; none where one of the models would be left without a price. */
const undoOf = (done: readonly Readonly<{ row: SheetRow; versionId: bigint; trace: { action: string } }>[]): readonly bigint[] =>
  (done.every(({ row, trace }) => row.current !== null || trace.action === "price.schedule") ? done.map(({ versionId }) => versionId) : []);

/** @throws ActRefused below_cost, naming the models */
function refuseBelowCost(changes: readonly Readonly<{ row: SheetRow; document: PriceDocument }>[]): void {
  const below = changes.filter(({ row, document }) => belowCost(document, row.routes, row.listPrice).length > 0);
  if (below.length > 0) throw new ActRefused("below_cost", below.map(({ row }) => row.slug).join(", "));
}

function rowToWire(row: SheetRow, user: SessionUser, leastPpm: number) {
  const costs = permissionsOfRole(user.role).has("costs:read");
  const document = row.current?.document ?? null;
  const prices = pricesOf(document);
  const items = [...new Set([...Object.keys(prices), ...Object.keys(row.listPrice?.items ?? {})])];
  const spans = costs ? costSpans(items, row.routes, row.listPrice, document) : [];
  return {
    id: row.id, slug: row.slug, name: row.name, vendor: row.vendor, enabled: row.enabled, newestVersion: row.newestVersion,
    document, prices, ratioInput: row.current?.ratioInput ?? null, versionId: row.current?.id ?? null, since: row.current?.effectiveFrom ?? null,
    scheduled: row.scheduled.map((version) => ({ id: version.id, from: version.effectiveFrom, prices: pricesOf(version.document) })),
    month: { input: row.month.input, output: row.month.output, soldNano: costs ? row.month.soldNano : null },
    costs: spans, lowestPpm: costs ? lowest(prices, spans, leastPpm) : null,
    monthPpm: costs && row.month.requests > 0 ? marginPpm(row.month.soldNano * 1_000n, row.month.costPico) ?? null : null,
    belowCost: costs && document !== null && belowCost(document, row.routes, row.listPrice).length > 0,
  };
}

const versionToWire = (version: PriceVersionView, row: SheetRow) => ({
  ...version,
  state: row.current?.id === version.id ? "current" as const : row.scheduled.some((later) => later.id === version.id) ? "scheduled" as const : "past" as const,
});

/** The worst item, in the cheapest group, on the dearest live channel. */
const lowest = (prices: ReturnType<typeof pricesOf>, spans: ReturnType<typeof costSpans>, leastPpm: number): number | null =>
  spans.flatMap(({ item, dearest }) => (prices[item] === undefined ? [] : [marginPpm(effectivePico(prices[item], [ppm(leastPpm)]), dearest) ?? 0])).sort((a, b) => a - b)[0] ?? null;

/** The last month's sales at the new price: by the weight that input and output had, rounded to nano-USD. */
function soldThen({ current, month }: SheetRow, document: PriceDocument): bigint {
  const before = pricesOf(current?.document), after = pricesOf(document);
  const worth = (prices: ReturnType<typeof pricesOf>): bigint => month.input * (prices.input ?? 0n) + month.output * (prices.output ?? 0n);
  const was = worth(before);
  return was === 0n ? month.soldNano : (month.soldNano * worth(after)) / was;
}
