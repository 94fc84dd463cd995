import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { permissionsOfRole } from "#accounts/index.ts";
import { ensureDefaultGroup, modelNameField, priceFromWords, PriceTextError, ActRefused } from "#catalog/index.ts";
import {
  addChannel, addChannelKeys, channelField, channelSettingsField, duplicateChannel, editChannel, editChannels, noteLearnt, pauseChannel, removeChannel, removeKeys, replaceKey, setChannelCost, staffAct, staffActOrNothing, switchChannel, switchKey,
} from "#channels/index.ts";
import { listChannels, type ChannelView } from "#channels/channel-list.store.ts";
import { readChannelHours } from "#channels/channel-history.store.ts";
import { listChannelCosts } from "#channels/channel-costs.store.ts";
import { channelState } from "#channels/channel-state.ts";
import { parsePastedKeys, PASTED_KEYS_MAX, type PasteProblem } from "#channels/paste-keys.ts";
import { fetchedDiff } from "#channels/fetched-models.store.ts";
import { keySuffix } from "#channels/key-suffix.ts";
import { endpointUrl, providers } from "#relay/providers/index.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { offeredProtocols, PREVIEW_DIALECTS, previewRequest, type ChannelTestReport } from "#relay/index.ts";
import { adminProcedure, demandRenewed, router } from "#trpc/init.ts";
import { supplyProcedure, type Supply } from "#trpc/supply.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";

const terms = {
  name: channelField.name,
  baseUrl: channelField.baseUrl.max(2_000).nullable(),
  protocol: channelField.protocol.nullable(),
  priority: channelField.priority,
  weight: channelField.weight,
  keyMode: channelField.keyMode,
  costPpm: z.int().min(0).max(1_000_000_000),
  limits: channelField.limits,
  timeouts: channelField.timeouts,
  settings: channelSettingsField,
  models: channelField.models,
  groupIds: z.array(z.uuid()).max(1_000),
} as const;

const pasted = z.string().max(2_000_000);
const id = z.uuid();

const EDITS_MAX = 500;
const bulkPatch = z.strictObject({
  enabled: z.boolean(), restMinutes: z.int().min(0).max(1_440), priority: terms.priority, weight: terms.weight, groupIds: terms.groupIds.readonly(),
}).partial();

export const channelsRouter = router({
  /** The vendors that channels can be made for, with what their forms say. */
  providers: adminProcedure("channels:read").query(() =>
    [...new Set(providers.values())].map(({ id: providerId, name, baseUrl, keyless, unconfirmed, docs, paths, tasks, asks = [], keyForm }) => ({
      id: providerId, name, baseUrl: baseUrl ?? null, keyless: keyless ?? false, unconfirmed: unconfirmed ?? false, docs: docs === "" ? null : docs, operations: [...Object.keys(paths), ...(tasks ? ["tasks"] : [])], asks, takesFile: keyForm === "service-account",
    }))),

  /** The address that requests would go to: what the form shows while a base is typed. */
  address: adminProcedure("channels:read").input(z.strictObject({ provider: z.string(), baseUrl: z.string().max(2_000), project: z.string().max(100).optional(), location: z.string().max(100).optional() })).query(({ input }) => {
    const provider = providers.get(input.provider);
    if (!provider) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    try {
      return { url: shownAddress(provider, input) };
    } catch {
      return { url: null };
    }
  }),

  list: adminProcedure("channels:read").query(async ({ ctx }) => (await listChannels(ctx.pool)).map((channel) => toWire(channel, ctx.user))),

  get: adminProcedure("channels:read").input(z.strictObject({ id })).query(async ({ ctx, input }) => {
    const [channel] = await listChannels(ctx.pool, input.id);
    if (!channel) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    return toWire(channel, ctx.user);
  }),

  /** The last 24 hours of a channel, hour by hour. */
  hours: adminProcedure("channels:read").input(z.strictObject({ id })).query(({ ctx, input }) => readChannelHours(ctx.pool, input.id)),

  /** What each model costs on this channel, by its own cost or by the channel's factor. */
  costs: adminProcedure("costs:read").input(z.strictObject({ id })).query(({ ctx, input }) => listChannelCosts(ctx.pool, input.id)),

  /** Makes a channel, switched off: it is tried first and takes requests when somebody switches it on. Unless groups are named, it serves the default one. */
  create: supplyProcedure("channels:write", { sudo: true })
    .input(z.strictObject({ ...terms, provider: z.string(), keys: pasted, baseUrl: terms.baseUrl.default(null), protocol: terms.protocol.default(null), enabled: z.boolean().default(false) })
      .partial({ priority: true, weight: true, keyMode: true, costPpm: true, limits: true, timeouts: true, settings: true, models: true, groupIds: true }))
    .mutation(async ({ ctx, input: { keys, models, enabled, provider, groupIds, ...fields } }) => {
      if (!providers.has(provider)) throw refused("invalid", "provider");
      const parsed = readKeys(keys, ctx.supply, provider);
      const made = await staffAct(ctx.pool, ctx.by, async (tx) => {
        const { id: channelId, trace } = await addChannel(tx, ctx.supply.sealer, {
          ...fields, provider, keys: parsed.keys, status: enabled ? "active" : "disabled", reason: enabled ? null : "new", groupIds: groupIds ?? [await ensureDefaultGroup(tx)],
          ...(models && { models: new Map(Object.entries(models)) }),
        });
        return { result: channelId, traces: [trace] };
      });
      return { id: made, keys: parsed.keys.length, problems: parsed.problems };
    }),

  update: supplyProcedure("channels:write")
    .input(z.strictObject({ id, seen: z.date(), patch: z.strictObject(terms).partial() }))
    .mutation(({ ctx, input: { id: channelId, seen, patch: { models, ...patch } } }) => {
      // Another address is where the keys go from now on.
      if (patch.baseUrl !== undefined) demandRenewed(ctx.user, ctx.clock);
      return staffAct(ctx.pool, ctx.by, async (tx) => {
        const trace = await editChannel(tx, channelId, seen, { ...patch, ...(models && { models: new Map(Object.entries(models)) }) }, ctx.supply.sealer);
        return { result: { id: channelId }, traces: [trace] };
      });
    }),

  setEnabled: supplyProcedure("channels:write").input(z.strictObject({ id, enabled: z.boolean() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { enabled: input.enabled }, traces: [await switchChannel(tx, input.id, input.enabled)] }))),

  /** 0 minutes ends a pause. */
  pause: supplyProcedure("channels:write").input(z.strictObject({ id, minutes: z.int().min(0).max(1_440) }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const { until, trace } = await pauseChannel(tx, input.id, input.minutes);
      return { result: { until }, traces: [trace] };
    })),

  /** The same few fields of many channels, as one act: all or none. What it answers with undoes it when it is handed in again. */
  editMany: supplyProcedure("channels:write")
    .input(z.strictObject({ edits: z.array(z.strictObject({ id, seen: z.date(), patch: bulkPatch })).min(1).max(EDITS_MAX) }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const { edited, traces } = await editChannels(tx, input.edits);
      return { result: { edited }, traces };
    })),

  /** A second channel with the same settings, without the keys and switched off. */
  duplicate: supplyProcedure("channels:write").input(z.strictObject({ id }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => {
      const { trace, ...made } = await duplicateChannel(tx, input.id);
      return { result: made, traces: [trace] };
    })),

  remove: supplyProcedure("channels:write").input(z.strictObject({ id }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: input.id }, traces: [await removeChannel(tx, input.id)] }))),

  /** What is in a paste, before it is saved: nothing is stored, and no key comes back. */
  previewKeys: supplyProcedure("channels:write").input(z.strictObject({ text: pasted, channelId: id.optional(), provider: z.string().max(100).optional() })).mutation(async ({ ctx, input }) => {
    const [channel] = input.channelId === undefined ? [] : await listChannels(ctx.pool, input.channelId);
    const { keys, problems } = readKeys(input.text, ctx.supply, channel?.provider ?? input.provider);
    const known = new Set(channel?.keys.map(({ fingerprint }) => fingerprint));
    return { keys: keys.map(({ line, secret, fingerprint }) => ({ line, suffix: keySuffix(secret), known: known.has(fingerprint) })), problems };
  }),

  addKeys: supplyProcedure("channels:write", { sudo: true }).input(z.strictObject({ id, text: pasted })).mutation(async ({ ctx, input }) => {
    const [channel] = await listChannels(ctx.pool, input.id);
    const { keys, problems } = readKeys(input.text, ctx.supply, channel?.provider);
    if (keys.length === 0) throw refused("nothing_to_do");
    const { added, known } = await staffAct(ctx.pool, ctx.by, async (tx) => {
      const { trace, ...result } = await addChannelKeys(tx, ctx.supply.sealer, input.id, keys);
      return { result, traces: [trace] };
    });
    return { added, known, problems };
  }),

  setKeyEnabled: supplyProcedure("channels:write").input(z.strictObject({ id, keyId: id, enabled: z.boolean() }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { enabled: input.enabled }, traces: [await switchKey(tx, input.id, input.keyId, input.enabled)] }))),

  replaceKey: supplyProcedure("channels:write", { sudo: true }).input(z.strictObject({ id, keyId: id, text: pasted })).mutation(async ({ ctx, input }) => {
    const [channel] = await listChannels(ctx.pool, input.id);
    const { keys, problems } = readKeys(input.text, ctx.supply, channel?.provider);
    const [key] = keys;
    if (!key || keys.length > 1 || problems.length > 0) throw refused("invalid", "keys");
    return staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { suffix: keySuffix(key.secret) }, traces: [await replaceKey(tx, ctx.supply.sealer, input.id, input.keyId, key)] }));
  }),

  removeKeys: supplyProcedure("channels:write").input(z.strictObject({ id, keyIds: z.array(id).min(1).max(PASTED_KEYS_MAX) }))
    .mutation(({ ctx, input }) => staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { removed: input.keyIds.length }, traces: [await removeKeys(tx, input.id, input.keyIds)] }))),

  /** Real requests through the channel, at the house's cost. */
  test: supplyProcedure("channels:test").input(z.strictObject({ id, keyId: id.optional(), model: modelNameField.optional(), full: z.boolean().default(true) }))
    .mutation(async ({ ctx, input: { id: channelId, full, keyId, model } }) => {
      const report = await ctx.supply.tests.test({ id: channelId }, { full, ...(keyId !== undefined && { keyId }), ...(model !== undefined && { model }) });
      if (!report) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
      return testToWire(report);
    }),

  /** A few small requests that find out what a model cannot do here and which protocols the host has not; kept in the settings. */
  learn: supplyProcedure("channels:write").input(z.strictObject({ id, model: modelNameField })).mutation(async ({ ctx, input: { id: channelId, model } }) => {
    const learnt = await ctx.supply.tests.learn(channelId, model);
    if (!learnt) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    const { ok, lacks, without, note, calls } = learnt;
    if (!ok) return { ok: false as const, note: note ?? null };
    const changed = await staffActOrNothing(ctx.pool, ctx.by, (tx) => noteLearnt(tx, channelId, { model, lacks, without }));
    return { ok: true as const, lacks, without, changed, requests: calls.length };
  }),

  /** The vendor's models in three groups; nothing changes by it. */
  fetchModels: supplyProcedure("channels:test").input(z.strictObject({ id })).mutation(async ({ ctx, input }) => {
    const [channel] = await listChannels(ctx.pool, input.id);
    const report = await ctx.supply.tests.models(input.id);
    if (!channel || !report) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
    if (!report.models) return { listed: false as const, note: report.steps.find(({ note }) => note !== undefined)?.note ?? null };
    return { listed: true as const, ...(await fetchedDiff(ctx.pool, channel, report.models)) };
  }),

  /** Where settings are not what they must be, by paths such as `params.2.find`; nothing changes by it. */
  checkSettings: adminProcedure("channels:read").input(z.strictObject({ settings: z.unknown() })).mutation(({ input }) => {
    const checked = channelSettingsField.safeParse(input.settings);
    return { problems: checked.success ? [] : problemsOf(checked.error) };
  }),

  /** What the channel would send for a request, were these its settings: nothing is sent, nothing is stored. */
  preview: adminProcedure("channels:read")
    .input(z.strictObject({ id, settings: z.unknown(), model: modelNameField, dialect: z.enum(PREVIEW_DIALECTS), body: z.string().max(200_000) }))
    .mutation(async ({ ctx, input }) => {
      const checked = channelSettingsField.safeParse(input.settings);
      if (!checked.success) return { kind: "invalid" as const, problems: problemsOf(checked.error) };
      const [channel] = await listChannels(ctx.pool, input.id);
      if (!channel) throw new TRPCError({ code: "NOT_FOUND", message: "not_found" });
      const { model, dialect, body } = input;
      return previewRequest({
        settings: checked.data, model, dialect, body, provider: channel.provider, protocol: (channel.protocol ?? undefined) as Parameters<typeof previewRequest>[0]["protocol"],
        upstreamModel: channel.models.find(({ publicName }) => publicName === model)?.upstreamName ?? model, group: channel.groups[0]?.name ?? "",
      });
    }),

  /** What the vendor takes for one upstream model, in words of USD; null = by the channel's factor. */
  setCost: supplyProcedure("channels:write")
    .input(z.strictObject({ id, upstreamName: channelField.upstreamName, cost: z.record(z.string().max(100), z.string().max(40)).nullable() }))
    .mutation(({ ctx, input }) => {
      const document = input.cost === null ? null : readCost(input.cost);
      return staffAct(ctx.pool, ctx.by, async (tx) => ({ result: { id: input.id }, traces: [await setChannelCost(tx, input.id, input.upstreamName, document)] }));
    }),
});

/** Where calls go, with what the key and the request will say of it in braces. */
function shownAddress(provider: Provider, { baseUrl, project, location }: Readonly<{ baseUrl: string; project?: string | undefined; location?: string | undefined }>): string {
  const settings = { ...(provider.asks?.includes("project") && { project: project || "PROJECT" }), ...(location && { location }) };
  const place = provider.place?.({ secret: "", settings, upstreamModel: "", baseUrl: baseUrl || undefined });
  const url = endpointUrl(provider, baseUrl || undefined, provider.paths.chat ? "chat" : "embeddings", place && { upstreamModel: "MODEL", stream: false, place }).href;
  return place ? url.replace("/PROJECT/", "/{project}/").replace("/MODEL", "/{model}") : url;
}

const problemsOf = (error: z.ZodError): readonly string[] => [...new Set(error.issues.map(({ path }) => path.join(".")))];

const refused = (...of: ConstructorParameters<typeof ActRefused>): ActRefused => new ActRefused(...of);

function readCost(cost: Readonly<Record<string, string>>) {
  try {
    return priceFromWords(cost, []);
  } catch (error) {
    throw error instanceof PriceTextError ? refused("invalid", error.message) : error;
  }
}

type Problems = readonly Readonly<{ line: number; problem: PasteProblem; hint: string }>[];

function readKeys(text: string, supply: Supply, provider?: string): Readonly<{ keys: readonly Readonly<{ line: number; secret: string; fingerprint: string }>[]; problems: Problems }> {
  const { keys: found, problems: wrong } = parsePastedKeys(text);
  const vendor = provider === undefined ? undefined : providers.get(provider);
  const problemOf = (secret: string): PasteProblem | undefined => (vendor?.keyForm instanceof RegExp && !vendor.keyForm.test(secret) ? "wrong_form" : buysTokens(secret, vendor) ? undefined : "not_an_account");
  const looked = found.map((key) => ({ ...key, problem: problemOf(key.secret) }));
  const keys = looked.filter(({ problem }) => problem === undefined);
  const problems = [...wrong, ...looked.flatMap(({ line, secret, problem }) => (problem === undefined ? [] : [{ line, problem, hint: `…${keySuffix(secret)}` }]))];
  if (keys.length > PASTED_KEYS_MAX) throw refused("invalid", `keys: ${PASTED_KEYS_MAX}`);
  return { keys: keys.map(({ line, secret }) => ({ line, secret, fingerprint: supply.fingerprint(secret) })), problems };
}

/** Could a token be asked for with it, where the vendor takes such keys? Nobody is asked. */
function buysTokens(secret: string, vendor: Provider | undefined): boolean {
  const tokens = vendor?.tokens;
  if (!tokens?.wanted(secret) || vendor?.keyForm !== "service-account") return true;
  try {
    tokens.ask(secret, 0);
    return true;
  } catch {
    return false;
  }
}

/** Support sees how channels do, not what they cost. */
function toWire({ costPpm, day, recent, keys, ...channel }: ChannelView, user: SessionUser) {
  const provider = providers.get(channel.provider);
  const costs = permissionsOfRole(user.role).has("costs:read");
  const traffic = ({ costPico, ...counts }: ChannelView["day"]) => ({ ...counts, costPico: costs ? costPico : null });
  return {
    ...channel,
    providerName: provider?.name ?? channel.provider,
    providerUrl: provider?.baseUrl ?? null,
    asks: provider?.asks ?? [],
    protocols: provider ? offeredProtocols(provider) : [],
    keyless: provider?.keyless ?? false,
    state: channelState({ ...channel, keys, recent }, provider?.keyless ?? false),
    costPpm: costs ? costPpm : null,
    day: traffic(day),
    recent: traffic(recent),
    keys: keys.map(({ dayCostPico, ...key }) => ({ ...key, dayCostPico: costs ? dayCostPico : null })),
    lastTest: channel.lastTest && { ...channel.lastTest, costPico: costs ? BigInt(channel.lastTest.costPico) : null },
  };
}

const testToWire = ({ ok, steps, at, model, keySuffix, requestIds, costPico, models }: ChannelTestReport) => ({
  ok, steps, at, model: model ?? null, keySuffix: keySuffix ?? null, requestIds, costPico, models: models?.length ?? null,
});
