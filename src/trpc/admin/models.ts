import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { limitsSchema, permissionsOfRole } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { catalogue, catalogueKey, cataloguePrice, endpointsOf, type CatalogueEntry } from "#catalog/catalogue.ts";
import { ActRefused, addModel, editModel, modelField, modelNameField, soldNameField } from "#catalog/index.ts";
import { staffAct } from "#channels/index.ts";
import { belowCost, costSpans, marginPpm, pricesOf } from "#channels/margins.ts";
import { readPriceSheet, type SheetRow } from "#channels/price-sheet.store.ts";
import { reprice } from "#channels/reprice.ts";
import { priceInput, readPrice } from "#trpc/admin/price-input.ts";
import { adminProcedure, router } from "#trpc/init.ts";
import { supplyProcedure } from "#trpc/supply.ts";

const id = z.uuid();
const IMPORT_MAX = 200;
const FOUND_MAX = 60;
/** A thousand times the list price: more is a slip of the hand. */
const FACTOR_MAX = 1_000_000_000;

const facts = {
  name: modelField.name.nullable(),
  vendor: modelField.vendor.nullable(),
  contextTokens: modelField.tokens.nullable(),
  maxOutputTokens: modelField.tokens.nullable(),
  endpoints: modelField.endpoints,
  aliases: modelField.aliases.max(50),
  fallbacks: modelField.fallbacks,
  preset: modelField.preset.nullable(),
  limits: limitsSchema,
  enabled: z.boolean(),
} as const;

export const modelsRouter = router({
  list: adminProcedure("catalog:read").query(async ({ ctx }) => (await readPriceSheet(ctx.pool)).map((row) => modelToWire(row, ctx.user))),

  get: adminProcedure("catalog:read").input(z.strictObject({ id })).query(async ({ ctx, input }) => {
    const [row] = await readPriceSheet(ctx.pool, [input.id]);
    if (!row) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    return { ...modelToWire(row, ctx.user), routes: row.routes.map(({ channelId, name, live, priority }) => ({ channelId, name, live, priority })) };
  }),

  /** Entries of the shipped catalogue, those that channels offer and the shop does not sell first. */
  catalogue: adminProcedure("catalog:read")
    .input(z.strictObject({ search: z.string().max(100).default(""), vendor: z.string().max(64).optional(), keys: z.array(z.string().max(300)).max(IMPORT_MAX).optional() }))
    .query(async ({ ctx, input }) => {
      const known = new Map((await readPriceSheet(ctx.pool)).flatMap((row) => [row.slug, ...row.aliases].map((name) => [name, row] as const)));
      const words = input.search.toLowerCase().split(/\s+/).filter((word) => word !== "");
      const all = catalogue();
      const found = all.filter((entry) => {
        if (input.keys) return input.keys.includes(catalogueKey(entry));
        const text = `${entry.vendor} ${entry.id} ${entry.name}`.toLowerCase();
        return (input.vendor === undefined || entry.vendor === input.vendor) && words.every((word) => text.includes(word));
      });
      // a vendor that makes its models comes before those that resell them
      const ranked = found.toSorted((a, b) => rank(a) - rank(b));
      return {
        total: found.length,
        vendors: [...new Set(all.map(({ vendor }) => vendor))].sort(),
        entries: ranked.slice(0, FOUND_MAX).map((entry) => entryToWire(entry, known.get(publicName(entry)))),
      };
    }),

  /** Adds what was ticked, with the catalogue's prices (times a factor) or without any. Names that are taken are left alone and named. */
  importFromCatalogue: supplyProcedure("catalog:write")
    .input(z.strictObject({ entries: z.array(z.strictObject({ key: z.string().max(300), slug: modelNameField.optional() })).min(1).max(IMPORT_MAX), withPrices: z.boolean(), factorPpm: z.int().min(0).max(FACTOR_MAX).default(1_000_000) }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const byKey = new Map(catalogue().map((entry) => [catalogueKey(entry), entry]));
      const traces = [], added: { id: string; slug: string }[] = [], taken: string[] = [];
      for (const { key, slug } of input.entries) {
        const entry = byKey.get(key);
        if (!entry) throw new ActRefused("not_found", key);
        const name = slug ?? publicName(entry);
        const list = cataloguePrice(entry);
        const document = list && reprice({ current: null, listPrice: list, routes: [] }, { base: "list", factorPpm: input.factorPpm });
        try {
          const made = await addModel(tx, { slug: name, fields: fieldsOf(entry), ...(document && input.withPrices && { price: { document, note: `${entry.source} ${entry.asOf}` } }) }, ctx.user.id);
          traces.push(made.trace);
          added.push({ id: made.id, slug: name });
        } catch (error) {
          if (!(error instanceof ActRefused) || error.code !== "name_taken") throw error;
          taken.push(name);
        }
      }
      if (added.length === 0) throw new ActRefused("name_taken", taken.join(", "));
      return { result: { added, taken }, traces };
    })),

  create: supplyProcedure("catalog:write")
    .input(z.strictObject({ slug: soldNameField, ...facts, price: priceInput.optional() }).partial({ name: true, vendor: true, contextTokens: true, maxOutputTokens: true, endpoints: true, aliases: true, fallbacks: true, preset: true, limits: true, enabled: true }))
    .mutation(({ ctx, input: { slug, aliases, price, ...fields } }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const { id: modelId, trace } = await addModel(tx, { slug, fields, ...(aliases && { aliases }), ...(price && { price: readPrice(price, fields.endpoints ?? []) }) }, ctx.user.id);
      return { result: { id: modelId }, traces: [trace] };
    })),

  update: supplyProcedure("catalog:write")
    .input(z.strictObject({ id, seen: z.date(), patch: z.strictObject(facts).partial() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: input.id }, traces: [await editModel(tx, input.id, input.seen, input.patch)] }))),

  /** Puts several on sale or takes them off. */
  setEnabled: supplyProcedure("catalog:write").input(z.strictObject({ models: z.array(z.strictObject({ id, seen: z.date() })).min(1).max(IMPORT_MAX), enabled: z.boolean() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const traces = [];
      for (const model of input.models) traces.push(await editModel(tx, model.id, model.seen, { enabled: input.enabled }));
      return { result: { changed: input.models.length }, traces };
    })),
});

const MAKERS: ReadonlySet<string> = new Set(["openai", "anthropic", "google", "mistral", "deepseek", "moonshot", "zai", "qwen", "xai", "minimax", "cohere", "stepfun", "perplexity", "upstage"]);
const rank = (entry: CatalogueEntry): number => (MAKERS.has(entry.vendor) ? 0 : 2) + (entry.price ? 0 : 1);

/** Resellers put the maker before the name; customers ask for the name. */
const publicName = ({ id: name }: CatalogueEntry): string => name.split("/").at(-1)!;

const fieldsOf = (entry: CatalogueEntry) => ({
  name: entry.name.slice(0, 200), vendor: entry.vendor, contextTokens: entry.context ?? null, maxOutputTokens: entry.maxOutput ?? null, endpoints: endpointsOf(entry.mode),
  listPrice: cataloguePrice(entry) ?? null,
  facts: { input: entry.input, output: entry.output, can: entry.can, released: entry.released, knowledge: entry.knowledge, source: entry.source, asOf: entry.asOf, catalogue: catalogueKey(entry) },
});

function entryToWire(entry: CatalogueEntry, own: SheetRow | undefined) {
  const prices = pricesOf(cataloguePrice(entry));
  return {
    key: catalogueKey(entry), vendor: entry.vendor, id: entry.id, name: entry.name, slug: publicName(entry), mode: entry.mode, context: entry.context ?? null, can: entry.can,
    input: prices.input ?? null, output: prices.output ?? null, released: entry.released ?? null, source: entry.source, asOf: entry.asOf, own: own ? own.slug : null,
  };
}

/** What a model lacks to be sold well. */
export const problemsOf = (row: SheetRow): readonly ("no_price" | "no_channel" | "no_live_channel" | "single_channel" | "below_cost")[] => {
  const live = row.routes.filter((route) => route.live);
  return [
    ...(row.current ? [] : ["no_price" as const]),
    ...(row.routes.length === 0 ? ["no_channel" as const] : live.length === 0 ? ["no_live_channel" as const] : live.length === 1 ? ["single_channel" as const] : []),
    ...(row.current && belowCost(row.current.document, row.routes, row.listPrice).length > 0 ? ["below_cost" as const] : []),
  ];
};

function modelToWire(row: SheetRow, user: SessionUser) {
  const costs = permissionsOfRole(user.role).has("costs:read");
  const document = row.current?.document ?? null;
  const prices = pricesOf(document);
  const spans = costs ? costSpans(["input", "output"], row.routes, row.listPrice, document) : [];
  const problems = problemsOf(row);
  return {
    id: row.id, slug: row.slug, name: row.name, vendor: row.vendor, enabled: row.enabled, contextTokens: row.contextTokens, maxOutputTokens: row.maxOutputTokens, endpoints: row.endpoints,
    aliases: row.aliases, fallbacks: row.fallbacks, preset: row.preset, limits: row.limits, facts: row.facts, createdAt: row.createdAt, updatedAt: row.updatedAt,
    input: prices.input ?? null, cacheRead: prices.cache_read ?? null, output: prices.output ?? null, items: prices, priced: row.current !== null, priceSince: row.current?.effectiveFrom ?? null,
    scheduled: row.scheduled[0]?.effectiveFrom ?? null,
    cheapest: spans.map(({ item, cheapest, dearest }) => ({ item, cheapest, dearest })),
    marginPpm: costs ? lowestMargin(prices, spans) : null,
    channels: { live: row.routes.filter((route) => route.live).length, all: row.routes.length },
    day: row.day,
    problems: costs ? problems : problems.filter((problem) => problem !== "below_cost"),
  };
}

/** The worst of the items against the dearest live channel, at list price. */
const lowestMargin = (prices: ReturnType<typeof pricesOf>, spans: ReturnType<typeof costSpans>): number | null =>
  spans.flatMap(({ item, dearest }) => (prices[item] === undefined ? [] : [marginPpm(prices[item], dearest) ?? 0])).sort((a, b) => a - b)[0] ?? null;
