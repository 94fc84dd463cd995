import { readGroupLimits, readLimits, resolveSettings, settingNano } from "#accounts/index.ts";
import { isWildcard, readFacts } from "#catalog/index.ts";
import { channelKeyAad, readChannelSettings, withProxyPassword, type Sealer } from "#channels/index.ts";
import { ppm } from "#money/amount.ts";
import { SealError } from "#platform/crypto/seal.ts";
import { createPriceBook } from "#snapshot/price-book.ts";
import { collectWildcards, isRouted } from "#snapshot/wildcards.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";
import type { Channel, ChannelKey, Endpoint, FallbackCause, Group, Model, ModelPreset, RelaySettings, Route, Snapshot, Tier } from "#snapshot/snapshot.ts";

/**
 * Rows to the view that requests are served from. Pure: throws when a row does not fit its form, and the caller
 * then keeps what he has.
 *
 * @param open opens a sealed key; called at the key's first use only
 * @param nowMs the present instant, asked whenever a list of models is given out
 */
export function buildSnapshot(rows: SnapshotRows, open: Sealer["open"], nowMs: () => number): Snapshot {
  const book = createPriceBook(rows);
  const channels = buildChannels(rows, open);
  const priced = rows.models.filter(({ id }) => book.pricedFromMs(id) !== undefined);
  const all = new Map(priced.map((row) => [row.slug, buildModel(row)]));
  const { routes, offered } = buildRoutes(rows, channels, all);
  const groups = buildGroups(rows);
  const wildcards = collectWildcards(all.values(), withheldNames(rows, all), (model, groupId) => offeredTo(groups.get(groupId), groupId, offered).includes(model));
  const models = wildcards ? new Map([...all].filter(([name]) => !isWildcard(name))) : all;
  const listed = wildcards ? new Map([...offered].map(([groupId, list]) => [groupId, list.filter(({ name }) => !isWildcard(name))])) : offered;
  const servedBy = (model: Model, groupId: string): string => groups.get(groupId)?.auto?.find((id) => isRouted({ routes }, id, model)) ?? groupId;

  return {
    rev: rows.rev,
    builtAtMs: nowMs(),
    models,
    aliases: new Map(rows.aliases.filter(({ slug }) => models.has(slug)).map(({ alias, slug }) => [alias, slug])),
    groups,
    channels,
    routes,
    ...(wildcards && { wildcards }),
    settings: relaySettings(rows),
    // Members of a line of groups are shown the price of the first that would serve them.
    price: rows.groups.some(hasLine) ? (model, groupId, userId, atMs) => book.price(model, servedBy(model, groupId), userId, atMs) : book.price,
    cost: book.cost,
    modelsOf: (groupId) => offeredTo(groups.get(groupId), groupId, listed).filter(({ id }) => book.pricedFromMs(id)! <= nowMs()),
  };
}

/** A model that is switched off or has no price is not to be had by way of a wildcard above it. */
const withheldNames = ({ models, aliases, off = [] }: SnapshotRows, sold: ReadonlyMap<string, Model>): ReadonlySet<string> =>
  new Set([...off, ...models.map(({ slug }) => slug), ...aliases.flatMap(({ alias, slug }) => (sold.has(slug) ? [] : [alias]))].filter((name) => !sold.has(name)));

function buildModel(row: SnapshotRows["models"][number]): Model {
  const fallbacks = (row.fallbacks ?? []) as readonly Readonly<{ model: string; on: readonly FallbackCause[] }>[];
  const { input, output, can } = readFacts(row.facts);
  return {
    id: row.id,
    name: row.slug,
    ...(row.vendor !== null && { vendor: row.vendor }),
    ...(row.context_tokens !== null && { contextTokens: row.context_tokens }),
    ...(row.max_output_tokens !== null && { maxOutputTokens: row.max_output_tokens }),
    endpoints: new Set(row.endpoints as Endpoint[]),
    createdAtMs: row.created_at.getTime(),
    limits: readLimits(row.limits),
    ...(input.length + output.length + can.length > 0 && { abilities: { input, output, can } }),
    ...(isPreset(row.preset) && { preset: buildPreset(row.preset) }),
    ...(fallbacks.length > 0 && { fallbacks: fallbacks.map(({ model, on }) => ({ model, on: new Set(on) })) }),
  };
}

type StoredPreset = Readonly<{ model: string; reasoning?: ModelPreset["reasoning"]; max_tokens?: number; temperature?: number; top_p?: number }>;
const isPreset = (stored: unknown): stored is StoredPreset => typeof stored === "object" && stored !== null && "model" in stored;

const buildPreset = ({ model, reasoning, max_tokens: maxTokens, temperature, top_p: topP }: StoredPreset): ModelPreset => ({
  model, ...(reasoning !== undefined && { reasoning }), ...(maxTokens !== undefined && { maxTokens }), ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }),
});

const hasLine = ({ auto }: SnapshotRows["groups"][number]): boolean => (auto?.length ?? 0) > 0;

/** A line holds groups that serve somebody themselves: one that leads to another line would have no price of its own. */
function buildGroups(rows: SnapshotRows): ReadonlyMap<string, Group> {
  const byName = new Map(rows.groups.filter((row) => !hasLine(row)).map(({ name, id }) => [name, id]));
  return new Map(rows.groups.map((row): [string, Group] => {
    const { queue_ms: queueMs, ...limits } = readGroupLimits(row.limits);
    return [row.id, {
      id: row.id, name: row.name, ppm: ppm(row.ppm), limits,
      ...(queueMs !== undefined && queueMs > 0 && { queueMs }),
      ...(hasLine(row) && { auto: row.auto!.flatMap((name) => byName.get(name) ?? []) }),
    }];
  }));
}

function offeredTo(group: Group | undefined, groupId: string, offered: ReadonlyMap<string, readonly Model[]>): readonly Model[] {
  if (!group?.auto) return offered.get(groupId) ?? [];
  const all = new Set(group.auto.flatMap((id) => offered.get(id) ?? []));
  return [...all].sort(byModelName);
}

const byModelName = (a: Model, b: Model): number => (a.name < b.name ? -1 : 1);

function buildChannels(rows: SnapshotRows, open: Sealer["open"]): Map<string, Channel> {
  const keys = Map.groupBy(rows.channelKeys, (row) => row.channel_id);
  const groups = Map.groupBy(rows.channelGroups, (row) => row.channel_id);
  return new Map(rows.channels.map((row): [string, Channel] => {
    const settings = settingsOf(row, open);
    const timeouts = (row.timeouts ?? {}) as Record<string, number>;
    return [row.id, {
      id: row.id,
      number: row.number,
      name: row.name,
      provider: row.provider,
      ...(row.base_url !== null && { baseUrl: row.base_url }),
      ...(row.protocol !== null && { protocol: row.protocol as NonNullable<Channel["protocol"]> }),
      // A channel whose settings are none would not do what its operator wants.
      active: row.status === "active" && settings !== undefined,
      ...(row.paused_until && { pausedUntilMs: row.paused_until.getTime() }),
      priority: row.priority,
      weight: row.weight,
      keyMode: row.key_mode as Channel["keyMode"],
      keys: (keys.get(row.id) ?? []).map((key) => buildKey(key, open)),
      limits: readLimits(row.limits),
      timeouts: {
        ...(timeouts.connect_ms !== undefined && { connectMs: timeouts.connect_ms }),
        ...(timeouts.first_byte_ms !== undefined && { firstByteMs: timeouts.first_byte_ms }),
        ...(timeouts.idle_ms !== undefined && { idleMs: timeouts.idle_ms }),
        ...(timeouts.total_ms !== undefined && { totalMs: timeouts.total_ms }),
      },
      settings: settings ?? {},
      groups: new Set((groups.get(row.id) ?? []).map(({ group_id }) => group_id)),
    }];
  }));
}

/** What is no settings, or has a password that the seal does not give, is undefined. */
function settingsOf({ id, settings, proxy_sealed: sealed }: SnapshotRows["channels"][number], open: Sealer["open"]): Channel["settings"] | undefined {
  const read = readChannelSettings(settings);
  try {
    return read && withProxyPassword(read, sealed, id, open);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** The plain text lives in the closure: no property of the key shows it to a log or to JSON. */
function buildKey(row: SnapshotRows["channelKeys"][number], open: Sealer["open"]): ChannelKey {
  let plain: string | undefined;
  return {
    id: row.id,
    active: row.status === "active",
    weight: row.weight,
    limits: readLimits(row.limits),
    secret: () => (plain ??= open(row.sealed, channelKeyAad(row.id))),
  };
}

/**
 * Routes hold active channels only. What a group is offered also counts channels that the machine took out for a
 * while: a model should not vanish from the list because its vendor has trouble.
 */
function buildRoutes(rows: SnapshotRows, channels: ReadonlyMap<string, Channel>, models: ReadonlyMap<string, Model>) {
  const routes = new Map<string, Map<number, Route[]>>();
  const offered = new Map<string, Set<Model>>();
  const off = new Set(rows.channels.filter(({ status }) => status === "disabled").map(({ id }) => id));

  for (const { channel_id, public_name, upstream_name } of rows.channelModels) {
    const channel = channels.get(channel_id);
    const model = models.get(public_name);
    if (!channel || !model || off.has(channel_id)) continue;
    for (const groupId of channel.groups) {
      getOrMake(offered, groupId, () => new Set<Model>()).add(model);
      if (!channel.active) continue;
      const tiers = getOrMake(routes, `${groupId}\0${public_name}`, () => new Map<number, Route[]>());
      getOrMake(tiers, channel.priority, (): Route[] => []).push({ channel, weight: channel.weight, upstreamModel: upstream_name });
    }
  }

  return {
    routes: new Map([...routes].map(([key, tiers]): [string, readonly Tier[]] => [key, toTiers(tiers)])),
    offered: new Map([...offered].map(([groupId, set]) => [groupId, [...set].sort(byModelName)])),
  };
}

const toTiers = (tiers: ReadonlyMap<number, Route[]>): Tier[] =>
  [...tiers].sort(([a], [b]) => b - a).map(([priority, list]) => ({ priority, routes: list.sort((a, b) => a.channel.number - b.channel.number) }));

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function relaySettings(rows: SnapshotRows): RelaySettings {
  const values = resolveSettings(new Map(rows.settings.map(({ key, value }) => [key, value])));
  return {
    shopName: values["shop.name"],
    modelEcho: values["relay.model_echo"],
    strategy: values["relay.strategy"],
    failoverAtLoss: values["relay.failover_at_loss"],
    keepReplies: values["relay.keep_replies"],
    limiterOnError: values["relay.limiter_on_error"],
    sortSuffixes: values["relay.sort_suffixes"],
    vendorChoice: values["relay.vendor_choice"],
    overdraftNano: settingNano(values, "money.overdraft"),
    guardExact: values["money.guard_exact"],
    billEmpty: values["money.bill_empty"],
    billBroken: values["money.bill_broken"],
    billBlocked: values["money.bill_blocked"],
    responsesState: values["relay.responses_state"],
  };
}
